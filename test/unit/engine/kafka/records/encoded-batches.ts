/** Record batches as kafkajs encodes them, an implementation that is not ours, with every codec that brokers know. */
import { compressFrameSync } from 'lz4-napi'
import { createRequire } from 'node:module'
import { zstdCompressSync } from 'node:zlib'
import { compressSync } from 'snappy'

interface Encoder {
  buffer: Buffer
}

interface Codec {
  compress(encoder: Encoder): Promise<Buffer>
}

const load = createRequire(import.meta.url)
const from = (file: string): unknown => load(`kafkajs/src/protocol/${file}`)
const { RecordBatch } = from('recordBatch/v0/index.js') as {
  RecordBatch: (settings: Record<string, unknown>) => Promise<Encoder>
}
const encodeRecord = from('recordBatch/record/v0/index.js') as (record: Record<string, unknown>) => Encoder
const checksum = from('recordBatch/crc32C/index.js') as (bytes: Buffer) => number
const { Codecs } = from('message/compression/index.js') as { Codecs: Record<number, () => Codec> }

/** A record of a batch; offsets and times are relative to its first. */
export interface BatchRecord {
  delta: number
  timeDelta?: number
  key?: Buffer | null
  value: Buffer | null
  headers?: Record<string, Buffer>
}

export type CodecName = 'none' | 'gzip' | 'snappy' | 'snappy-java' | 'lz4' | 'zstd'

export interface BatchSettings {
  codec?: CodecName
  firstTimestamp?: number
  maxTimestamp?: number
  /** Greater than the last record's where compaction took the last ones. */
  lastOffsetDelta?: number
  producerId?: number
  isTransactional?: boolean
  isControl?: boolean
  isAppendTime?: boolean
}

export const codecNames: readonly CodecName[] = ['none', 'gzip', 'snappy', 'snappy-java', 'lz4', 'zstd']
const codecNumbers: Record<CodecName, number> = {
  none: 0,
  gzip: 1,
  snappy: 2,
  'snappy-java': 2,
  lz4: 3,
  zstd: 4,
}
/** Small, so that a batch of a test has several. */
const snappyBlock = 64

export async function encodeBatch(
  firstOffset: number,
  records: readonly BatchRecord[],
  settings: BatchSettings = {},
): Promise<Buffer> {
  const { codec = 'none', firstTimestamp = 0, maxTimestamp = firstTimestamp } = settings
  Codecs[2] = () => codecOf(codec === 'snappy-java' ? frameAsJava : compressSync)
  Codecs[3] = () => codecOf(compressFrameSync)
  Codecs[4] = () => codecOf(zstdCompressSync)
  const batch = await RecordBatch({
    compression: codecNumbers[codec],
    firstOffset,
    firstTimestamp,
    maxTimestamp,
    lastOffsetDelta: settings.lastOffsetDelta ?? records.at(-1)?.delta ?? 0,
    transactional: settings.isTransactional ?? false,
    producerId: settings.producerId ?? -1,
    records: records.map(({ delta, timeDelta = 0, key = null, value, headers = {} }) =>
      encodeRecord({ offsetDelta: delta, timestampDelta: timeDelta, key, value, headers }),
    ),
  })
  const extra = (settings.isControl === true ? 0x20 : 0) | (settings.isAppendTime === true ? 0x08 : 0)
  const bytes = batch.buffer
  bytes.writeInt16BE(bytes.readInt16BE(21) | extra, 21)
  return seal(bytes)
}

/** What ends a transaction: a control batch of one record. */
export function encodeMarker(offset: number, producerId: number, kind: 'abort' | 'commit'): Promise<Buffer> {
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1])
  const record = { delta: 0, key, value: Buffer.alloc(6) }
  return encodeBatch(offset, [record], { producerId, isTransactional: true, isControl: true })
}

/** Makes the checksum of a batch that was changed right again. */
export function seal(batch: Buffer): Buffer {
  batch.writeUInt32BE(checksum(batch.subarray(21)), 17)
  return batch
}

function codecOf(compress: (bytes: Buffer) => Buffer): Codec {
  return { compress: (encoder) => Promise.resolve(compress(encoder.buffer)) }
}

/** As snappy-java frames it, which the Java client does. */
function frameAsJava(bytes: Buffer): Buffer {
  const parts = [Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])]
  for (let at = 0; at < bytes.length; at += snappyBlock) {
    const block = compressSync(bytes.subarray(at, at + snappyBlock))
    const size = Buffer.alloc(4)
    size.writeUInt32BE(block.length)
    parts.push(size, Buffer.from(block))
  }
  return Buffer.concat(parts)
}
