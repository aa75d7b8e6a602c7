/** A rectangle of selected cells, and the same as tab-separated text. Pure; rows and columns count from 0. */
import type { Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'
import { cellCopy } from './cell-view.ts'

export interface CellPlace {
  row: number
  column: number
}

/** From where it was begun to where it was drawn; one cell where both are the same. */
export interface CellRange {
  anchor: CellPlace
  head: CellPlace
}

export interface RangeBounds {
  top: number
  bottom: number
  left: number
  right: number
}

/** All four sides, inclusive. */
export function boundsOf({ anchor, head }: CellRange): RangeBounds {
  return {
    top: Math.min(anchor.row, head.row),
    bottom: Math.max(anchor.row, head.row),
    left: Math.min(anchor.column, head.column),
    right: Math.max(anchor.column, head.column),
  }
}

/** Rows and columns of a range. */
export function sizeOf(range: CellRange): { rows: number; columns: number } {
  const { top, bottom, left, right } = boundsOf(range)
  return { rows: bottom - top + 1, columns: right - left + 1 }
}

export function isSingle({ anchor, head }: CellRange): boolean {
  return anchor.row === head.row && anchor.column === head.column
}

/** Whether a cell is one of several that are selected together. */
export function isInRange(range: CellRange | null, row: number, column: number): boolean {
  if (range === null || isSingle(range)) return false
  const { top, bottom, left, right } = boundsOf(range)
  return row >= top && row <= bottom && column >= left && column <= right
}

/** The range with its head moved by a step, kept inside `rows` and `columns`. */
export function extended(
  range: CellRange,
  step: CellPlace,
  size: { rows: number; columns: number },
): CellRange {
  const clamp = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value))
  return {
    anchor: range.anchor,
    head: {
      row: clamp(range.head.row + step.row, size.rows),
      column: clamp(range.head.column + step.column, size.columns),
    },
  }
}

function quoted(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Rows as spreadsheets take them from the clipboard.
 * @param rows cells in the order of `columns`
 * @param withHeader puts the names of the columns first
 */
export function toTsv(
  rows: readonly (readonly Cell[])[],
  columns: readonly ResultColumn[],
  withHeader: boolean,
): string {
  const lines = rows.map((row) =>
    columns.map((column, index) => quoted(cellCopy(row[index] ?? null, column))).join('\t'),
  )
  const header = columns.map((column) => quoted(column.name)).join('\t')
  return (withHeader ? [header, ...lines] : lines).join('\n')
}
