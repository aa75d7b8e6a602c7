/** Makes the tables that pipelines land in, and extends those that an earlier start made. Store thread only. */
import { AppError } from '#contract/errors.ts'
import type { Database } from 'better-sqlite3'
import { addedColumns, sqlTypeOf, type TableShape } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'
import { checkKey, keyOf, prepareBeside } from './landing-tables.ts'

/** Page cache of a store that has tables with a key, at most: records come to rows all over such a table. */
const keyedCacheKibibytes = 256 * 1024

interface StoredColumn {
  name: string
  type: string
}

/**
 * Brings every table to its shape. New columns are added; columns that a table no longer gets stay and hold NULL from now on.
 * @throws AppError STORE_UNUSABLE where a stored column has another type, or a table another key
 */
export function prepareTables(database: Database, tables: readonly TableShape[]): void {
  const noteColumn = database.prepare(
    `INSERT INTO _penstock_columns (relation, kind, column_name, position, type) VALUES (?, 'table', ?, ?, ?)
     ON CONFLICT DO UPDATE SET position = excluded.position, type = excluded.type`,
  )
  const noteTable = database.prepare(
    `INSERT INTO sys_tables (name, source, rows, landed, evicted) VALUES (?, ?, 0, 0, 0)
     ON CONFLICT DO UPDATE SET source = excluded.source`,
  )
  const prepare = database.transaction(() => {
    for (const table of tables) {
      const wanted = wantedColumns(table)
      const stored = storedColumns(database, table.name)
      if (stored.length === 0) createTable(database, table.name, wanted, keyOf(table))
      else {
        checkKey(database, table)
        extendTable(database, table.name, stored, wanted)
      }
      prepareBeside(database, table)
      noteTable.run(table.name, table.source)
      const types = [...table.columns, ...addedColumns]
      types.forEach((column, position) => noteColumn.run(table.name, column.name, position, column.type))
    }
  })
  prepare()
  if (tables.some((table) => table.landing?.kind === 'keyed'))
    database.pragma(`cache_size = -${String(keyedCacheKibibytes)}`)
}

/** What {@link prepareTables} would refuse; changes nothing. @throws AppError STORE_UNUSABLE */
export function checkTables(database: Database, tables: readonly TableShape[]): void {
  for (const table of tables) {
    const stored = storedColumns(database, table.name)
    if (stored.length === 0) continue
    checkKey(database, table)
    for (const column of wantedColumns(table)) checkType(table.name, stored, column)
  }
}

function wantedColumns(table: TableShape): StoredColumn[] {
  const own = table.columns.map((column) => ({ name: column.name, type: sqlTypeOf(column.type) }))
  return [...own, ...addedColumns.map((column) => ({ name: column.name, type: column.sqlType }))]
}

function storedColumns(database: Database, table: string): StoredColumn[] {
  const rows = database.prepare('SELECT name, type FROM pragma_table_info(?)').raw().all(table)
  return rows.map((row) =>
    Array.isArray(row) ? { name: String(row[0]), type: String(row[1]) } : { name: '', type: '' },
  )
}

function createTable(
  database: Database,
  name: string,
  columns: readonly StoredColumn[],
  key: readonly string[],
): void {
  const list = columns.map(({ name: column, type }) =>
    key.includes(column) ? `${quoted(column)} ${keyType(type)} NOT NULL` : `${quoted(column)} ${type}`,
  )
  if (key.length > 0) list.push(`PRIMARY KEY (${key.map(quoted).join(', ')})`)
  database.exec(`CREATE TABLE ${quoted(name)} (${list.join(', ')}) STRICT`)
}

/** An INTEGER that is the whole key would be the row's number; INT is the same type and is not. */
function keyType(type: string): string {
  return type === 'INTEGER' ? 'INT' : type
}

function extendTable(
  database: Database,
  table: string,
  stored: readonly StoredColumn[],
  wanted: readonly StoredColumn[],
): void {
  for (const column of wanted) {
    const known = checkType(table, stored, column)
    if (known) continue
    database.exec(`ALTER TABLE ${quoted(table)} ADD COLUMN ${quoted(column.name)} ${column.type}`)
  }
}

/** @returns whether the column is there. @throws AppError STORE_UNUSABLE where it is there with another type */
function checkType(table: string, stored: readonly StoredColumn[], column: StoredColumn): boolean {
  const known = stored.find((candidate) => candidate.name.toLowerCase() === column.name.toLowerCase())
  if (known === undefined) return false
  // What was uncertain once, and is known now, fits.
  if (known.type.toUpperCase() === 'ANY') return true
  if (known.type.toUpperCase().replace(/^INT$/, 'INTEGER') === column.type) return true
  const message = `column ${column.name} of table ${table} is ${known.type} in the store and ${column.type} in the workspace`
  throw new AppError('STORE_UNUSABLE', `${message}; give the table another name, or move the store file away`)
}
