/** Dead letters of the ingest thread: records that could not be decoded, and lines that are none. */
import { limits } from '#contract/limits.ts'
import type { DeadRecord } from '../batch/packed-batch.ts'
import { keyText } from './envelope.ts'
import type { OversizedLine } from './line-reader.ts'
import type { RecordMisfit } from './record-decoder.ts'
import type { RecordPlace } from './record-place.ts'

/** A record whose bytes are in `bytes` at its place. */
export function deadRecord(record: RecordPlace, bytes: Uint8Array, misfit: RecordMisfit): DeadRecord {
  const { partition, offset, timestampMs, valueStart, valueEnd, keyStart, keyEnd, headersStart, headersEnd } =
    record
  const end = Math.min(valueEnd, valueStart + limits.deadLetterBytes)
  return {
    partition,
    offset: BigInt(offset),
    timestampMs,
    ...misfit,
    value: bytes.slice(valueStart, end),
    sizeBytes: valueEnd - valueStart,
    key: keyEnd > 0 ? boundedText(bytes, keyStart, keyEnd) : null,
    headers: headersEnd > 0 ? boundedText(bytes, headersStart, headersEnd) : null,
  }
}

/** A line of which only the beginning is known: too large, or cut off by the end of a damaged capture. */
export function deadLine(
  record: RecordPlace,
  line: OversizedLine,
  kind: 'too-large' | 'truncated',
): DeadRecord {
  const { partition, offset, timestampMs } = record
  const size = (line.sizeBytes / 1048576).toFixed(1)
  const limit = String(limits.recordBytes / 1048576)
  const reason =
    kind === 'truncated'
      ? 'the capture ends in the middle of this line'
      : `the line has ${size} MB; the most is ${limit} MB`
  const { head: value, sizeBytes } = line
  return {
    partition,
    offset: BigInt(offset),
    timestampMs,
    kind,
    column: '',
    reason,
    value,
    sizeBytes,
    key: null,
    headers: null,
  }
}

/** A key or headers as text; of one over the bound the first bytes as they are written. */
function boundedText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= limits.deadLetterBytes) return keyText(bytes, start, end)
  return new TextDecoder().decode(bytes.subarray(start, start + limits.deadLetterBytes), { stream: true })
}
