import { describe, expect, test } from 'vitest'
import { BatchReader, readHeaders } from '../../../../../src-main/engine/kafka/records/batch-reader.ts'
import { writeBatch } from '../../../../../src-main/engine/kafka/records/batch-writer.ts'
import { murmur2, partitionOfKey } from '../../../../../src-main/engine/kafka/records/murmur2.ts'

describe('a batch that is written', () => {
  test('is read back as it was', () => {
    const records = [
      { key: Buffer.from('k'), value: Buffer.alloc(300, 7), headers: [], timestamp: 1_795_626_189_026 },
      {
        key: null,
        value: null,
        headers: [
          { name: Buffer.from('h'), value: Buffer.from('1') },
          { name: Buffer.from('h'), value: null },
        ],
        timestamp: 1_795_626_180_000,
      },
    ]
    const reader = new BatchReader()
    reader.open(writeBatch(records), 0, [])
    const read: unknown[] = []
    while (reader.next()) {
      const part = (start: number, length: number): Buffer | null =>
        length < 0 ? null : Buffer.from(reader.bytes.subarray(start, start + length))
      const headers = readHeaders(reader.bytes, reader.headersStart).map(({ name, value }) => ({
        name: Buffer.from(name),
        value: value === null ? null : Buffer.from(value),
      }))
      read.push({
        key: part(reader.keyStart, reader.keyLength),
        value: part(reader.valueStart, reader.valueLength),
        headers,
        timestamp: reader.timestampMs,
      })
    }
    expect(read).toEqual(records)
  })
})

describe('the hash of a key', () => {
  // From the tests of Kafka's own clients (UtilsTest.testMurmur2).
  test.for<[string, number]>([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('%s', ([key, hash]) => {
    const around = Buffer.from(`<${key}>`)
    expect(murmur2(around, 1, around.length - 1)).toBe(hash)
    expect(partitionOfKey(Buffer.from(key), 7)).toBe((hash & 0x7fffffff) % 7)
  })
})
