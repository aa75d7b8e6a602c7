/**
 * Looks at a store as it is opened for what can be found without reading all of it: its length, its schema, and both ends of
 * every table and index. Costs a few pages of each. Store thread only.
 */
import type { Database } from 'better-sqlite3'
import { statSync } from 'node:fs'
import { quoted } from '../sql/identifier.ts'
import { isDamage } from './damage.ts'

interface Relation {
  type: 'table' | 'index'
  name: string
  table: string
  sql: string | null
}

/** Why a file cannot be a store, before SQLite looks at it; null where nothing is to be seen. */
export function probeFile(storeFile: string): string | null {
  const facts = statSync(storeFile, { throwIfNoEntry: false })
  if (facts === undefined || facts.size > 0) return null
  return 'it is empty (0 bytes)'
}

/**
 * @returns what is wrong, null where nothing was found
 * @throws the database's error where it finds damage itself
 */
export function probeStore(database: Database, storeFile: string): string | null {
  const short = missingPages(database, storeFile)
  if (short !== null) return short
  const relations = database
    .prepare<[], Relation>(
      `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema
       WHERE type IN ('table', 'index') AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    )
    .all()
  for (const { type, name, table, sql } of relations) {
    const by = type === 'index' ? ` INDEXED BY ${quoted(name)}` : ''
    // A partial index answers only statements with its condition.
    if (type === 'index' && (sql === null || /\bWHERE\b/i.test(sql))) continue
    look(database, `SELECT 1 FROM ${quoted(table)}${by} LIMIT 1`)
    const hasRowid = type === 'table' && !/\bWITHOUT\s+ROWID\b/i.test(sql ?? '')
    if (hasRowid) look(database, `SELECT * FROM ${quoted(name)} ORDER BY rowid DESC LIMIT 1`)
  }
  return null
}

/** A statement that SQLite refuses for another reason tells nothing about the file. */
function look(database: Database, sql: string): void {
  try {
    database.prepare(sql).get()
  } catch (error) {
    if (isDamage(error)) throw error
  }
}

/** A file that was cut short. While there is a log, pages may be there alone. */
function missingPages(database: Database, storeFile: string): string | null {
  if ((statSync(`${storeFile}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return null
  const wanted = Number(
    database.prepare('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size').pluck().get(),
  )
  const { size } = statSync(storeFile)
  return size < wanted ? `it is cut short: ${String(size)} of ${String(wanted)} bytes are there` : null
}
