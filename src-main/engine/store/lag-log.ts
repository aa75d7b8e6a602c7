/**
 * Writes sys_lag: how far consumer groups and the sources of this workspace were behind. Becomes coarser with age as
 * sys_topics does, where a wider slice keeps the worst lag within it. Store thread only.
 */
import { limits } from '#contract/limits.ts'
import type { Database, Statement } from 'better-sqlite3'
import type { LagSlice } from '../batch/measured-rows.ts'
import { MeasuredBound } from './measured-bound.ts'

const second = 1000
const hour = 3600 * second
const day = 24 * hour
const month = 31 * day
const coarsenEveryMs = 60 * second
const mostWaiting = 20_000
const steps = [
  { from: 1, to: 10, afterMs: hour },
  { from: 10, to: 60, afterMs: day },
] as const

export class LagLog {
  readonly #insert: Statement
  readonly #fold: Statement
  readonly #drop: Statement
  readonly #bound: MeasuredBound
  #waiting: LagSlice[] = []
  #flushed = 0
  #nextCoarsenMs = 0

  constructor(database: Database) {
    const insert =
      'INSERT INTO sys_lag (seconds, at, connection, group_id, source, topic, partition, committed, latest, lag, lag_ms)'
    const larger = (column: string): string =>
      `${column} = max(coalesce(${column}, excluded.${column}), coalesce(excluded.${column}, ${column}))`
    const merge = `ON CONFLICT DO UPDATE SET ${['committed', 'latest', 'lag', 'lag_ms'].map(larger).join(', ')}`
    this.#insert = database.prepare(`${insert} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${merge}`)
    this.#fold = database.prepare(
      `${insert} SELECT @to, at / (@to * 1000) * (@to * 1000) AS bucket, connection, group_id, source, topic, partition,
         max(committed), max(latest), max(lag), max(lag_ms)
       FROM sys_lag WHERE seconds = @from AND at < @before
       GROUP BY bucket, connection, group_id, source, topic, partition ${merge}`,
    )
    this.#drop = database.prepare('DELETE FROM sys_lag WHERE seconds = ? AND at < ?')
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
    if (nowMs < this.#nextCoarsenMs) return
    this.#nextCoarsenMs = nowMs + coarsenEveryMs
    for (const { from, to, afterMs } of steps) {
      const width = to * second
      const before = Math.floor((nowMs - afterMs) / width) * width
      // Numbers are bound as REAL; the arithmetic on times needs integers.
      this.#fold.run({ from: BigInt(from), to: BigInt(to), before: BigInt(before) })
      this.#drop.run(from, before)
    }
    this.#drop.run(60, nowMs - month)
    this.#bound.keep()
  }

  committed(): void {
    this.#waiting.splice(0, this.#flushed)
    this.#flushed = 0
  }

  rolledBack(): void {
    this.#flushed = 0
  }
}
