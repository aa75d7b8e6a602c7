/**
 * The query processes over the engine's store: opened once the store is there, anew where it has become another one, and told to
 * end the longest statement where that holds the store's log. Main process; one per engine.
 */
import { limits } from '#contract/limits.ts'
import path from 'node:path'
import type { EnginePorts } from './engine-api.ts'
import { LazyQueries } from './lazy-queries.ts'
import { openQueryPool, type QueryPool } from './query/query-pool.ts'
import { isCopied } from './signals/store-copies.ts'

export interface StoreQueriesOptions extends Pick<EnginePorts, 'entries' | 'stateFolder' | 'logger'> {
  storeFile: string
  /** Told of each statement that met a damaged page. */
  damaged: () => void
}

export class StoreQueries {
  /** There from the beginning; refuses while no pool is open. */
  readonly queries = new LazyQueries()
  readonly #options: StoreQueriesOptions
  #pool: QueryPool | null = null

  constructor(options: StoreQueriesOptions) {
    this.#options = options
  }

  async open(): Promise<void> {
    const spoolFolder = path.join(this.#options.stateFolder, 'results')
    this.#pool = await openQueryPool({ ...this.#options, spoolFolder })
    this.queries.attach(this.#pool)
  }

  /** Processes that have the old store open would go on reading it under its new name. */
  async renew(): Promise<void> {
    await this.close()
    await this.open()
  }

  async close(): Promise<void> {
    this.queries.detach()
    await this.#pool?.stop()
    this.#pool = null
  }

  /** What a copy holds no statement gives back; the copy ends itself where it takes too long. */
  relieveLog(walBytes: number): void {
    const { storeFile, logger } = this.#options
    if (walBytes < limits.storeLogBytes || isCopied(storeFile)) return
    const sql = this.#pool?.stopLongest(limits.storeLogReadMs, walBytes) ?? null
    if (sql !== null) logger.warn({ sql, walBytes }, 'stopped a statement that held the log of the store')
  }
}
