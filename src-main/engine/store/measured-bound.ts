/**
 * Bounds what is kept of measurements of clusters: the oldest slices of the width that has most of them go first. Store thread
 * only; inside the caller's transaction.
 */
import type { Database, Statement } from 'better-sqlite3'

export class MeasuredBound {
  readonly #counts: Statement<[], { seconds: number; rows: number }>
  readonly #until: Statement
  readonly #drop: Statement
  readonly #most: number

  /** @param table one of those with `seconds`, `at` and `connection` */
  constructor(database: Database, table: '_penstock_topics' | 'sys_lag', most: number) {
    this.#most = most
    this.#counts = database.prepare<[], { seconds: number; rows: number }>(
      `SELECT seconds, count(*) AS rows FROM ${table} WHERE connection <> '' GROUP BY seconds ORDER BY rows DESC`,
    )
    this.#until = database
      .prepare(`SELECT at FROM ${table} WHERE seconds = ? AND connection <> '' ORDER BY at LIMIT 1 OFFSET ?`)
      .pluck()
    this.#drop = database.prepare(`DELETE FROM ${table} WHERE seconds = ? AND at <= ? AND connection <> ''`)
  }

  /** Drops what is too much. */
  keep(): void {
    const counts = this.#counts.all()
    const sum = counts.reduce((total, { rows }) => total + rows, 0)
    const [largest] = counts
    if (sum <= this.#most || largest === undefined) return
    const excess = Math.min(sum - this.#most, largest.rows)
    const until = this.#until.get(largest.seconds, excess - 1)
    if (typeof until === 'number') this.#drop.run(largest.seconds, until)
  }
}
