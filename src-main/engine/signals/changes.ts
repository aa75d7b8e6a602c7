/**
 * Long polls: those who wait for something to change, woken all at once. Main process; used by snapshots, connection tests
 * and the session of a host.
 */
import { limits } from '#contract/limits.ts'

export class Changes {
  readonly #waiters = new Set<() => void>()

  /** Resolves at the next change, or after `limits.longPollMs`. Rejects with the signal's reason when it aborts. */
  next(signal?: AbortSignal, waitMs: number = limits.longPollMs): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer)
        this.#waiters.delete(done)
        signal?.removeEventListener('abort', aborted)
      }
      const done = (): void => {
        leave()
        resolve()
      }
      const aborted = (): void => {
        leave()
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
      }
      const timer = setTimeout(done, waitMs)
      this.#waiters.add(done)
      if (signal?.aborted === true) aborted()
      else signal?.addEventListener('abort', aborted, { once: true })
    })
  }

  /** Wakes all that wait. */
  announce(): void {
    for (const wake of [...this.#waiters]) wake()
  }
}
