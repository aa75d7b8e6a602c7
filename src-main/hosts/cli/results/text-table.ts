/**
 * Results as a table for a terminal. Widths come from the first rows; a later value that is longer is shortened, as the
 * rows before it are already written. Pure.
 */
import { cellText } from '#contract/cells.ts'
import type { Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'
import { displayWidth, printable, shorten } from './display-width.ts'
import type { ResultFormat } from './result-format.ts'

const narrowest = 4
const widest = 60

interface Layout {
  width: number
  isTime: boolean
}

/** Writer of a table. Timestamps are shown as UTC, numbers to the right. */
export function textTableFormat(): ResultFormat {
  let layout: Layout[] = []
  return {
    head(columns, firstRows) {
      layout = columns.map((column, at) =>
        layOut(
          column,
          firstRows.map((row) => row[at] ?? null),
        ),
      )
      const names = columns.map(({ name }, at) =>
        pad(shorten(printable(name), layout[at]?.width ?? widest), layout[at]?.width ?? 0),
      )
      return `${names.join('  ').trimEnd()}\n${layout.map(({ width }) => '─'.repeat(width)).join('  ')}\n`
    },
    rows: (rows) =>
      rows
        .map(
          (row) =>
            `${row
              .map((cell, at) => place(cell, layout[at]))
              .join('  ')
              .trimEnd()}\n`,
        )
        .join(''),
    foot: (count, isWhole) =>
      `${count.toLocaleString('en')} ${count === 1 ? 'row' : 'rows'}${isWhole ? '' : ', and more'}\n`,
  }
}

function layOut(column: ResultColumn, cells: readonly Cell[]): Layout {
  const isTime = column.type === 'timestamp'
  const widths = cells.map((cell) => displayWidth(shown(cell, isTime)))
  const width = Math.max(narrowest, displayWidth(printable(column.name)), ...widths)
  return { width: Math.min(width, widest), isTime }
}

function place(cell: Cell, layout: Layout | undefined): string {
  const { width, isTime } = layout ?? { width: widest, isTime: false }
  const text = shorten(shown(cell, isTime), width)
  const isNumber =
    !isTime &&
    (typeof cell === 'number' || (typeof cell === 'object' && cell !== null && ('i' in cell || 'r' in cell)))
  const gap = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return isNumber ? gap + text : text + gap
}

function shown(cell: Cell, isTime: boolean): string {
  if (isTime && typeof cell === 'number') return timeText(cell)
  return printable(cellText(cell))
}

function timeText(ms: number): string {
  const time = new Date(ms)
  return Number.isNaN(time.getTime()) ? String(ms) : time.toISOString().replace('T', ' ')
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}
