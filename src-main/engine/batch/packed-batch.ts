/**
 * What flows from the ingest thread to the store thread: one micro-batch per message, its buffers transferred, and what
 * flows back: receipts. Plain data, structured-clone safe.
 */

/** Order of the elements in a packed row after the declared columns. */
export const metaColumns = ['_partition', '_offset', '_timestamp'] as const

/** A record that could not be decoded, kept with its coordinates and bytes. */
export interface DeadRecord {
  partition: number
  offset: bigint
  timestampMs: number
  /** Stable word: "invalid-json", "invalid-utf8", "too-large", "truncated", "type", "missing", "envelope", "mask". */
  kind: string
  column: string
  reason: string
  /** First bytes of the value (limits.deadLetterBytes). */
  value: Uint8Array
  sizeBytes: number
  key: string | null
  headers: string | null
}

/** Offsets without a gap in one partition. */
export interface OffsetRun {
  partition: number
  firstOffset: bigint
}

/** What a batch took from one partition. Offsets: from inclusive, to exclusive. */
export interface PartitionSpan {
  topic: string
  partition: number
  from: bigint
  to: bigint
  records: number
  bytes: number
  dead: number
}

/** Offsets that a source could not read, from inclusive, to exclusive. */
export interface OffsetGap {
  partition: number
  from: bigint
  to: bigint
  /** Why, for people: retention, a damaged batch. */
  reason: string
}

/**
 * One micro-batch of one source and one topic. `rows` good records are packed in `jsonb`; `spans` holds for each of them six
 * numbers into `raw`: start and length of value, key and headers (length 0xffffffff: absent), for the records that a step
 * rejects later. `arrivals` holds pairs (time of production in ms since 1970, number of records), for latency.
 */
export interface PackedBatch {
  kind: 'batch'
  source: string
  topic: string
  records: number
  rows: number
  bytes: number
  jsonb: Uint8Array<ArrayBuffer>
  /** Where all rows are of one partition and their offsets follow each other: then nobody needs to read them row by row. */
  run: OffsetRun | null
  raw: Uint8Array<ArrayBuffer>
  spans: Uint32Array<ArrayBuffer>
  arrivals: Float64Array<ArrayBuffer>
  dead: DeadRecord[]
  gaps: OffsetGap[]
  /** How keys and headers lie in `raw`: as JSON tokens (captures), or as they are on Kafka's wire. */
  parts: 'json' | 'kafka'
  partitions: PartitionSpan[]
  /** The reader's place after this batch, JSON; committed with it and handed back at the next start. */
  place: string
  /** Milliseconds that decoding took. */
  decodeMs: number
  /** Share of the capture read in this pass, 0..1, or null. */
  progress: number | null
}

export const spanFields = 6
export const absentSpan = 0xffffffff

/** Store thread to ingest thread: the batch has committed; its buffers come back for reuse. */
export interface BatchReceipt {
  kind: 'receipt'
  source: string
  topic: string
  records: number
  /** Milliseconds that landing it took. */
  landMs: number
  buffers: ArrayBuffer[]
}
