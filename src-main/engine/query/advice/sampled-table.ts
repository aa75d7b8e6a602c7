/**
 * A sample of one table beside the rest of the store, for trying indexes: statements see the sample under the table's name,
 * with the indexes that the table has, and everything else as it is, read-only. Blocks its caller; for a process of its own.
 */
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { quoted } from '../../sql/identifier.ts'

const runs = 3
/** A statement that takes longer is not measured again. */
const longMs = 5000
/** Rows come in pieces from all over the table: newest rows alone would say nothing of a range of time. */
const pieces = 100
/** Rows whose size is looked at. */
const weighedRows = 500
/** Name of an index that is tried, as plans show it. */
export const triedIndex = 'new_index'

/** Bounds of a sample. */
export interface SampleSize {
  rows: number
  /** By an estimate; the sample is held in memory. */
  bytes: number
}

export class SampledTable {
  readonly rows: number
  /** Rows of the table, estimated from the first and the last row number. */
  readonly tableRows: number
  readonly columns: readonly string[]
  readonly #database: DatabaseSync
  readonly #table: string

  /** @throws Error of the database */
  constructor(storeFile: string, table: string, size: SampleSize) {
    this.#table = quoted(table)
    this.#database = new DatabaseSync(':memory:')
    try {
      const file = pathToFileURL(storeFile).href.replaceAll("'", "''")
      this.#database.exec(`ATTACH '${file}?mode=ro' AS store`)
      this.#database.exec(`CREATE TABLE main.${this.#table} AS SELECT * FROM store.${this.#table} LIMIT 0`)
      this.columns = this.#database
        .prepare(`SELECT * FROM main.${this.#table}`)
        .columns()
        .map(({ name }) => name)
      const { first, last } = this.#bounds()
      const span = last === 0 ? 0 : last - first + 1
      this.#copy(first, span, Math.min(size.rows, this.#rowsWithin(size.bytes, last)))
      this.rows = this.#number(`SELECT count(*) AS value FROM main.${this.#table}`)
      this.tableRows = Math.max(span, this.rows)
      this.#copyIndexes(table)
      this.#database.exec('ANALYZE main')
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  /** How SQLite would go through the statement, a line per step. @throws Error where it cannot be compiled */
  plan(sql: string): string[] {
    return planOf(this.#database, sql)
  }

  /** Least milliseconds of a few runs over the sample. @throws Error of the database */
  measure(sql: string): number {
    return measure(this.#database, sql)
  }

  /** Runs something while the sample has an index. @returns with what it took to make the index, milliseconds */
  withIndex<Output>(columns: readonly string[], use: () => Output): { output: Output; madeMs: number } {
    const begun = performance.now()
    this.#index(triedIndex, columns)
    const madeMs = performance.now() - begun
    try {
      this.#database.exec('ANALYZE main')
      return { output: use(), madeMs }
    } finally {
      this.#database.exec(`DROP INDEX main.${triedIndex}`)
    }
  }

  close(): void {
    this.#database.close()
  }

  #bounds(): { first: number; last: number } {
    const end = (which: string): number =>
      this.#number(`SELECT ifnull(${which}(rowid), 0) AS value FROM store.${this.#table}`)
    return { first: end('min'), last: end('max') }
  }

  /** How many rows of the size of the newest ones so many bytes hold. */
  #rowsWithin(bytes: number, last: number): number {
    const size = this.columns.map((name) => `ifnull(octet_length(${quoted(name)}), 0) + 8`).join(' + ')
    const average = this.#number(
      `SELECT ifnull(avg(${size}), 1) AS value FROM store.${this.#table} WHERE rowid > ${String(last - weighedRows)}`,
    )
    return Math.max(1, Math.floor(bytes / average))
  }

  #copy(first: number, span: number, most: number): void {
    const insert = this.#database.prepare(
      `INSERT INTO main.${this.#table} SELECT * FROM store.${this.#table} WHERE rowid BETWEEN ? AND ?`,
    )
    this.#database.exec('BEGIN')
    if (span <= most) insert.run(first, first + span)
    else {
      const each = Math.max(1, Math.floor(most / pieces))
      for (let piece = 0; piece < pieces; piece++) {
        const from = first + Math.floor(((span - each) * piece) / (pieces - 1))
        insert.run(from, from + each - 1)
      }
    }
    this.#database.exec('COMMIT')
  }

  #copyIndexes(table: string): void {
    const list = this.#database.prepare("SELECT name FROM pragma_index_list(?, 'store')").all(table)
    const columnsOf = this.#database.prepare("SELECT name FROM pragma_index_info(?, 'store') ORDER BY seqno")
    list.forEach(({ name }, number) => {
      const columns = columnsOf.all(String(name)).map((column) => column['name'])
      if (columns.every((column) => typeof column === 'string'))
        this.#index(`there_${String(number)}`, columns)
    })
  }

  #index(name: string, columns: readonly string[]): void {
    this.#database.exec(`CREATE INDEX main.${name} ON ${this.#table} (${columns.map(quoted).join(', ')})`)
  }

  #number(sql: string): number {
    return Number(this.#database.prepare(sql).get()?.['value'])
  }
}

/** Steps of a plan, in SQLite's words. @throws Error where the statement cannot be compiled */
export function planOf(database: DatabaseSync, sql: string): string[] {
  return database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => String(row['detail']))
}

/** Least milliseconds of a few runs. @throws Error of the database */
export function measure(database: DatabaseSync, sql: string): number {
  const statement = database.prepare(sql)
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) {
    const begun = performance.now()
    const rows = statement.iterate()
    while (rows.next().done !== true);
    best = Math.min(best, performance.now() - begun)
    if (best > longMs) break
  }
  return best
}
