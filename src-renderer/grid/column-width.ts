/** First width of a column, from its name and the first rows; the person may drag it later. Pure, pixels. */
import type { Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'
import type { TimeZone } from '../ui/format-time.ts'
import { cellView } from './cell-view.ts'

const characterPx = 7.6
const headerCharacterPx = 6.8
const paddingPx = 24
const widthPx = { least: 64, most: 340 }

/** Wide enough for what the first rows show, within bounds. */
export function columnWidth(column: ResultColumn, values: readonly Cell[], zone: TimeZone): number {
  const longest = Math.max(0, ...values.map((value) => cellView(value, column, zone).text.length))
  const needed = Math.max(longest * characterPx, column.name.length * headerCharacterPx) + paddingPx
  return Math.round(Math.min(widthPx.most, Math.max(widthPx.least, needed)))
}

/** Width of the column of row numbers for that many rows. */
export function numberWidth(rows: number): number {
  return Math.max(44, String(rows).length * characterPx + paddingPx)
}
