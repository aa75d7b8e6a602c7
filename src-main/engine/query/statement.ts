/**
 * One statement of a person from its start to its end: its state, its pages, and those who wait for a change of it.
 * Lives in the main process; query-pool.ts moves it on.
 */
import type { AppError, ErrorCode } from '#contract/errors.ts'
import type { QueryStart, QueryStatus, ResultColumn } from '#contract/query.ts'
import { performance } from 'node:perf_hooks'
import type { PageEntry } from './process-messages.ts'
import type { ResultPages } from './result-pages.ts'

/** How a statement ends. `truncated` where a limit cut its rows. */
export interface StatementEnd {
  state: 'done' | 'failed' | 'cancelled'
  truncated: boolean
  error: { code: ErrorCode; message: string } | null
  errorOffset?: number | null
}

interface Waiter {
  wake(): void
  fail(reason: Error): void
}

/** See the head of the file. */
export class Statement {
  readonly id: string
  readonly request: QueryStart
  readonly pages: ResultPages
  /** Wall clock at which it was started. */
  readonly startedAt = Date.now()
  readonly #waiters = new Set<Waiter>()
  #version = 1
  #state: QueryStatus['state'] = 'queued'
  #columns: ResultColumn[] = []
  #asOf: number | null = null
  #runningSince: number | null = null
  #elapsedMs: number | null = null
  #end: StatementEnd | null = null

  constructor(id: string, request: QueryStart, pages: ResultPages) {
    this.id = id
    this.request = request
    this.pages = pages
  }

  get hasEnded(): boolean {
    return this.#end !== null
  }

  /** Time it has run, milliseconds; stands still once it has ended. */
  get elapsedMs(): number {
    if (this.#elapsedMs !== null) return this.#elapsedMs
    return this.#runningSince === null ? 0 : performance.now() - this.#runningSince
  }

  status(): QueryStatus {
    const error = this.#end?.error ?? null
    return {
      id: this.id,
      version: this.#version,
      state: this.#state,
      columns: this.#columns,
      rows: this.pages.rows,
      bytes: this.pages.bytes,
      elapsedMs: this.elapsedMs,
      asOf: this.#asOf,
      truncated: this.#end?.truncated ?? false,
      error: error === null ? null : { ...error, details: {} },
      errorOffset: this.#end?.errorOffset ?? null,
    }
  }

  /** A process took it. */
  run(): void {
    this.#state = 'running'
    this.#runningSince = performance.now()
    this.#changed()
  }

  /** It was compiled, and sees the store as of now. */
  compiled(columns: ResultColumn[], asOf: number): void {
    this.#columns = columns
    this.#asOf = asOf
    this.#changed()
  }

  append(pages: readonly PageEntry[]): void {
    this.pages.append(pages)
    this.#changed()
  }

  /** Once; later calls have no effect. */
  end(end: StatementEnd): void {
    if (this.#end !== null) return
    this.#elapsedMs = this.elapsedMs
    this.#end = end
    this.#state = end.state
    this.#changed()
  }

  /** The result is dropped: whoever waits is told. */
  forget(reason: AppError): void {
    for (const waiter of [...this.#waiters]) waiter.fail(reason)
  }

  /**
   * The status now, or as soon as its version is past `after`, or after `longestMs`.
   * @throws the signal's reason when aborted; the reason of {@link forget}
   */
  async watch(after: number | null, longestMs: number, signal?: AbortSignal): Promise<QueryStatus> {
    signal?.throwIfAborted()
    if (after === null || this.#version > after) return this.status()
    const change = Promise.withResolvers<undefined>()
    const waiter: Waiter = {
      wake: () => {
        change.resolve(undefined)
      },
      fail: change.reject,
    }
    const abort = (): void => {
      change.reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      waiter.wake()
    }, longestMs)
    this.#waiters.add(waiter)
    signal?.addEventListener('abort', abort)
    try {
      await change.promise
      return this.status()
    } finally {
      clearTimeout(timer)
      this.#waiters.delete(waiter)
      signal?.removeEventListener('abort', abort)
    }
  }

  #changed(): void {
    this.#version += 1
    for (const waiter of [...this.#waiters]) waiter.wake()
  }
}
