/** Readers that stand at records as they come from a broker, for tests. */
import { BatchReader } from '../../../../src-main/engine/kafka/records/batch-reader.ts'
import { writeBatch, type WrittenRecord } from '../../../../src-main/engine/kafka/records/batch-writer.ts'

export interface TestRecord {
  key?: string | Uint8Array | null
  value?: string | Uint8Array | null
  headers?: [string, string | null][]
  timestamp?: number
}

export function batchOf(records: readonly TestRecord[]): Buffer {
  return writeBatch(records.map(written))
}

/** A reader that stands at the only record. */
export function readerAt(record: TestRecord): BatchReader {
  const reader = new BatchReader()
  reader.open(batchOf([record]), 0, [])
  if (!reader.next()) throw new Error('there is no record')
  return reader
}

function written({ key = null, value = null, headers = [], timestamp = 1000 }: TestRecord): WrittenRecord {
  return {
    key: bytesOf(key),
    value: bytesOf(value),
    headers: headers.map(([name, content]) => ({ name: Buffer.from(name), value: bytesOf(content) })),
    timestamp,
  }
}

function bytesOf(part: string | Uint8Array | null): Uint8Array | null {
  return typeof part === 'string' ? Buffer.from(part) : part
}
