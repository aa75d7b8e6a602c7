import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nextReadable } from '../../../../../src-main/engine/kafka/client/next-readable.ts'

/** A batch of a log, as a broker finds it: by the last offset that its index knows of it. */
interface Batch {
  first: number
  last: number
  isIndexed: boolean
}

/** Record batches that a broker gives, of which only the first offset matters here. */
function given(batches: readonly Batch[], offset: number): Uint8Array {
  const indexed = batches.findLast(({ last, isIndexed }) => isIndexed && last <= offset)
  const found = indexed === undefined ? undefined : batches.find(({ last }) => last >= offset)
  const bytes = Buffer.alloc(found === undefined ? 0 : 8)
  if (found !== undefined) bytes.writeBigInt64BE(BigInt(found.first))
  return bytes
}

it('finds the first batch that its broker finds, and where to ask for it', async () => {
  const batches = [
    { first: 20, last: 29, isIndexed: true },
    { first: 30, last: 39, isIndexed: true },
  ]
  const found = await nextReadable({ from: 10, end: 40 }, (offset) => Promise.resolve(given(batches, offset)))
  expect(found).toEqual({ offset: 20, askFrom: 29 })
})

it('is at the end where nothing is given', async () => {
  const found = await nextReadable({ from: 10, end: 1000 }, () => Promise.resolve(Buffer.of()))
  expect(found).toEqual({ offset: 1000, askFrom: 1000 })
})

it('leaves nothing out where it is given after all', async () => {
  const found = await nextReadable({ from: 10, end: 40 }, (offset) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(BigInt(offset))
    return Promise.resolve(bytes)
  })
  expect(found).toEqual({ offset: 10, askFrom: 10 })
})

it('keeps the offset where only the question was wrong', async () => {
  const batches = [{ first: 20, last: 29, isIndexed: true }]
  const found = await nextReadable({ from: 20, end: 30 }, (offset) => Promise.resolve(given(batches, offset)))
  expect(found).toEqual({ offset: 20, askFrom: 29 })
})

it('comes to an end within some dozens of questions, however long the log is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 2 ** 40 }), fc.nat({ max: 2 ** 40 }), async (first, more) => {
      const batches = [{ first: 5 + first, last: 5 + first, isIndexed: true }]
      let asked = 0
      const found = await nextReadable({ from: 4, end: 6 + first + more }, (offset) => {
        asked++
        return Promise.resolve(offset >= 5 + first ? given(batches, 5 + first) : Buffer.of())
      })
      expect(found).toEqual({ offset: 5 + first, askFrom: 5 + first })
      expect(asked).toBeLessThan(100)
    }),
    { numRuns: 50 },
  )
})
