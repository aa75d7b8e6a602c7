/** Results as JSON lines: one object per row. Integers are JSON numbers with every digit, also beyond 2^53. Pure. */
import type { Cell } from '#contract/cells.ts'
import type { ResultFormat } from './result-format.ts'

/**
 * Writer of JSON lines. Blobs are base64 text; a REAL that is not finite is text ("Infinity"), which JSON has no number
 * for. Columns of the same name get a number: a, a_2.
 */
export function jsonLinesFormat(): ResultFormat {
  let keys: string[] = []
  return {
    head(columns) {
      keys = distinctNames(columns.map(({ name }) => name)).map((name) => JSON.stringify(name))
      return ''
    },
    rows: (rows) =>
      rows
        .map((row) => `{${row.map((cell, at) => `${keys[at] ?? '""'}:${jsonCell(cell)}`).join(',')}}\n`)
        .join(''),
    foot: () => '',
  }
}

function jsonCell(cell: Cell): string {
  if (cell === null || typeof cell === 'number' || typeof cell === 'string') return JSON.stringify(cell)
  if ('i' in cell) return cell.i
  if ('r' in cell) return Number.isFinite(Number(cell.r)) ? cell.r : JSON.stringify(cell.r)
  return JSON.stringify('t' in cell ? cell.t : cell.b)
}

function distinctNames(names: readonly string[]): string[] {
  const taken = new Set(names)
  const used = new Set<string>()
  return names.map((name) => {
    let distinct = name
    for (let count = 2; used.has(distinct); count += 1) {
      distinct = `${name}_${String(count)}`
      if (taken.has(distinct)) distinct = name
    }
    used.add(distinct)
    return distinct
  })
}
