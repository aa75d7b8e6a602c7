/** Figures of a chart as CSV (RFC 4180). */

/** One column: its heading and a value per row; null is an empty field. */
export interface CsvColumn {
  name: string
  values: readonly (string | number | null)[]
}

/** Rows as long as the longest column. */
export function toCsv(columns: readonly CsvColumn[]): string {
  const height = Math.max(0, ...columns.map((column) => column.values.length))
  const lines = [columns.map((column) => field(column.name)).join(',')]
  for (let row = 0; row < height; row += 1) {
    lines.push(columns.map((column) => field(column.values[row] ?? null)).join(','))
  }
  return `${lines.join('\r\n')}\r\n`
}

/** Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers are never changed. */
function field(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
