/** What the store holds of a table, whatever the workspace says of it. Store thread only. */
import type { Database } from 'better-sqlite3'
import { quoted } from '../sql/identifier.ts'

/** Names of its columns in lower case; none where the store does not have the table. */
export function columnsIn(database: Database, table: string): string[] {
  return database.prepare<[string], string>('SELECT lower(name) FROM pragma_table_info(?)').pluck().all(table)
}

/** @throws the database's error where the store does not have the table */
export function hasRows(database: Database, table: string): boolean {
  return database.prepare(`SELECT 1 FROM ${quoted(table)} LIMIT 1`).get() !== undefined
}
