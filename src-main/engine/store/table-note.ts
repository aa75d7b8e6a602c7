/** Rows of sys_tables: what is counted of each table. Store thread only; inside the caller's transaction. */
import type { Database, Statement } from 'better-sqlite3'
import type { TableCounts } from './landed-table.ts'

export class TableNote {
  readonly #name: string
  readonly #write: Statement

  constructor(database: Database, name: string) {
    this.#name = name
    this.#write = database.prepare(
      `UPDATE sys_tables SET rows = ?, landed = ?, updated = ?, deleted = ?, stale = ?, duplicates = ?, evicted = ?,
         oldest_at = ?, newest_at = ? WHERE name = ?`,
    )
  }

  write({
    rows,
    landed,
    updated,
    deleted,
    stale,
    duplicates,
    evicted,
    oldestAt,
    newestAt,
  }: TableCounts): void {
    const counts = [rows, landed, updated, deleted, stale, duplicates, evicted]
    this.#write.run(...counts, oldestAt, newestAt, this.#name)
  }
}

/** What was counted of a table before; zero where it is new. */
export function storedCounts(database: Database, name: string): TableCounts {
  const counts = database
    .prepare<[string], TableCounts>(
      `SELECT rows, landed, updated, deleted, stale, duplicates, evicted, oldest_at AS oldestAt, newest_at AS newestAt
       FROM sys_tables WHERE name = ?`,
    )
    .get(name)
  return (
    counts ?? {
      ...{ rows: 0, landed: 0, updated: 0, deleted: 0, stale: 0, duplicates: 0 },
      ...{ evicted: 0, oldestAt: null, newestAt: null },
    }
  )
}
