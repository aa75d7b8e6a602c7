/** Queries before the pool is open and after it is closed: refused with a plain message, so that a host may come up first. */
import { AppError } from '#contract/errors.ts'
import type { HistoryEntry, Page, QueryStart, QueryStatus, SchemaView } from '#contract/query.ts'
import type { SqlValue } from '../columns/values.ts'
import type { Queries } from './engine-api.ts'
import type { QueryPool } from './query/query-pool.ts'
import type { StoreReader } from './query/store-reader.ts'

export class LazyQueries implements Queries, StoreReader {
  #pool: QueryPool | null = null

  attach(pool: QueryPool): void {
    this.#pool = pool
  }

  detach(): void {
    this.#pool = null
  }

  start(request: QueryStart): { id: string } {
    return this.#opened().start(request)
  }

  async watch(id: string, after: number | null, signal?: AbortSignal): Promise<QueryStatus> {
    return this.#opened().watch(id, after, signal)
  }

  async page(id: string, start: number, count: number): Promise<Page> {
    return this.#opened().page(id, start, count)
  }

  async cancel(id: string): Promise<QueryStatus> {
    return this.#opened().cancel(id)
  }

  async close(id: string): Promise<boolean> {
    return this.#opened().close(id)
  }

  async history(search: string, limit: number): Promise<HistoryEntry[]> {
    return this.#opened().history(search, limit)
  }

  async schema(): Promise<SchemaView> {
    return this.#opened().schema()
  }

  /** The engine's own reads; see StoreReader. */
  async run(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlValue[][]> {
    return this.#opened().run(sql, parameters)
  }

  #opened(): QueryPool {
    if (this.#pool === null) throw new AppError('ENGINE_NOT_RUNNING', 'the engine is starting or has stopped')
    return this.#pool
  }
}
