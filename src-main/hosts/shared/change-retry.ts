/**
 * A changed penstock.yaml that is right and could not be taken over for what may pass: the store had no room, or what it reads
 * from did not answer. It is tried again by itself after growing pauses, or only when a person says so. Main thread; used by
 * the session.
 */
import { AppError } from '#contract/errors.ts'

/** Faults that pass without the file becoming another one. */
const passing = ['STORE_FULL', 'SOURCE_UNREADABLE', 'CONNECTION_FAILED', 'KAFKA_FAILED', 'SCHEMA_UNAVAILABLE']

const firstPauseMs = 5000
const longestPauseMs = 60_000

export type RetryKind = 'automatic' | 'manual'

/** What is tried again. */
export interface RetriedChange {
  /** Digest of the file. */
  digest: string
  kind: RetryKind
  /** Makes the change. Where it is refused once more it waits anew. */
  attempt: () => Promise<void>
}

export class ChangeRetry {
  readonly #pauseMs: number
  readonly #onFault: (error: unknown) => void
  #change: RetriedChange | null = null
  #timer: NodeJS.Timeout | null = null
  #digest = ''
  #failures = 0

  /**
   * @param pauseMs the first pause; each is twice as long as the one before, up to a minute
   * @param onFault told of an attempt that throws
   */
  constructor(onFault: (error: unknown) => void, pauseMs: number = firstPauseMs) {
    this.#onFault = onFault
    this.#pauseMs = pauseMs
  }

  /** Null where nothing is to be tried again. */
  get kind(): RetryKind | null {
    return this.#change?.kind ?? null
  }

  /** Takes the place of what waited before. */
  wait(change: RetriedChange): void {
    this.clear()
    this.#failures = change.digest === this.#digest ? this.#failures + 1 : 0
    this.#digest = change.digest
    this.#change = change
    if (change.kind === 'manual') return
    const pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2 ** this.#failures)
    this.#timer = setTimeout(() => {
      this.now().catch(this.#onFault)
    }, pauseMs)
    this.#timer.unref()
  }

  /** Tries at once. @returns whether there was something to try */
  async now(): Promise<boolean> {
    const change = this.#change
    this.clear()
    if (change === null) return false
    await change.attempt()
    return true
  }

  /** Nothing is tried again. */
  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#change = null
  }
}

/** Whether a version may be taken over later as it is. */
export function mayPass(error: unknown): error is AppError {
  return error instanceof AppError && passing.includes(error.code)
}
