/** Messages as lines of a capture that Penstock replays, and as CSV. Pure. */
import type { MessageRow, RecordDetail } from '#contract/messages.ts'
import { formatCount } from '../../ui/format.ts'
import { isWhole } from './message-part.ts'

/** A key or value as an export writes it: JSON, text, or base64 of bytes that are no text. Null is none at all. */
export type ExportPart = { json: string } | { text: string } | { base64: string } | null

/** A message with all that a line needs. */
export interface ExportMessage {
  partition: number
  offset: string
  timestamp: number | null
  key: ExportPart
  value: ExportPart
  /** In their order, repeated ones too; bytes that are no text are marked as base64. */
  headers: readonly { name: string; value: string | { base64: string } | null }[]
}

/** The message of a row whose preview is all of it; null where the message has to be read. */
export function messageOfRow(row: MessageRow): ExportMessage | null {
  const isPlain = ({ format }: MessageRow['key']): boolean => format !== 'bytes'
  const isComplete = isWhole(row.key) && isWhole(row.value) && isPlain(row.key) && isPlain(row.value)
  if (!isComplete || row.headers > 0 || row.key.problem !== '' || row.value.problem !== '') return null
  return {
    partition: row.partition,
    offset: row.offset,
    timestamp: row.timestamp,
    key: partOf(row.key.text, row.key.format),
    value: partOf(row.value.text, row.value.format),
    headers: [],
  }
}

function partOf(text: string | null, format: string): ExportPart {
  if (text === null) return null
  return format === 'text' ? { text } : { json: text }
}

/**
 * The message of a record that was read.
 * @param wholes parts that the record holds only the beginning of
 */
export function messageOfRecord(
  record: RecordDetail,
  wholes: Partial<Record<'key' | 'value', ExportPart>> = {},
): ExportMessage {
  const part = (name: 'key' | 'value'): ExportPart => {
    const { raw, text, format, truncated } = record[name]
    if (raw === null) return null
    const whole = wholes[name]
    if (truncated && whole !== undefined) return whole
    return text !== null && hasText(record[name]) ? partOf(text, format) : { base64: raw }
  }
  return {
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestamp,
    key: part('key'),
    value: part('value'),
    headers: record.headers.map(({ name, text, raw }) => ({
      name,
      value: text ?? (raw === null ? null : { base64: raw }),
    })),
  }
}

/** Whether a part of a record is exported as the text that it was decoded to. */
export function hasText({ text, problem, format }: RecordDetail['key']): boolean {
  return text !== null && problem === '' && format !== 'bytes'
}

/** A part by its whole text. Large ones are called JSON by how they begin only; what is none is exported as text. */
export function partOfWhole(text: string, format: string): ExportPart {
  try {
    JSON.parse(text)
    return partOf(text, format)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { text }
  }
}

/** One line of a capture: an envelope with key, headers, timestamp and value, and where the message came from. */
export function captureLine(topic: string, message: ExportMessage): string {
  const { key, value, headers, timestamp, partition, offset } = message
  const members = [
    `"topic":${JSON.stringify(topic)}`,
    `"partition":${String(partition)}`,
    `"offset":${offset}`,
  ]
  if (timestamp !== null) members.push(`"timestamp":${String(timestamp)}`)
  if (key !== null) members.push(`"key":${JSON.stringify(plainText(key))}`)
  if (headers.length > 0) members.push(`"headers":${headersJson(headers)}`)
  members.push(`"value":${jsonOf(value)}`)
  return `{${members.join(',')}}`
}

/** An object of names as long as none is repeated and all are text, else pairs: so nothing is lost. */
function headersJson(headers: ExportMessage['headers']): string {
  const names = new Set(headers.map(({ name }) => name))
  const hasBytes = headers.some(({ value }) => typeof value === 'object' && value !== null)
  if (names.size < headers.length || hasBytes)
    return JSON.stringify(headers.map(({ name, value }) => [name, value]))
  const members = headers.map(({ name, value }) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  return `{${members.join(',')}}`
}

/** JSON stays as it was written, but on one line: line breaks between its tokens become spaces. */
function jsonOf(part: ExportPart): string {
  if (part === null) return 'null'
  return 'json' in part ? part.json.replaceAll(/[\r\n]+/g, ' ') : JSON.stringify(plainText(part))
}

/** A part as text of one field. */
export function plainText(part: ExportPart): string {
  if (part === null) return ''
  if ('json' in part) return part.json
  return 'text' in part ? part.text : part.base64
}

/** Messages as they followed one another, so that a replay brings the oldest first. */
export function inLogOrder(messages: readonly ExportMessage[], isNewestFirst: boolean): ExportMessage[] {
  return isNewestFirst ? messages.toReversed() : [...messages]
}

/** What was written, for the notice: "1,184 messages". */
export function exportWords(count: number): string {
  return formatCount(count, 'message')
}

/** Columns of the CSV, in their order. */
export function csvColumns(
  messages: readonly ExportMessage[],
): { name: string; values: (string | number | null)[] }[] {
  const column = (
    name: string,
    of: (message: ExportMessage) => string | number | null,
  ): { name: string; values: (string | number | null)[] } => ({ name, values: messages.map(of) })
  return [
    column('timestamp', ({ timestamp }) => (timestamp === null ? null : new Date(timestamp).toISOString())),
    column('partition', ({ partition }) => partition),
    column('offset', ({ offset }) => offset),
    column('key', ({ key }) => (key === null ? null : plainText(key))),
    column('value', ({ value }) => (value === null ? null : plainText(value))),
    column('headers', ({ headers }) =>
      headers.length === 0 ? null : JSON.stringify(headers.map(({ name, value }) => [name, value])),
    ),
  ]
}
