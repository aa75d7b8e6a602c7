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

interface WidthOptions {
  zone: TimeZone
  /** Room for all columns together. */
  roomPx: number
}

/** First widths of all columns; where room is left over, long text takes of it what it needs. */
export function columnWidths(
  columns: readonly ResultColumn[],
  rows: readonly (readonly Cell[])[],
  { zone, roomPx }: WidthOptions,
): number[] {
  const valuesOf = (index: number): Cell[] => rows.map((row) => row[index] ?? null)
  const widths = columns.map((column, index) => columnWidth(column, valuesOf(index), zone))
  let spare = roomPx - widths.reduce((sum, width) => sum + width, 0)
  return widths.map((width, index) => {
    const column = columns[index]
    if (spare <= 0 || column === undefined || width < mostTextPx) return width
    const longest = Math.max(...valuesOf(index).map((value) => cellView(value, column, zone).text.length))
    const more = Math.max(0, Math.min(spare, Math.ceil(longest * characterPx.other) + paddingPx - width))
    spare -= more
    return width + more
  })
}

interface GrowthOptions {
  zone: TimeZone
  /** Width of a column now, by its index. */
  widthOf: (index: number) => number
}

/** The columns that later rows need wider than they are, with the width that they need. */
export function grownWidths(
  columns: readonly ResultColumn[],
  rows: readonly (readonly Cell[])[],
  { zone, widthOf }: GrowthOptions,
): { index: number; width: number }[] {
  return columns.flatMap((column, index) => {
    const values = rows.map((row) => row[index] ?? null)
    const width = columnWidth(column, values, zone)
    return width > widthOf(index) ? [{ index, width }] : []
  })
}

/** Width of the column of row numbers for that many rows. */
export function numberWidth(rows: number): number {
  return Math.ceil(Math.max(44, String(rows).length * characterPx.number + paddingPx))
}
