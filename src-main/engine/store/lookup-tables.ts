/**
 * Holds lookups as tables. A new version is filled in under another name and takes the old one's place in one transaction,
 * so that no batch and no query ever sees half of it. Store thread only.
 */
import { AppError } from '#contract/errors.ts'
import type { Database, Statement } from 'better-sqlite3'
import { type LookupShape, lookupTable } from '../batch/relations.ts'
import type { SqlValue } from '../../columns/values.ts'
import { quoted } from '../sql/identifier.ts'

interface Loading {
  shape: LookupShape
  table: string
  insert: Statement
  rowsRead: number
}

/** What a topic says about a lookup: rows that are new or others now, and keys that are gone. No key is in both. */
export interface LookupChange {
  name: string
  /** Values in the order of the shape's columns. */
  rows: readonly (readonly SqlValue[])[]
  deleted: readonly SqlValue[]
}

/** What became of a load. */
export interface LookupLoaded {
  rows: number
  /** Rows whose key had come before; the last one of each key is kept. */
  duplicates: number
}

export class LookupTables {
  readonly #database: Database
  readonly #loading = new Map<string, Loading>()
  readonly #shapes = new Map<string, LookupShape>()
  #compiled = false

  constructor(database: Database) {
    this.#database = database
    this.#dropLeftovers()
  }

  begin(shape: LookupShape): void {
    const { name } = shape.lookup
    const table = `_penstock_loading_${name}`
    this.#database.exec(`DROP TABLE IF EXISTS ${quoted(table)}`)
    this.#database.exec(lookupTable(table, shape))
    const marks = shape.columns.map(() => '?').join(', ')
    const insert = this.#database.prepare(`INSERT OR REPLACE INTO ${quoted(table)} VALUES (${marks})`)
    this.#loading.set(name, { shape, table, insert, rowsRead: 0 })
  }

  /** @param rows values in the order of the shape's columns */
  add(name: string, rows: readonly (readonly SqlValue[])[]): void {
    const loading = this.#find(name)
    const insertAll = this.#database.transaction(() => {
      for (const row of rows) loading.insert.run(...row)
    })
    insertAll()
    loading.rowsRead += rows.length
  }

  /** Shows the new version. @throws AppError LOOKUP_UNREADABLE where it lacks columns that steps were compiled with */
  commit(name: string, nowMs: number): LookupLoaded {
    const loading = this.#find(name)
    const { shape, table } = loading
    if (this.#compiled) this.#checkColumns(name, shape)
    const rows = Number(
      this.#database
        .prepare(`SELECT count(*) FROM ${quoted(table)}`)
        .pluck()
        .get(),
    )
    const swap = this.#database.transaction(() => {
      this.#database.exec(`DROP TABLE IF EXISTS ${quoted(name)}`)
      this.#database.exec(`ALTER TABLE ${quoted(table)} RENAME TO ${quoted(name)}`)
      this.#noteColumns(name, shape)
      this.#database
        .prepare(
          `INSERT INTO sys_lookups (name, origin, rows, loaded_at, problem) VALUES (?, ?, ?, ?, '')
           ON CONFLICT DO UPDATE SET origin = excluded.origin, rows = excluded.rows, loaded_at = excluded.loaded_at, problem = ''`,
        )
        .run(name, shape.lookup.origin, rows, Math.floor(nowMs))
    })
    swap()
    this.#loading.delete(name)
    return { rows, duplicates: loading.rowsRead - rows }
  }

  /** Forgets a version that could not be read to its end. */
  abandon(name: string, problem: string): void {
    const loading = this.#loading.get(name)
    if (loading !== undefined) this.#database.exec(`DROP TABLE IF EXISTS ${quoted(loading.table)}`)
    this.#loading.delete(name)
    this.#database.prepare('UPDATE sys_lookups SET problem = ? WHERE name = ?').run(problem, name)
  }

  /** Whether a version of this shape is there, of an earlier start perhaps. */
  holds(shape: LookupShape): boolean {
    const { name } = shape.lookup
    const known = this.#database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?")
    return known.pluck().get(name) === lookupTable(name, shape)
  }

  /** Makes sure that there is a table of this shape, empty where there was none, so that steps can be compiled. */
  prepare(shape: LookupShape): void {
    const { name, origin } = shape.lookup
    this.#shapes.set(name, shape)
    const isThere = this.holds(shape)
    const make = this.#database.transaction(() => {
      if (!isThere) {
        this.#database.exec(`DROP TABLE IF EXISTS ${quoted(name)}`)
        this.#database.exec(lookupTable(name, shape))
      }
      this.#noteColumns(name, shape)
      this.#database
        .prepare(
          `INSERT INTO sys_lookups (name, origin, rows, loaded_at, problem) VALUES (?, ?, 0, NULL, '')
           ON CONFLICT DO UPDATE SET origin = excluded.origin, rows = iif(?, rows, 0)`,
        )
        .run(name, origin, Number(isThere))
    })
    make()
  }

  /**
   * Changes rows of the version that is being filled in, or else of the one that is shown. The caller's transaction.
   * @throws AppError INTERNAL for a lookup that was not prepared
   */
  change({ name, rows, deleted }: LookupChange, nowMs: number): void {
    const loading = this.#loading.get(name)
    const shape = loading?.shape ?? this.#shapes.get(name)
    if (shape === undefined) throw new AppError('INTERNAL', `lookup ${name} was not prepared`)
    const table = quoted(loading?.table ?? name)
    const key = shape.lookup.key.toLowerCase()
    const keyIndex = shape.columns.findIndex((column) => column.name.toLowerCase() === key)
    const remove = this.#database.prepare(`DELETE FROM ${table} WHERE ${quoted(shape.lookup.key)} = ?`)
    const marks = shape.columns.map(() => '?').join(', ')
    const insert = this.#database.prepare(`INSERT INTO ${table} VALUES (${marks})`)
    let added = 0
    for (const gone of deleted) added -= remove.run(bindable(gone)).changes
    for (const row of rows) {
      const values = row.map(bindable)
      added -= remove.run(values[keyIndex]).changes
      added += insert.run(...values).changes
    }
    if (loading !== undefined) return
    this.#database
      .prepare('UPDATE sys_lookups SET rows = rows + ?, loaded_at = ? WHERE name = ?')
      .run(added, Math.floor(nowMs), name)
  }

  /** Says what keeps a lookup from being whole or up to date; empty where nothing does. */
  problem(name: string, problem: string): void {
    this.#database.prepare('UPDATE sys_lookups SET problem = ? WHERE name = ?').run(problem, name)
  }

  /** From now on steps are compiled against the columns as they are. */
  freezeColumns(): void {
    this.#compiled = true
  }

  #find(name: string): Loading {
    const loading = this.#loading.get(name)
    if (loading === undefined) throw new AppError('INTERNAL', `lookup ${name} is not being loaded`)
    return loading
  }

  #checkColumns(name: string, shape: LookupShape): void {
    const before = this.#database
      .prepare("SELECT column_name, type FROM _penstock_columns WHERE relation = ? AND kind = 'lookup'")
      .raw()
      .all(name)
    for (const row of before) {
      const [column, type] = Array.isArray(row) ? row.map(String) : []
      const now = shape.columns.find((candidate) => candidate.name === column)
      if (now?.type === type) continue
      const change = now === undefined ? 'is no longer there' : `was ${String(type)} and is now ${now.type}`
      const message = `${shape.lookup.origin}: column ${String(column)} ${change}; the version before it stays in use`
      throw new AppError('LOOKUP_UNREADABLE', message, { details: { lookup: name } })
    }
  }

  #noteColumns(name: string, shape: LookupShape): void {
    this.#database.prepare('DELETE FROM _penstock_columns WHERE relation = ?').run(name)
    const insert = this.#database.prepare("INSERT INTO _penstock_columns VALUES (?, 'lookup', ?, ?, ?)")
    shape.columns.forEach((column, position) => insert.run(name, column.name, position, column.type))
  }

  #dropLeftovers(): void {
    const names = this.#database
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '\\_penstock\\_loading\\_%' ESCAPE '\\'",
      )
      .pluck()
      .all()
    for (const name of names) this.#database.exec(`DROP TABLE ${quoted(String(name))}`)
  }

  /** Drops lookups that the workspace no longer has, and what is known of their columns. */
  keepOnly(names: readonly string[]): void {
    const stored = this.#database
      .prepare("SELECT DISTINCT relation FROM _penstock_columns WHERE kind = 'lookup'")
      .pluck()
      .all()
      .map(String)
    for (const name of stored) {
      if (names.includes(name)) continue
      this.#database.exec(`DROP TABLE IF EXISTS ${quoted(name)}`)
      this.#database.prepare('DELETE FROM _penstock_columns WHERE relation = ?').run(name)
      this.#database.prepare('DELETE FROM sys_lookups WHERE name = ?').run(name)
    }
  }
}

/** Bytes come from another thread as what better-sqlite3 does not take. */
function bindable(value: SqlValue): SqlValue {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
}
