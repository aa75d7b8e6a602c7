/** Matches as rows of the shared grid: coordinates, key, pinned fields of the value, the value, and sizes. Pure. */
import type { Cell } from '#contract/cells.ts'
import type { MessagePart, MessageRow } from '#contract/messages.ts'
import type { ResultColumn } from '#contract/query.ts'
import { isWhole, previewText } from './message-part.ts'
import { peekJson, segmentsOf, unquoted } from './json-peek.ts'

/** Places of the coordinates among the cells, by which a row is known again. */
const place = { partition: 1, offset: 2 } as const

/** Columns for these pinned paths. */
export function messageColumns(pinned: readonly string[]): ResultColumn[] {
  return [
    { name: 'Time', type: 'timestamp' },
    { name: 'P', type: 'integer' },
    { name: 'Offset', type: 'integer' },
    { name: 'Key', type: 'text' },
    ...pinned.map((path): ResultColumn => ({ name: path.replace(/^\$\./, ''), type: null })),
    { name: 'Value', type: 'text' },
    { name: 'Headers', type: 'integer' },
    { name: 'Bytes', type: 'integer' },
  ]
}

/** The cells of one match. */
export function messageCells(
  row: MessageRow,
  pinned: readonly (readonly (string | number)[] | null)[],
): Cell[] {
  return [
    row.timestamp,
    row.partition,
    { i: row.offset },
    partCell(row.key),
    ...pinned.map((segments) => (segments === null ? null : pinnedCell(row.value, segments))),
    partCell(row.value),
    row.headers,
    row.sizeBytes,
  ]
}

/** Pinned paths read once for all rows. */
export function pinnedSegments(pinned: readonly string[]): ((string | number)[] | null)[] {
  return pinned.map(segmentsOf)
}

function partCell(part: MessagePart): Cell {
  const text = previewText(part)
  if (text === null) return null
  if (part.problem !== '') return `${text} (${part.problem})`
  return isWhole(part) ? text : { t: text, n: part.bytes }
}

/** A field of the value; numbers stay exact, what lies beyond the preview says so. */
function pinnedCell({ text, format }: MessagePart, segments: readonly (string | number)[]): Cell {
  if (text === null || format === 'text' || format === 'bytes') return null
  const found = peekJson(text, segments)
  if (found === 'absent') return null
  if (found === 'cut') return '… beyond the preview'
  const { source } = found
  if (source.startsWith('"')) return unquoted(source)
  if (/^-?\d+$/.test(source)) return { i: source }
  if (/^-?\d/.test(source)) return { r: source }
  return source === 'null' ? null : source
}

/** Where a message stands in its topic. */
export interface RecordPlace {
  partition: number
  offset: string
}

/** The place that a row's cells name; null for rows of anything else. */
export function placeOfCells(cells: readonly Cell[]): RecordPlace | null {
  const partition = cells[place.partition]
  const offset = cells[place.offset]
  if (typeof partition !== 'number' || typeof offset !== 'object' || offset === null || !('i' in offset))
    return null
  return { partition, offset: offset.i }
}

/** "3:1802968", as it stands in the address. */
export function placeText({ partition, offset }: RecordPlace): string {
  return `${String(partition)}:${offset}`
}

/** The inverse of {@link placeText}; null for other text. */
export function placeOf(text: string | undefined): RecordPlace | null {
  const [, partition, offset] = /^(\d{1,10}):(\d{1,19})$/.exec(text ?? '') ?? []
  return partition === undefined || offset === undefined ? null : { partition: Number(partition), offset }
}
