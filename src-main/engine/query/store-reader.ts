/**
 * The engine's own small reads of the store, on a process of their own, so that the console never waits behind a
 * person's statement. Lives in the main process.
 */
import { AppError } from '#contract/errors.ts'
import { byteWords, durationWords } from './limit-words.ts'
import type { SqlValue } from '../../columns/values.ts'
import type { Job, JobOutcome, ProcessPool } from './process-pool.ts'
import type { QueryLimits } from './query-limits.ts'

/** Reads rows as arrays of values, in the order of the statement's columns. */
export interface StoreReader {
  /**
   * @param parameters values of `?`; whole numbers are bound as INTEGER
   * @returns all rows; INTEGER is bigint, REAL is number (see SqlValue)
   * @throws AppError QUERY_INVALID, QUERY_SIZE_LIMIT past `QueryLimits.readRows`, QUERY_TIME_LIMIT, QUERY_PROCESS_LOST
   */
  run(sql: string, parameters?: readonly SqlValue[]): Promise<SqlValue[][]>
}

/** A reader over a pool of one process. */
export class PooledStoreReader implements StoreReader {
  readonly #pool: ProcessPool
  readonly #limits: QueryLimits
  readonly #pending = new Set<(error: AppError) => void>()

  constructor(pool: ProcessPool, limits: QueryLimits) {
    this.#pool = pool
    this.#limits = limits
  }

  run(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlValue[][]> {
    if (this.#pool.waiting >= this.#limits.readQueue) {
      return Promise.reject(new AppError('TOO_MANY_CALLS', 'Too many reads of the store wait already.'))
    }
    const result = Promise.withResolvers<SqlValue[][]>()
    const job: Job = {
      order: { kind: 'read', sql, parameters: parameters.map(bindable), rowLimit: this.#limits.readRows },
      timeMs: this.#limits.readMs,
      taken: () => undefined,
      report: () => undefined,
      settle: (outcome) => {
        this.#pending.delete(result.reject)
        if (outcome.kind === 'answered' && outcome.report.kind === 'values')
          result.resolve(outcome.report.rows)
        else result.reject(this.#faultOf(outcome))
      },
    }
    this.#pending.add(result.reject)
    this.#pool.submit(job)
    return result.promise
  }

  /** Fails what is pending; the pool is closed by its owner. */
  close(reason: AppError): void {
    for (const reject of this.#pending) reject(reason)
    this.#pending.clear()
  }

  #faultOf(outcome: JobOutcome): AppError {
    if (outcome.kind === 'answered') {
      if (outcome.report.kind !== 'failed') return new AppError('INTERNAL', 'A read gave no rows.')
      return new AppError(outcome.report.fault.code, outcome.report.fault.message)
    }
    if (outcome.by === 'time') {
      return new AppError(
        'QUERY_TIME_LIMIT',
        `A read took longer than ${durationWords(this.#limits.readMs)}.`,
      )
    }
    if (outcome.by === 'memory' || outcome.by === 'temporary') {
      const most = byteWords(this.#limits.process.heapBytes)
      return new AppError('QUERY_MEMORY_LIMIT', `A read needed more than ${most} of memory.`)
    }
    return new AppError('QUERY_PROCESS_LOST', `The process that reads the store ended (${outcome.detail}).`)
  }
}

const bindable = (value: SqlValue): SqlValue =>
  typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
