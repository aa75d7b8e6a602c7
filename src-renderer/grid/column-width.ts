/** First width of a column, from its name and the first rows; the person may drag it later. Pure, pixels. */
import type { Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'
import type { TimeZone } from '../ui/format-time.ts'
import { cellView } from './cell-view.ts'

/** Digits are all as wide as the widest; letters are narrower on average. */
const characterPx = { number: 8.3, time: 7.4, other: 7.4, header: 6.8 }
const paddingPx = 26
const leastPx = 64
/** Text beyond this is cut; numbers and times never are. */
const mostTextPx = 340

function valuePx(value: Cell, column: ResultColumn, zone: TimeZone): number {
  const { text, kind } = cellView(value, column, zone)
  if (kind === 'number' || kind === 'time') return text.length * characterPx[kind]
  return Math.min(mostTextPx, text.length * characterPx.other)
}

/** Wide enough for what the first rows show, within bounds. */
export function columnWidth(column: ResultColumn, values: readonly Cell[], zone: TimeZone): number {
  const widest = Math.max(0, ...values.map((value) => valuePx(value, column, zone)))
  const namePx = Math.min(mostTextPx, column.name.length * characterPx.header)
  return Math.max(leastPx, Math.ceil(Math.max(widest, namePx)) + paddingPx)
}

/** Width of the column of row numbers for that many rows. */
export function numberWidth(rows: number): number {
  return Math.ceil(Math.max(44, String(rows).length * characterPx.number + paddingPx))
}
