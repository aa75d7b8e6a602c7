/**
 * Writes sys_store: how large the store was. Becomes coarser with age as sys_topics does, where a wider slice keeps the largest
 * sizes within it. Store thread only; inside the caller's transaction.
 */
import type { Database, Statement } from 'better-sqlite3'
import { Coarsening } from './coarsening.ts'
import { UsedBytes } from './store-budget.ts'

const second = 1000

export class SizeLog {
  readonly #insert: Statement
  readonly #coarsening: Coarsening
  readonly #size: UsedBytes

  constructor(database: Database) {
    const insert = 'INSERT INTO sys_store (seconds, at, used_bytes, file_bytes, log_bytes)'
    const larger = ['used_bytes', 'file_bytes', 'log_bytes']
      .map((column) => `${column} = max(${column}, excluded.${column})`)
      .join(', ')
    const merge = `ON CONFLICT DO UPDATE SET ${larger}`
    this.#size = new UsedBytes(database)
    this.#insert = database.prepare(`${insert} VALUES (1, ?, ?, ?, ?) ${merge}`)
    this.#coarsening = new Coarsening({
      fold: database.prepare(
        `${insert} SELECT @to, at / (@to * 1000) * (@to * 1000) AS bucket, max(used_bytes), max(file_bytes), max(log_bytes)
         FROM sys_store WHERE seconds = @from AND at < @before GROUP BY bucket ${merge}`,
      ),
      drop: database.prepare('DELETE FROM sys_store WHERE seconds = ? AND at < ?'),
    })
  }

  /**
   * Notes the sizes of now.
   * @param nowMs milliseconds since 1970
   * @param logBytes size of the write-ahead log
   */
  note(nowMs: number, logBytes: number): void {
    const { used, free } = this.#size.read()
    this.#insert.run(Math.floor(nowMs / second) * second, used, used + free, logBytes)
    this.#coarsening.run(nowMs)
  }
}
