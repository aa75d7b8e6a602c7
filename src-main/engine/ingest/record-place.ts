/** Coordinates of one record and the byte ranges of its parts; one object, used again for every record. Ingest thread. */

/** Place of a record, and the byte ranges of its parts in the open block. */
export interface RecordPlace {
  partition: number
  offset: number
  timestampMs: number
  lineStart: number
  lineEnd: number
  valueStart: number
  valueEnd: number
  /** 0 where there is none. */
  keyStart: number
  keyEnd: number
  headersStart: number
  headersEnd: number
  /** True where the value is null, which in a compacted topic removes the key. */
  isTombstone: boolean
}

/** A place to use again and again. */
export function emptyPlace(): RecordPlace {
  return {
    partition: 0,
    offset: 0,
    timestampMs: 0,
    lineStart: 0,
    lineEnd: 0,
    valueStart: 0,
    valueEnd: 0,
    keyStart: 0,
    keyEnd: 0,
    headersStart: 0,
    headersEnd: 0,
    isTombstone: false,
  }
}

/** Begins a record: the whole line is its value until something else is known. */
export function resetPlace(place: RecordPlace, start: number, end: number, timestampMs: number): void {
  place.timestampMs = timestampMs
  place.lineStart = start
  place.lineEnd = end
  place.valueStart = start
  place.valueEnd = end
  place.keyStart = 0
  place.keyEnd = 0
  place.headersStart = 0
  place.headersEnd = 0
  place.isTombstone = false
}
