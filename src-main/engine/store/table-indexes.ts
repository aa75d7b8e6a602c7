/**
 * Declared indexes of tables: made where they are missing, dropped where the workspace does not have them any more. Making
 * one reads the whole table, so it happens before ingest starts. Store thread only.
 */
import type { Database } from 'better-sqlite3'
import type { TableShape } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'

/** Beginning of the names of declared indexes; a slash cannot stand in a workspace's names. */
const prefix = (table: string): string => `${table}/by `

/** An index that was made or dropped just now. */
export interface IndexChange {
  table: string
  columns: readonly string[]
  what: 'made' | 'dropped'
  ms: number
}

export function prepareIndexes(database: Database, shapes: readonly TableShape[]): IndexChange[] {
  const changes: IndexChange[] = []
  for (const { name: table, indexes } of shapes) {
    const wanted = new Map(
      indexes.map((columns) => [`${prefix(table)}${columns.join(', ').toLowerCase()}`, columns]),
    )
    const stored = storedIndexes(database, table)
    for (const name of stored) {
      if (wanted.has(name)) continue
      database.exec(`DROP INDEX ${quoted(name)}`)
      changes.push({ table, columns: name.slice(prefix(table).length).split(', '), what: 'dropped', ms: 0 })
    }
    for (const [name, columns] of wanted) {
      if (stored.includes(name)) continue
      const begun = performance.now()
      database.exec(`CREATE INDEX ${quoted(name)} ON ${quoted(table)} (${columns.map(quoted).join(', ')})`)
      changes.push({ table, columns, what: 'made', ms: performance.now() - begun })
    }
  }
  return changes
}

function storedIndexes(database: Database, table: string): string[] {
  return database
    .prepare<[string], string>("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?")
    .pluck()
    .all(table)
    .filter((name) => name.startsWith(prefix(table)))
}
