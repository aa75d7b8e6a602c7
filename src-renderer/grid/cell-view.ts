/** How one value of a result is shown and copied. Pure; exact: nothing here rounds or groups digits. */
import type { Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'
import { formatBytes } from '../ui/format.ts'
import { formatDateTime, zoneName, type TimeZone } from '../ui/format-time.ts'
import { base64Bytes, hexDigits } from './bytes.ts'

/** Characters of a text that a cell of the grid shows; the detail panel shows the whole. */
export const shownCharacters = 400

export interface CellView {
  text: string
  /** `absent` for NULL, `empty` for the empty text, `blob` for bytes, `number` where digits line up at the right. */
  kind: 'text' | 'number' | 'time' | 'boolean' | 'absent' | 'empty' | 'blob'
  /** What hovering adds; null where the text says it all. */
  title: string | null
}

/** Control characters, and those that turn the direction of what follows: drawn as they are, a text would look like another. */
const unseen = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** A sign for a character that has none. */
function signOf(character: string): string {
  const code = character.charCodeAt(0)
  if (code === 0x7f) return '␡'
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

function clip(text: string): string {
  const shown = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
  return shown
    .replace(/\r\n|[\n\r\u2028\u2029]/g, '↵')
    .replaceAll('\t', '⇥')
    .replace(unseen, signOf)
}

function textView(text: string, sizeBytes: number | null): CellView {
  if (text === '') return { text: "''", kind: 'empty', title: 'empty text' }
  return { text: clip(text), kind: 'text', title: sizeBytes === null ? null : formatBytes(sizeBytes) }
}

/** A time that a Date holds, or null: other numbers in a timestamp column are shown as they are. */
function timeOf(value: Cell): number | null {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 8.64e15 ? value : null
}

function timeView(at: number, zone: TimeZone): CellView {
  const precision = at % 1000 === 0 ? 'second' : 'millisecond'
  const text = formatDateTime(at, zone, precision)
  return { text, kind: 'time', title: `${String(at)} · ${zoneName(at, zone)}` }
}

/** A value as the grid shows it. */
export function cellView(value: Cell, column: ResultColumn, zone: TimeZone): CellView {
  if (value === null) return { text: 'NULL', kind: 'absent', title: null }
  if (typeof value === 'string') return textView(value, null)
  if (typeof value === 'number') {
    if (column.type === 'boolean' && (value === 0 || value === 1)) {
      return { text: value === 1 ? 'true' : 'false', kind: 'boolean', title: String(value) }
    }
    const at = column.type === 'timestamp' ? timeOf(value) : null
    return at === null ? { text: String(value), kind: 'number', title: null } : timeView(at, zone)
  }
  if ('i' in value) return { text: value.i, kind: 'number', title: null }
  if ('r' in value) return { text: value.r, kind: 'number', title: null }
  if ('t' in value) return textView(value.t, value.n)
  return { text: `blob ${formatBytes(value.n)}`, kind: 'blob', title: null }
}

/** A value as it is copied: times in ISO 8601 UTC, whole blobs as SQL literals, NULL as NULL. */
export function cellCopy(value: Cell, column: ResultColumn): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return value
  if (typeof value === 'number') {
    if (column.type === 'boolean' && (value === 0 || value === 1)) return value === 1 ? 'true' : 'false'
    const at = column.type === 'timestamp' ? timeOf(value) : null
    return at === null ? String(value) : new Date(at).toISOString()
  }
  if ('i' in value) return value.i
  if ('r' in value) return value.r
  if ('t' in value) return value.t
  const bytes = base64Bytes(value.b)
  const isWhole = bytes.length === value.n
  return isWhole ? `X'${hexDigits(bytes)}'` : `blob of ${String(value.n)} bytes`
}

/** Whether every value there is, is a number: such columns line up at the right although nothing declares their type. */
export function isNumeric(column: ResultColumn, values: readonly Cell[]): boolean {
  if (column.type === 'integer' || column.type === 'real') return true
  if (column.type !== null) return false
  const present = values.filter((value) => value !== null)
  return (
    present.length > 0 &&
    present.every(
      (value) => typeof value === 'number' || (typeof value === 'object' && ('i' in value || 'r' in value)),
    )
  )
}
