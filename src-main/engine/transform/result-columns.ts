/** Columns that a step's result may not have, because the table it lands in could not hold them. Pure. */
import { addedColumns, type PlannedColumn, sqlTypeOf } from '../batch/relations.ts'

/** Columns of these names would hide the numbers by which rows are counted, isolated and evicted. */
const rowNumbers: ReadonlySet<string> = new Set(['rowid', 'oid', '_rowid_'])

/** What is wrong with the first column at fault and what to write instead, or null. */
export function faultOfColumns(columns: readonly PlannedColumn[]): { message: string; hint: string } | null {
  const seen = new Set<string>()
  for (const column of columns) {
    const lower = column.name.toLowerCase()
    if (lower === '') return { message: 'a column has no name', hint: 'Give it one with AS.' }
    if (rowNumbers.has(lower)) {
      const hint = `Write AS ${column.name.replace(/^_/, '')}_ behind it, or leave it out.`
      return { message: `"${column.name}" is SQLite's own name for the number of a row`, hint }
    }
    if (seen.has(lower)) {
      const hint = 'Name the columns instead of *, or rename one with AS.'
      return { message: `column "${column.name}" appears twice in the result`, hint }
    }
    seen.add(lower)
    const mistyped = faultOfAdded(column)
    if (mistyped !== null) return mistyped
  }
  return null
}

/** A step may give the columns that every table has, but not with another type. */
function faultOfAdded({ name, type }: PlannedColumn): { message: string; hint: string } | null {
  const added = addedColumns.find((column) => column.name === name.toLowerCase())
  if (added === undefined || type === null || sqlTypeOf(type) === added.sqlType) return null
  const message = `column "${name}" is ${added.type} in every table, and ${type} here`
  return { message, hint: 'Give it another name with AS.' }
}
