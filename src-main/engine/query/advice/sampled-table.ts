/**
 * A sample of one table beside the rest of the store, for trying indexes: statements see the sample under the table's name,
 * and everything else as it is, read-only. Blocks its caller; for a process of its own.
 */
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { quoted } from '../../sql/identifier.ts'

const runs = 3
/** A statement that takes longer is not measured again. */
const longMs = 5000

export class SampledTable {
  readonly rows: number
  readonly #database: DatabaseSync
  readonly #table: string

  /** @param mostRows newest rows to take. @throws Error of the database */
  constructor(storeFile: string, table: string, mostRows: number) {
    this.#table = quoted(table)
    this.#database = new DatabaseSync(':memory:')
    this.#database.exec(`ATTACH '${pathToFileURL(storeFile).href.replaceAll("'", "''")}?mode=ro' AS store`)
    this.#database.exec(
      `CREATE TABLE main.${this.#table} AS SELECT * FROM store.${this.#table} ORDER BY rowid DESC LIMIT ${String(mostRows)}`,
    )
    const counted = this.#database.prepare(`SELECT count(*) AS rows FROM main.${this.#table}`).get()
    this.rows = Number(counted?.['rows'])
  }

  /** How SQLite would go through the statement, a line per step. @throws Error where it cannot be compiled */
  plan(sql: string): string[] {
    return this.#database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => String(row['detail']))
  }

  /** Least milliseconds of a few runs over the sample. */
  measure(sql: string): number {
    const statement = this.#database.prepare(sql)
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

  /** Runs something while the sample has an index. @returns with what it took to make the index, milliseconds */
  withIndex<Output>(columns: readonly string[], use: () => Output): { output: Output; madeMs: number } {
    const begun = performance.now()
    this.#database.exec(`CREATE INDEX main."tried" ON ${this.#table} (${columns.map(quoted).join(', ')})`)
    const madeMs = performance.now() - begun
    try {
      this.#database.exec('ANALYZE main')
      return { output: use(), madeMs }
    } finally {
      this.#database.exec('DROP INDEX main."tried"')
    }
  }

  close(): void {
    this.#database.close()
  }
}
