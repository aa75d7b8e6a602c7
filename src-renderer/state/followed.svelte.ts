/**
 * Work of the engine that is followed by long polls from its start to its end, also over a lost connection: a statement, a
 * search. Owned by the run that started it.
 */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { Clock } from '../transport/reconnecting-link.ts'

/** The slice of the connection's state that following needs. */
export interface FollowConnection {
  readonly isOpen: boolean
  onOpen(listener: () => void): () => void
}

export interface FollowPorts {
  connection: FollowConnection
  clock: Clock
}

/** A newer status has a greater version. */
interface Versioned {
  version: number
}

const retryMs = 1000

/** A lost connection and a busy engine pass. */
function isPassing({ code }: AppError): boolean {
  return code === 'CONNECTION_LOST' || code === 'TOO_MANY_CALLS'
}

/** The newest status, and why there is no newer one, as rune state. */
export class Followed<Status extends Versioned> {
  readonly #ports: FollowPorts
  readonly #abort = new AbortController()
  #status = $state.raw<Status | null>(null)
  #fault = $state.raw<AppError | null>(null)

  constructor(ports: FollowPorts) {
    this.#ports = ports
  }

  /** The engine's last word; null until the first. */
  get status(): Status | null {
    return this.#status
  }

  /** Why it was not started or cannot be followed any more. */
  get fault(): AppError | null {
    return this.#fault
  }

  get isClosed(): boolean {
    return this.#abort.signal.aborted
  }

  /** True while nothing can be heard of the engine. */
  get isCut(): boolean {
    return !this.#ports.connection.isOpen
  }

  /** It cannot be followed, and why. */
  fail(error: unknown): void {
    this.#fault = fromErrorShape(toErrorShape(error))
  }

  /**
   * Asks for news until it is over, closed or cannot be followed. Never rejects.
   * @param watch answers once there is a status of a later version than `after`
   * @param isActive whether there may still be news
   */
  async follow(
    watch: (after: number | null, signal: AbortSignal) => Promise<Status>,
    isActive: () => boolean,
  ): Promise<void> {
    const { signal } = this.#abort
    const isWanted = (): boolean => !signal.aborted
    while (this.#fault === null && isActive() && isWanted()) {
      try {
        this.#receive(await watch(this.#status?.version ?? null, signal))
      } catch (error) {
        if (isWanted()) await this.#endure(error)
      }
    }
  }

  /**
   * Tells the engine something that it answers with its status. Never rejects.
   * @returns whether it was heard
   */
  async tell(order: () => Promise<Status>): Promise<boolean> {
    try {
      this.#receive(await order())
      return true
    } catch (error) {
      const known = fromErrorShape(toErrorShape(error))
      if (!isPassing(known)) this.#fault = known
      return false
    }
  }

  /** Ends the following. @returns false where it had ended before */
  close(): boolean {
    if (this.isClosed) return false
    this.#abort.abort()
    return true
  }

  #receive(status: Status): void {
    const known = this.#status
    if (known === null || status.version >= known.version) this.#status = status
  }

  /** What passes is waited out; anything else ends the following. */
  async #endure(error: unknown): Promise<void> {
    const known = fromErrorShape(toErrorShape(error))
    if (isPassing(known)) await this.#pause()
    else this.#fault = known
  }

  /** A moment, or until there is a connection again, or until nobody wants to know. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#abort
      const done = (): void => {
        cancelTimer()
        stopListening()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancelTimer = this.#ports.clock.after(retryMs, done)
      const stopListening = this.#ports.connection.onOpen(done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }
}
