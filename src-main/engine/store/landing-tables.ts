/** Makes what tables with a key, and those without duplicates, need beside them. Store thread only; in the caller's transaction. */
import { AppError } from '#contract/errors.ts'
import type { Database } from 'better-sqlite3'
import {
  type DistinctPlan,
  type KeyColumn,
  type KeyedPlan,
  leavesMarkers,
  markerTable,
  namesOf,
  seenTable,
} from '../batch/landing-plan.ts'
import { sqlTypeOf, type TableShape } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'

/** @throws AppError STORE_UNUSABLE where the table has another key in the store, or none */
export function checkKey(database: Database, shape: TableShape): void {
  const stored = database
    .prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .pluck()
    .all(shape.name)
  const wanted = keyOf(shape)
  if (wanted.join('\n').toLowerCase() === stored.join('\n').toLowerCase()) return
  const words = (key: readonly string[]): string =>
    key.length === 0 ? 'no key' : `the key ${key.join(', ')}`
  const message = `table ${shape.name} has ${words(stored)} in the store and ${words(wanted)} in the workspace`
  throw new AppError('STORE_UNUSABLE', `${message}; give the table another name, or move the store file away`)
}

/** Names of the columns that identify a row; empty where rows are appended. */
export function keyOf({ landing }: TableShape): string[] {
  return landing?.kind === 'keyed' ? landing.key.map(({ name }) => name) : []
}

/** The tables and indexes beside a table; those that it does not need any more go. */
export function prepareBeside(database: Database, shape: TableShape): void {
  const { name, landing } = shape
  const markers = landing !== null && leavesMarkers(landing) ? createMarkers(name, landing) : null
  const seen = landing?.kind === 'distinct' ? createSeen(name, landing) : null
  keep(database, markerTable(name), markers, 'deleted_at')
  keep(database, seenTable(name), seen, '"/apart", "/at"')
  const isBounded = shape.retainRows !== null || shape.retainBytes !== null || shape.retainAgeMs !== null
  const age = quoted(`_penstock_age_${name}`)
  if (landing?.kind === 'keyed' && isBounded)
    database.exec(`CREATE INDEX IF NOT EXISTS ${age} ON ${quoted(name)} (_ingested_at)`)
  else database.exec(`DROP INDEX IF EXISTS ${age}`)
}

/** A table of another form held other keys, or others of their times: it is made anew. */
function keep(database: Database, name: string, create: string | null, timeColumns: string): void {
  const stored = database
    .prepare<[string], string>("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .pluck()
    .get(name)
  if (stored === (create ?? undefined)) return
  const before = quoted(`${name}/before`)
  const goesOn = create !== null && stored === create.replace(/CONSTRAINT "(?:[^"]|"")*" /, '')
  database.exec(
    goesOn ? `ALTER TABLE ${quoted(name)} RENAME TO ${before}` : `DROP TABLE IF EXISTS ${quoted(name)}`,
  )
  if (create === null) return
  database.exec(create)
  // Earlier versions did not note what times go by.
  if (goesOn) database.exec(`INSERT INTO ${quoted(name)} SELECT * FROM ${before}; DROP TABLE ${before}`)
  database.exec(`CREATE INDEX ${quoted(`${name}_time`)} ON ${quoted(name)} (${timeColumns})`)
}

/**
 * DDL of the markers of deletes. What is newest goes by a column: by another one they would keep out what is newer, so its name
 * is part of the form, as that of a constraint.
 */
function createMarkers(table: string, { key, newestBy }: KeyedPlan): string {
  const columns = [
    ...typedKey(key),
    'newest INTEGER NOT NULL, at_offset INTEGER NOT NULL, at_partition INTEGER NOT NULL, topic TEXT NOT NULL',
    'deleted_at INTEGER NOT NULL',
    `CONSTRAINT ${quoted(`newest by ${newestBy ?? ''}`)} PRIMARY KEY (${namesOf(key)})`,
  ]
  return `CREATE TABLE ${quoted(markerTable(table))} (${columns.join(', ')}) STRICT, WITHOUT ROWID`
}

/**
 * DDL of the keys that landed, each with its time, and whether it is kept apart: see distinct-landing.ts. By another event time
 * what comes could be too old to be compared with them, so where it comes from is part of the form.
 */
function createSeen(table: string, { key, origin }: DistinctPlan): string {
  const times = '"/at" INTEGER NOT NULL, "/apart" INTEGER NOT NULL'
  const primary = `CONSTRAINT ${quoted(`at ${origin}`)} PRIMARY KEY (${namesOf(key)}, "/at")`
  const columns = [...typedKey(key), times, primary]
  return `CREATE TABLE ${quoted(seenTable(table))} (${columns.join(', ')}) STRICT, WITHOUT ROWID`
}

function typedKey(key: readonly KeyColumn[]): string[] {
  return key.map(({ name, type }) => `${quoted(name)} ${sqlTypeOf(type)} NOT NULL`)
}
