/** A record as byte ranges, and one that stays while its reader goes on. Cluster thread. */
import type { BatchReader } from '../kafka/records/batch-reader.ts'

/** What filters and rows read of the record at which a reader stands. */
export type RecordView = Pick<
  BatchReader,
  | 'bytes'
  | 'offset'
  | 'timestampMs'
  | 'keyStart'
  | 'keyLength'
  | 'valueStart'
  | 'valueLength'
  | 'headersStart'
  | 'headersEnd'
  | 'headerCount'
  | 'recordBytes'
>

/** What was seen of a partition so far: counts, and times that are infinite before the first one. */
export interface Seen {
  records: number
  bytes: number
  firstTimestamp: number
  lastTimestamp: number
}

export function nothingSeen(): Seen {
  return {
    ...{ records: 0, bytes: 0 },
    firstTimestamp: Number.POSITIVE_INFINITY,
    lastTimestamp: Number.NEGATIVE_INFINITY,
  }
}

/** Holds the ranges, and the bytes that they point into; made once and filled again and again. */
export class HeldRecord implements RecordView {
  bytes: Uint8Array = new Uint8Array(0)
  offset = 0
  timestampMs = 0
  keyStart = 0
  keyLength = -1
  valueStart = 0
  valueLength = -1
  headersStart = 0
  headersEnd = 0
  headerCount = 0
  recordBytes = 0
  /** What was seen up to it, itself included. */
  readonly seen: Seen = nothingSeen()
  answer: 'yes' | 'no' | 'fails' = 'no'
  /** Whether it is asked by itself, as it does not go into a batch. */
  isAlone = false

  fill(record: RecordView, seen: Seen): void {
    this.bytes = record.bytes
    this.offset = record.offset
    this.timestampMs = record.timestampMs
    this.keyStart = record.keyStart
    this.keyLength = record.keyLength
    this.valueStart = record.valueStart
    this.valueLength = record.valueLength
    this.headersStart = record.headersStart
    this.headersEnd = record.headersEnd
    this.headerCount = record.headerCount
    this.recordBytes = record.recordBytes
    Object.assign(this.seen, seen)
    this.answer = 'no'
  }
}
