/**
 * Keeps the write-ahead log from growing without end. SQLite begins it anew only when no reader needs any of it, which never
 * comes where short statements overlap all the time. Store thread only.
 */
import { limits } from '#contract/limits.ts'
import type { Database } from 'better-sqlite3'

/** Longest wait for readers; two of the shortest time that each statement has (see limits), one after the other. */
export const readersMs = 2 * limits.storeLogReadMs

export class LogRestart {
  readonly #database: Pick<Database, 'pragma'>
  readonly #isCopied: () => boolean
  readonly #stepBytes: number
  #nextBytes: number

  /**
   * @param isCopied whether somebody copies the store, whom waiting does not outlast
   * @param stepBytes size of the log at which readers are waited for, and growth until the next time where that failed
   */
  constructor(
    database: Pick<Database, 'pragma'>,
    isCopied: () => boolean,
    stepBytes = limits.storeLogBytes / 2,
  ) {
    this.#database = database
    this.#isCopied = isCopied
    this.#stepBytes = stepBytes
    this.#nextBytes = stepBytes
  }

  /**
   * Between transactions: where the log has grown too far, waits until those who read it have ended, so that the next
   * transaction begins it anew. New readers need not wait. Blocks for at most the connection's busy timeout.
   */
  check(logBytes: number): void {
    if (logBytes < this.#stepBytes) this.#nextBytes = this.#stepBytes
    if (logBytes < this.#nextBytes || this.#isCopied()) return
    const isBusy = this.#database.pragma('wal_checkpoint(RESTART)', { simple: true }) !== 0
    this.#nextBytes = isBusy ? logBytes + this.#stepBytes : this.#stepBytes
  }
}
