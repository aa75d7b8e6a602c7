/**
 * Writes sys_lag: how far consumer groups and the sources of this workspace were behind. Becomes coarser with age as
 * sys_topics does, where a wider slice keeps the worst lag within it. Store thread only.
 */
import { limits } from '#contract/limits.ts'
import type { Database, Statement } from 'better-sqlite3'
import type { LagSlice } from '../batch/measured-rows.ts'
import { Coarsening } from './coarsening.ts'
import { MeasuredBound } from './measured-bound.ts'

const mostWaiting = 20_000

export class LagLog {
  readonly #insert: Statement
  readonly #coarsening: Coarsening
  readonly #bound: MeasuredBound
  #waiting: LagSlice[] = []
  #flushed = 0

  constructor(database: Database) {
    const insert =
      'INSERT INTO sys_lag (seconds, at, connection, group_id, source, topic, partition, committed, latest, lag, lag_ms)'
    const larger = (column: string): string =>
      `${column} = max(coalesce(${column}, excluded.${column}), coalesce(excluded.${column}, ${column}))`
    const merge = `ON CONFLICT DO UPDATE SET ${['committed', 'latest', 'lag', 'lag_ms'].map(larger).join(', ')}`
    this.#insert = database.prepare(`${insert} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${merge}`)
    const fold = database.prepare(
      `${insert} SELECT @to, at / (@to * 1000) * (@to * 1000) AS bucket, connection, group_id, source, topic, partition,
         max(committed), max(latest), max(lag), max(lag_ms)
       FROM sys_lag WHERE seconds = @from AND at < @before
       GROUP BY bucket, connection, group_id, source, topic, partition ${merge}`,
    )
    this.#coarsening = new Coarsening({
      fold,
      drop: database.prepare('DELETE FROM sys_lag WHERE seconds = ? AND at < ?'),
    })
    this.#bound = new MeasuredBound(database, 'sys_lag', limits.keptLagRows)
  }

  /** Keeps slices for the next {@link flush}. */
  add(slices: readonly LagSlice[]): void {
    this.#waiting.push(...slices)
    if (this.#waiting.length > mostWaiting) this.#waiting = this.#waiting.slice(-mostWaiting)
  }

  /** Writes what waits, inside the caller's transaction; it waits until {@link committed}. */
  flush(): void {
    for (const slice of this.#waiting) {
      const { seconds, at, connection, group, source, topic, partition, committed, latest, lag, lagMs } =
        slice
      const values = [committed, latest, lag, lagMs]
      this.#insert.run(seconds, at, connection, group, source, topic, partition, ...values)
    }
    this.#flushed = this.#waiting.length
  }

  coarsen(nowMs: number): void {
    if (this.#coarsening.run(nowMs)) this.#bound.keep()
  }

  committed(): void {
    this.#waiting.splice(0, this.#flushed)
    this.#flushed = 0
  }

  rolledBack(): void {
    this.#flushed = 0
  }
}
