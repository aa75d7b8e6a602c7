import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fetched } from '../../../../../src-main/engine/ingest/kafka/fetch-lanes.ts'
import { isAtBound } from '../../../../../src-main/engine/ingest/kafka/partition-cursor.ts'
import { PartitionDecoder } from '../../../../../src-main/engine/ingest/kafka/partition-decoder.ts'
import { encodeBatch, encodeMarker } from '../../kafka/records/encoded-batches.ts'
import { onePartition, type OnePartition } from './bounded-source.ts'

const never = new AbortController().signal

interface LogBatch {
  first: number
  /** Exclusive. */
  end: number
  bytes: Uint8Array
  /** Of an aborted transaction; its marker is the next batch. */
  abortedBy: bigint | null
  offsets: number[]
}

interface LogShape {
  /** Offsets before it that compaction took. */
  gap: number
  /** Which of its offsets are still there. */
  kept: boolean[]
  kind: 'plain' | 'commit' | 'abort'
}

async function logOf(shapes: readonly LogShape[]): Promise<LogBatch[]> {
  const log: LogBatch[] = []
  let at = 0
  for (const [index, { gap, kept, kind }] of shapes.entries()) {
    const first = at + gap
    const end = first + kept.length
    const deltas = kept.flatMap((isKept, delta) => (isKept ? [delta] : []))
    // No JSON: each becomes a dead letter, which tells its offset.
    const records = deltas.map((delta) => ({ delta, value: Buffer.from('?') }))
    const producerId = index + 1
    const isTransactional = kind !== 'plain'
    const settings = {
      lastOffsetDelta: kept.length - 1,
      isTransactional,
      producerId: isTransactional ? producerId : -1,
    }
    const isAborted = kind === 'abort'
    log.push({
      ...{ first, end },
      bytes: await encodeBatch(first, records, settings),
      abortedBy: isAborted ? BigInt(producerId) : null,
      offsets: isAborted ? [] : deltas.map((delta) => first + delta),
    })
    at = end
    if (kind === 'plain') continue
    const bytes = await encodeMarker(at, producerId, kind)
    log.push({ first: at, end: at + 1, bytes, abortedBy: null, offsets: [] })
    at++
  }
  return log
}

/** What a broker answers where its log is asked for from an offset on, so many batches at once. */
function answer({ cursor }: OnePartition, log: readonly LogBatch[], most: number): Fetched {
  const from = cursor.next
  const given = log.filter(({ end }) => end > from).slice(0, most)
  const end = BigInt(log.at(-1)?.end ?? 0)
  const aborted = log.flatMap(({ first, end: marker, abortedBy }) =>
    abortedBy !== null && marker >= from ? [{ producerId: abortedBy, firstOffset: BigInt(first) }] : [],
  )
  return {
    part: {
      ...{ topic: cursor.topic, partition: 0, error: 0, highWatermark: end, lastStable: end, logStart: 0n },
      aborted,
      records: Buffer.concat(given.map(({ bytes }) => bytes)),
    },
    ...{ cursor, from, isFirst: true, receivedAtMs: 0 },
  }
}

/** Makes the checksum of a batch wrong. */
function spoil(batch: LogBatch | undefined): void {
  batch?.bytes.fill(0xff, batch.bytes.length - 2)
}

/** Reads up to the bound, or to the end of the log. */
async function readAll(one: OnePartition, log: readonly LogBatch[], most: number): Promise<void> {
  const decoder = new PartitionDecoder(one.context, () => undefined)
  const end = log.at(-1)?.end ?? 0
  while (!isAtBound(one.cursor) && one.cursor.next < end) {
    const before = one.cursor.next
    await decoder.consume([answer(one, log, most)], never)
    expect(one.cursor.next).toBeGreaterThan(before)
  }
  await one.context.batches.close()
}

const shapes = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 2 }),
    kept: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
    kind: fc.constantFrom('plain', 'commit', 'abort'),
  }),
  { minLength: 1, maxLength: 6 },
)

describe('a bounded run', () => {
  it('gives each record before its bound once and none behind it, however the log is cut into answers', async () => {
    const settings = fc.record({
      shapes,
      bound: fc.integer({ min: 1, max: 40 }),
      stop: fc.integer({ min: 1, max: 40 }),
      most: fc.integer({ min: 1, max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(settings, async ({ shapes: list, bound, stop, most }) => {
        const log = await logOf(list)
        const end = log.at(-1)?.end ?? 0
        const first = onePartition(0, Math.min(stop, bound))
        await readAll(first, log, most)
        const second = onePartition(first.cursor.next, bound)
        await readAll(second, log, most)
        const wanted = log.flatMap(({ offsets }) => offsets).filter((offset) => offset < bound)
        expect([...first.offsets(), ...second.offsets()]).toEqual(wanted)
        expect(second.cursor.next).toBe(Math.min(bound, end))
        for (const { port } of [first, second]) {
          for (const { partitions } of port.batches) {
            for (const { to } of partitions) expect(Number(to)).toBeLessThanOrEqual(bound)
          }
        }
      }),
    )
  })

  it('does not mind damage behind its bound', async () => {
    const log = await logOf([
      { gap: 0, kept: [true, true], kind: 'plain' },
      { gap: 0, kept: [true], kind: 'plain' },
    ])
    spoil(log[1])
    const one = onePartition(0, 2)
    await readAll(one, log, 2)
    expect([one.offsets(), one.position(), one.port.events]).toEqual([[0, 1], 2, []])
  })

  it('tells of what is damaged before its bound, without a gap that the first run has noted', async () => {
    const gapsOf = async (until: number | null): Promise<[unknown, unknown, unknown]> => {
      const log = await logOf([
        { gap: 0, kept: [true], kind: 'plain' },
        { gap: 0, kept: [true, true, true], kind: 'plain' },
      ])
      spoil(log[1])
      const one = onePartition(0, until)
      const decoder = new PartitionDecoder(one.context, () => undefined)
      while (one.cursor.next < 3) await decoder.consume([answer(one, log, 2)], never)
      await one.context.batches.close()
      const gaps = one.port.batches.flatMap((batch) => batch.gaps.map(({ from, to }) => [from, to]))
      return [gaps, one.position(), one.port.events.filter((event) => event.startsWith('gap'))]
    }
    const told = (range: string): unknown => [
      expect.stringContaining(`t, partition 0: offsets ${range} cannot`),
    ]
    expect(await gapsOf(null)).toEqual([[[1n, 4n]], 4, told('1 to 3 (3)')])
    expect(await gapsOf(3)).toEqual([[], 3, told('1 to 2 (2)')])
  })
})
