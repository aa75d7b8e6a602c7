import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import { BatchReader, readHeaders } from '../../../../../src-main/engine/kafka/records/batch-reader.ts'
import { writeBatch } from '../../../../../src-main/engine/kafka/records/batch-writer.ts'
import { headersText } from '../../../../../src-main/engine/kafka/records/headers-text.ts'
import type { AbortedTransaction } from '../../../../../src-main/engine/kafka/requests/fetch.ts'
import { type BatchRecord, codecNames, encodeBatch, encodeMarker, seal } from './encoded-batches.ts'

const text = new TextDecoder()
const bytesOf = (value: string): Buffer => Buffer.from(value)

interface SeenRecord {
  offset: number
  timestampMs: number
  key: number[] | null
  value: number[] | null
  headers: [string, number[] | null][]
}

/** The record that the reader stands on. */
function seen(reader: BatchReader): SeenRecord {
  const range = (start: number, length: number): number[] | null =>
    length < 0 ? null : [...reader.bytes.subarray(start, start + length)]
  return {
    offset: reader.offset,
    timestampMs: reader.timestampMs,
    key: range(reader.keyStart, reader.keyLength),
    value: range(reader.valueStart, reader.valueLength),
    headers: readHeaders(reader.bytes, reader.headersStart).map(({ name, value }) => [
      text.decode(name),
      value === null ? null : [...value],
    ]),
  }
}

function readAll(
  set: Uint8Array,
  from = 0,
  aborted: readonly AbortedTransaction[] = [],
): { records: SeenRecord[]; reader: BatchReader } {
  const reader = new BatchReader()
  reader.open(set, from, aborted)
  const records: SeenRecord[] = []
  while (reader.next()) records.push(seen(reader))
  return { records, reader }
}

function values(records: readonly SeenRecord[]): string[] {
  return records.map(({ value }) => text.decode(Uint8Array.from(value ?? [])))
}

/** One batch of the letters of a word, a record each. */
function letters(firstOffset: number, word: string, settings = {}): Promise<Buffer> {
  const records = Array.from(word, (letter, delta) => ({ delta, value: bytesOf(letter) }))
  return encodeBatch(firstOffset, records, settings)
}

const part = fc.option(fc.uint8Array({ maxLength: 40 }))
const anyRecords: fc.Arbitrary<BatchRecord[]> = fc
  .array(
    fc.record({
      gap: fc.nat({ max: 3 }),
      timeDelta: fc.integer({ min: -10_000_000_000, max: 10_000_000_000 }),
      key: part,
      value: part,
      headers: fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), fc.uint8Array({ maxLength: 9 }), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((drafts) => {
    let delta = -1
    return drafts.map(({ gap, headers, ...record }) => {
      delta += 1 + gap
      const buffers = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]),
      )
      const buffer = (bytes: Uint8Array | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes))
      return { ...record, key: buffer(record.key), value: buffer(record.value), delta, headers: buffers }
    })
  })

describe.each(codecNames)('batches of codec %s', (codec) => {
  it('give their records from the wanted offset on, with gaps where compaction took some', async () => {
    const base = 9_007_199_254_000_000
    await fc.assert(
      fc.asyncProperty(anyRecords, fc.nat({ max: 50 }), async (records, skipped) => {
        const firstTimestamp = 1_700_000_000_000
        const batch = await encodeBatch(base, records, { codec, firstTimestamp })
        const { records: read, reader } = readAll(batch, base + skipped)
        const expected = records.map(({ delta, timeDelta = 0, key, value, headers = {} }) => ({
          offset: base + delta,
          timestampMs: firstTimestamp + timeDelta,
          key: key ? [...key] : null,
          value: value ? [...value] : null,
          headers: Object.entries(headers).map(([name, bytes]) => [name, [...bytes]]),
        }))
        expect(read).toEqual(expected.filter(({ offset }) => offset >= base + skipped))
        const end = base + (records.at(-1)?.delta ?? 0) + 1
        expect([reader.nextOffset, reader.isPartial]).toEqual([Math.max(base + skipped, end), false])
      }),
      { numRuns: 30 },
    )
  })

  it('are told where their content is damaged although the checksum is right', async () => {
    if (codec === 'none') return
    const batch = await letters(5, 'abcdefghijklmnopqrstuvwxyz'.repeat(8), { codec })
    const reader = new BatchReader()
    reader.open(seal(Buffer.concat([batch.subarray(0, 64), Buffer.alloc(batch.length - 64, 0xa5)])), 5, [])
    expect(() => reader.next()).toThrow(AppError)
    expect(reader.skipBatch()).toEqual({ from: 5, to: 5 + 26 * 8 })
    expect(reader.next()).toBe(false)
  })
})

describe('what was fetched', () => {
  it('may end in the middle of a batch, which is left for the next fetch', async () => {
    const set = Buffer.concat([await letters(0, 'abc'), await letters(3, 'de'), await letters(5, 'f')])
    const ends = [(await letters(0, 'abc')).length, (await letters(3, 'de')).length]
    const [first = 0, second = 0] = ends
    for (let cut = 0; cut < set.length; cut++) {
      const { records, reader } = readAll(set.subarray(0, cut))
      const whole = cut >= first + second ? 5 : cut >= first ? 3 : 0
      expect(values(records).join('')).toBe('abcde'.slice(0, whole))
      expect(reader.nextOffset).toBe(whole)
      expect(reader.isPartial).toBe(![0, first, first + second].includes(cut))
    }
  })

  it('may begin before what is wanted', async () => {
    const set = Buffer.concat([await letters(0, 'abc'), await letters(3, 'def')])
    expect(values(readAll(set, 4).records)).toEqual(['e', 'f'])
    expect(readAll(set, 9).reader.nextOffset).toBe(9)
  })

  it('may hold batches of which compaction left only the end', async () => {
    const set = Buffer.concat([
      await encodeBatch(0, [], { lastOffsetDelta: 9 }),
      await encodeBatch(10, [{ delta: 2, value: bytesOf('x') }], { lastOffsetDelta: 7 }),
    ])
    const { records, reader } = readAll(set)
    expect(records.map(({ offset }) => offset)).toEqual([12])
    expect(reader.nextOffset).toBe(18)
  })

  it('has the time of the broker where the topic says so', async () => {
    const settings = { isAppendTime: true, firstTimestamp: 5, maxTimestamp: 77 }
    expect(readAll(await letters(0, 'ab', settings)).records.map(({ timestampMs }) => timestampMs)).toEqual([
      77, 77,
    ])
  })

  it('is what our own writer makes, repeated headers and null ones too', () => {
    const headers = [
      { name: bytesOf('h'), value: bytesOf('1') },
      { name: bytesOf('h'), value: null },
      { name: bytesOf('b'), value: Uint8Array.of(0xff) },
    ]
    const batch = writeBatch([
      { key: bytesOf('k'), value: bytesOf('v'), headers, timestamp: 1000 },
      { key: null, value: null, headers: [], timestamp: 900 },
    ])
    const { records, reader } = readAll(batch)
    expect(records).toEqual([
      {
        offset: 0,
        timestampMs: 1000,
        key: [107],
        value: [118],
        headers: [
          ['h', [49]],
          ['h', null],
          ['b', [255]],
        ],
      },
      { offset: 1, timestampMs: 900, key: null, value: null, headers: [] },
    ])
    reader.open(batch, 0, [])
    reader.next()
    expect(headersText(reader.bytes.subarray(reader.headersStart, reader.headersEnd))).toBe(
      '[["h","1"],["h",null],["b",{"base64":"/w=="}]]',
    )
  })
})

describe('transactions', () => {
  const one = { isTransactional: true, producerId: 1 }
  const two = { isTransactional: true, producerId: 2 }

  async function log(): Promise<Buffer> {
    return Buffer.concat([
      await letters(0, 'aa', one),
      await letters(2, 'bb', two),
      await letters(4, 'cc', { producerId: 1 }),
      await letters(6, 'aa', one),
      await encodeMarker(8, 1, 'abort'),
      await letters(9, 'dd', one),
      await encodeMarker(11, 2, 'commit'),
      await encodeMarker(12, 1, 'commit'),
      await letters(13, 'ee', two),
      await encodeMarker(15, 2, 'abort'),
    ])
  }

  const aborted = [
    { producerId: 2n, firstOffset: 13n },
    { producerId: 1n, firstOffset: 0n },
  ]

  it('that were aborted are left out, from their first record to their marker', async () => {
    const { records, reader } = readAll(await log(), 0, aborted)
    expect(values(records).join('')).toBe('bbccdd')
    expect(reader.nextOffset).toBe(16)
  })

  it('are left out too where the reader begins in the middle of them', async () => {
    expect(values(readAll(await log(), 7, aborted).records).join('')).toBe('dd')
  })

  it('all count where uncommitted records are read, but for their markers', async () => {
    const { records, reader } = readAll(await log())
    expect(values(records).join('')).toBe('aabbccaaddee')
    expect(reader.nextOffset).toBe(16)
  })

  it('of which only a marker was fetched move the reader on', async () => {
    const { records, reader } = readAll(await encodeMarker(41, 7, 'commit'), 41)
    expect([records, reader.nextOffset]).toEqual([[], 42])
  })
})

/** Reads on past everything that is damaged; what a source does when it gives up on a batch. */
function readDespite(set: Uint8Array): {
  offsets: number[]
  gaps: { from: number; to: number }[]
  next: number
} {
  const reader = new BatchReader()
  reader.open(set, 0, [])
  const offsets: number[] = []
  const gaps: { from: number; to: number }[] = []
  for (let faults = 0; faults < 10;) {
    try {
      if (!reader.next()) return { offsets, gaps, next: reader.nextOffset }
      offsets.push(reader.offset)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      faults++
      gaps.push(reader.skipBatch())
    }
  }
  throw new Error('the reader does not come to an end')
}

describe('a damaged batch', () => {
  it('is told with its offset and skipped as a whole, whichever bit of it is wrong', async () => {
    const first = await letters(0, 'abc')
    const second = await letters(3, 'defg')
    const third = await letters(7, 'h')
    for (let bit = 17 * 8; bit < second.length * 8; bit++) {
      const flipped = Buffer.from(second)
      flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (1 << (bit & 7))
      expect(readDespite(Buffer.concat([first, flipped, third]))).toEqual({
        offsets: [0, 1, 2, 7],
        gaps: [{ from: 3, to: 7 }],
        next: 8,
      })
    }
  })

  it('says so, and is marked as damaged for those who try again', async () => {
    const batch = await letters(3, 'defg')
    batch[70] = (batch[70] ?? 0) ^ 1
    const reader = new BatchReader()
    reader.open(batch, 3, [])
    const caught: unknown = (() => {
      try {
        return reader.next()
      } catch (error) {
        return error
      }
    })()
    expect(caught).toMatchObject({
      code: 'KAFKA_FAILED',
      message: 'the batch at offset 3 cannot be read: its checksum is wrong',
      details: { damaged: true },
    })
  })

  it('always lets the reader come to an end and on in the log, whatever the bytes are', async () => {
    const set = Buffer.concat([await letters(0, 'abc'), await letters(3, 'defg', { codec: 'lz4' })])
    const changes = fc.array(fc.tuple(fc.nat({ max: set.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(changes, (edits) => {
        const changed = Buffer.from(set)
        for (const [at, byte] of edits) changed[at] = byte
        const { gaps } = readDespite(changed)
        for (const { from, to } of gaps) expect(to).toBeGreaterThan(from)
      }),
      { numRuns: 2000 },
    )
  })

  it('whose length says more than there is looks cut off, and is skipped as far as it says itself', async () => {
    const batch = await letters(3, 'defg')
    batch.writeInt32BE(5000, 8)
    const { records, reader } = readAll(Buffer.concat([batch, await letters(7, 'h')]), 3)
    expect({ records, isCutOff: reader.isCutOff }).toEqual({ records: [], isCutOff: true })
    expect(reader.cutOffFault().message).toBe(
      'the batch at offset 3 cannot be read: its length says more than there is',
    )
    expect(reader.skipBatch()).toEqual({ from: 3, to: 7 })
  })

  it('of which not even the header came is skipped by one offset', async () => {
    const { reader } = readAll((await letters(3, 'defg')).subarray(0, 40), 3)
    expect(reader.isCutOff).toBe(true)
    expect(reader.skipBatch()).toEqual({ from: 3, to: 4 })
  })

  it('behind a whole one is not told as cut off', async () => {
    const set = Buffer.concat([await letters(0, 'abc'), (await letters(3, 'defg')).subarray(0, 70)])
    expect(readAll(set).reader.isCutOff).toBe(false)
  })

  it('of an older format is told as such', async () => {
    const batch = await letters(0, 'a')
    batch[16] = 1
    expect(() => readAll(batch)).toThrow(/its format is 1, which is older than Kafka 0\.11$/u)
  })

  it('whose records lie about their length gives those before, and the rest as a gap', async () => {
    const batch = await letters(0, 'abc')
    const second = 61 + (batch[61] ?? 0) / 2 + 1
    batch[second] = 0x7e
    const damaged = seal(batch)
    expect(readDespite(Buffer.concat([damaged, await letters(3, 'd')]))).toEqual({
      offsets: [0, 3],
      gaps: [{ from: 1, to: 3 }],
      next: 4,
    })
  })

  it('of a codec that is not known is told', async () => {
    const batch = await letters(0, 'abc')
    batch[22] = 5
    expect(() => readAll(seal(batch))).toThrow(/codec 5 is unknown$/u)
  })

  it('that says to unpack to gigabytes is refused before memory is taken', async () => {
    const batch = await letters(0, 'abc')
    const bomb = Buffer.concat([batch.subarray(0, 61), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0])])
    bomb.writeInt32BE(bomb.length - 12, 8)
    bomb[22] = 2
    expect(() => readAll(seal(bomb))).toThrow(/a batch unpacks to 4096 MB/u)
  })

  it('has headers that end where its bytes do, however many it says there are', () => {
    const block = Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 2, 0x68, 2, 0x31)
    expect(readHeaders(block, 0)).toHaveLength(1)
  })
})
