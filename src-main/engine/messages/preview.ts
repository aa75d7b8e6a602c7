/** Rows of a search's list: the first characters of a record, enough to tell it from others. Cluster thread. */
import { limits } from '#contract/limits.ts'
import type { MessagePart, MessageRow } from '#contract/messages.ts'
import type { RecordView } from './held-record.ts'
import { firstCharacters, firstHexadecimal, type PartDecoder } from './part-decoder.ts'

/** What a row takes beside its texts, roughly. */
const rowBytes = 400

/** A record as a row; null where a decoder has to wait first. */
export function previewOf(
  reader: RecordView,
  partition: number,
  decoders: { key: PartDecoder; value: PartDecoder },
): MessageRow | null {
  const key = previewPart(decoders.key, reader.bytes, reader.keyStart, reader.keyLength)
  if (key === null) return null
  const value = previewPart(decoders.value, reader.bytes, reader.valueStart, reader.valueLength)
  if (value === null) return null
  return {
    partition,
    offset: String(reader.offset),
    timestamp: reader.timestampMs < 0 ? null : reader.timestampMs,
    key,
    value,
    headers: reader.headerCount,
    sizeBytes: reader.recordBytes,
  }
}

function previewPart(
  decoder: PartDecoder,
  bytes: Uint8Array,
  start: number,
  length: number,
): MessagePart | null {
  if (length < 0) return { text: null, bytes: 0, format: 'bytes', problem: '' }
  const read = decoder.decode(bytes, start, start + length)
  if (read === 'wait') return null
  const { format, problem } = decoder
  const shown =
    read === 'text'
      ? firstCharacters(decoder.bytes, decoder.start, decoder.end, limits.messagePreviewCharacters)
      : firstHexadecimal(bytes, start, start + length)
  return { text: shown, bytes: length, format, problem }
}

/** Memory that a row takes, roughly. */
export function sizeOfRow({ key, value }: MessageRow): number {
  return rowBytes + sizeOfPart(key) + sizeOfPart(value)
}

function sizeOfPart({ text, problem }: MessagePart): number {
  return 2 * ((text?.length ?? 0) + problem.length)
}
