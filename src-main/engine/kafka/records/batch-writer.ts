/** Writes a record batch (kafka.apache.org, "Record Batch", magic 2), not compressed, of no producer in particular. */
import { crc32c } from './crc32c.ts'

export interface HeaderBytes {
  name: Uint8Array
  value: Uint8Array | null
}

export interface WrittenRecord {
  key: Uint8Array | null
  /** Null is a tombstone. */
  value: Uint8Array | null
  headers: readonly HeaderBytes[]
  /** Milliseconds since 1970. */
  timestamp: number
}

const headerBytes = 61
const crcAt = 17
const crcStart = 21

/** @param records at least one */
export function writeBatch(records: readonly WrittenRecord[]): Buffer {
  const times = records.map(({ timestamp }) => timestamp)
  const [firstTime = 0] = times
  const body = Buffer.concat(records.map((record, index) => encodeRecord(record, index, firstTime)))
  const batch = Buffer.alloc(headerBytes + body.length)
  body.copy(batch, headerBytes)
  batch.writeInt32BE(batch.length - 12, 8)
  // Epoch of the leader: the broker fills it in.
  batch.writeInt32BE(-1, 12)
  batch.writeInt8(2, 16)
  batch.writeInt32BE(records.length - 1, 23)
  batch.writeBigInt64BE(BigInt(firstTime), 27)
  batch.writeBigInt64BE(BigInt(Math.max(...times)), 35)
  batch.writeBigInt64BE(-1n, 43)
  batch.writeInt16BE(-1, 51)
  batch.writeInt32BE(-1, 53)
  batch.writeInt32BE(records.length, 57)
  batch.writeUInt32BE(crc32c(batch, crcStart, batch.length), crcAt)
  return batch
}

function encodeRecord(record: WrittenRecord, index: number, firstTime: number): Buffer {
  const parts: Uint8Array[] = [Buffer.of(0), varint(record.timestamp - firstTime), varint(index)]
  pushBytes(parts, record.key)
  pushBytes(parts, record.value)
  parts.push(writeHeaders(record.headers))
  const body = Buffer.concat(parts)
  return Buffer.concat([varint(body.length), body])
}

/** Headers as they are on the wire: their number, then each name and value. */
export function writeHeaders(headers: readonly HeaderBytes[]): Buffer {
  const parts: Uint8Array[] = [varint(headers.length)]
  for (const { name, value } of headers) {
    pushBytes(parts, name)
    pushBytes(parts, value)
  }
  return Buffer.concat(parts)
}

function pushBytes(parts: Uint8Array[], bytes: Uint8Array | null): void {
  parts.push(varint(bytes?.length ?? -1))
  if (bytes !== null) parts.push(bytes)
}

/** Zigzag, up to 2^52 either way. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value < 0 ? -value * 2 - 1 : value * 2
  while (rest >= 0x80) {
    bytes.push((rest % 128) | 0x80)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}
