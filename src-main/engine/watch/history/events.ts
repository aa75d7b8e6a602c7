/** The engine's events as a list, read from sys_events through the query pool. Main process. */
import type { LiveEvent } from '#contract/live.ts'
import { eventLevel } from '#contract/live.ts'
import type { RowSource } from './store-values.ts'
import { numberOf, textOf } from './store-values.ts'

const listSql = `
SELECT id, at, level, kind, subject, message FROM sys_events
WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2`

/** See the head of the file. */
export class StoredEvents {
  readonly #store: RowSource

  constructor(store: RowSource) {
    this.#store = store
  }

  /** Newest first; `before` pages back by id. */
  async list({ before, limit }: { before?: number | undefined; limit: number }): Promise<LiveEvent[]> {
    const rows = await this.#store.run(listSql, [before ?? null, limit])
    return rows.map((row) => ({
      id: numberOf(row[0]),
      at: numberOf(row[1]),
      level: eventLevel.parse(row[2]),
      kind: textOf(row[3]),
      subject: textOf(row[4]),
      message: textOf(row[5]),
    }))
  }
}
