/**
 * Exact sizes of what is in the store, counted in pages on a person's word: in a query process, within a time limit, as it
 * reads the whole file. Measured with 2.1 GB: 2 s from the cache of the system, 8 s from a disk. Kept until measured again.
 * Rune state.
 */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import { cellNumber, cellText } from '#contract/cells.ts'
import { limits } from '#contract/limits.ts'
import type { Page } from '#contract/query.ts'
import type { PenstockClient } from '../../transport/client.ts'
import { keptState } from '../../state/view.ts'

const timeLimitMs = 60_000

/** What belongs to a table or rollup is named after it, with a slash: no name of a workspace holds one. */
export const sizesSql = `
SELECT CASE WHEN instr(s.tbl_name, '/') > 0 THEN substr(s.tbl_name, 1, instr(s.tbl_name, '/') - 1) ELSE s.tbl_name END AS name,
  sum(b.pgsize) AS bytes
FROM dbstat('main', 1) b JOIN sqlite_schema s ON s.name = b.name GROUP BY 1 ORDER BY 2 DESC LIMIT ${String(limits.queryPageRows)}`

export interface Sizes {
  /** When they were measured, milliseconds since 1970 UTC. */
  at: number
  /** Bytes with indexes by name of table, rollup, lookup or system relation; the largest. */
  bytes: ReadonlyMap<string, number>
}

export class MeasuredSizes {
  readonly #client: Pick<PenstockClient, 'query'>
  #sizes = $state.raw<Sizes | null>(null)
  #error = $state.raw<AppError | null>(null)
  #isMeasuring = $state(false)

  constructor({ client }: { client: Pick<PenstockClient, 'query'> }) {
    this.#client = client
  }

  /** Null before they were measured once. */
  get sizes(): Sizes | null {
    return this.#sizes
  }

  /** Why they could not be measured the last time. */
  get error(): AppError | null {
    return this.#error
  }

  get isMeasuring(): boolean {
    return this.#isMeasuring
  }

  /** Never rejects. */
  async measure(): Promise<void> {
    if (this.#isMeasuring) return
    this.#isMeasuring = true
    this.#error = null
    try {
      const { rows, at } = await this.#read()
      this.#sizes = { at, bytes: new Map(rows.map(([name, bytes]) => sizeOf(name, bytes))) }
    } catch (error) {
      this.#error = fromErrorShape(toErrorShape(error))
    }
    this.#isMeasuring = false
  }

  async #read(): Promise<{ rows: Page['rows']; at: number }> {
    const { query } = this.#client
    const { id } = await query.start({ sql: sizesSql, timeLimitMs, remember: false })
    try {
      let status = await query.watch({ id, after: null })
      while (status.state === 'queued' || status.state === 'running')
        status = await query.watch({ id, after: status.version })
      if (status.error !== null) throw fromErrorShape(status.error)
      const { rows } = await query.page({ id, start: 0, count: limits.queryPageRows })
      return { rows, at: status.asOf ?? Date.now() }
    } finally {
      await query.close({ id })
    }
  }
}

function sizeOf(name: Page['rows'][number][number] = null, bytes: typeof name = null): [string, number] {
  return [cellText(name), cellNumber(bytes) ?? 0]
}

export const measuredSizes = keptState((app) => new MeasuredSizes(app))
