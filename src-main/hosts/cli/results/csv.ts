/** Results as CSV (RFC 4180): header line, CRLF, quotes where needed. NULL is nothing, the empty text is "". Pure. */
import type { Cell } from '#contract/cells.ts'
import type { ResultFormat } from './result-format.ts'

/** Writer of CSV. Blobs are base64. */
export function csvFormat(): ResultFormat {
  return {
    head: (columns) => csvLine(columns.map(({ name }) => csvText(name))),
    rows: (rows) => rows.map((row) => csvLine(row.map(csvCell))).join(''),
    foot: () => '',
  }
}

function csvLine(fields: readonly string[]): string {
  return `${fields.join(',')}\r\n`
}

function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  if (typeof cell === 'string') return csvText(cell)
  if ('i' in cell) return cell.i
  if ('r' in cell) return cell.r
  if ('t' in cell) return csvText(cell.t)
  return csvText(cell.b)
}

function csvText(text: string): string {
  return text === '' || /[",\r\n]|^\s|\s$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
