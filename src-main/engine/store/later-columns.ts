/** Columns that system tables got after stores of the same format had been made without them. Store thread only. */
import type { Database } from 'better-sqlite3'

/** Each may be NULL or has a default, so that rows of before are whole. */
const laterColumns: readonly { table: string; column: string; type: string }[] = [
  { table: 'sys_batches', column: 'watermark', type: 'INTEGER' },
  { table: 'sys_batches', column: 'late', type: 'INTEGER' },
  { table: 'sys_batches', column: 'too_late', type: 'INTEGER' },
]

/** Adds what an older store lacks. */
export function addLaterColumns(database: Database): void {
  const isThere = database.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').pluck()
  for (const { table, column, type } of laterColumns) {
    if (isThere.get(table, column) === undefined)
      database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`)
  }
}
