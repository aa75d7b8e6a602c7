/**
 * The newest live snapshot of the engine. Pulled, one call after the other, so that a slow page never falls behind; what
 * is shown turns stale as soon as nothing newer arrives.
 */
import type { LiveSnapshot } from '#contract/live.ts'
import type { PenstockClient } from '../transport/client.ts'
import { type Clock, systemClock } from '../transport/reconnecting-link.ts'
import type { ConnectionState } from './connection.svelte.ts'

/** Figures are stale once nothing has arrived for this long, milliseconds. */
export const staleAfterMs = 3000
const checkEveryMs = 500
const retryAfterMs = 1000

/** The snapshot and its freshness, as rune state. */
export class LiveState {
  readonly #client: Pick<PenstockClient, 'live'>
  readonly #connection: ConnectionState
  readonly #clock: Clock
  #snapshot = $state.raw<LiveSnapshot | null>(null)
  #staleSince = $state<number | null>(null)
  readonly #listeners = new Set<(snapshot: LiveSnapshot) => void>()
  #receivedAt = 0

  constructor(client: Pick<PenstockClient, 'live'>, connection: ConnectionState, clock: Clock = systemClock) {
    this.#client = client
    this.#connection = connection
    this.#clock = clock
  }

  /** Null until the first one came. */
  get snapshot(): LiveSnapshot | null {
    return this.#snapshot
  }

  /** Time of the last snapshot where its figures are no longer live; null while they are. */
  get staleSince(): number | null {
    return this.#staleSince
  }

  get isStale(): boolean {
    return this.#staleSince !== null
  }

  /** Calls back with each snapshot; the result ends it. */
  onSnapshot(listener: (snapshot: LiveSnapshot) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Begins to pull; the result stops it. */
  start(): () => void {
    const controller = new AbortController()
    this.#receivedAt = this.#clock.now()
    void this.#pull(controller.signal)
    this.#watch(controller.signal)
    return () => {
      controller.abort()
    }
  }

  async #pull(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const known = this.#snapshot
        const request = { epoch: known?.epoch ?? null, after: known?.version ?? null }
        this.#receive(await this.#client.live.next(request, { signal }))
      } catch {
        // Whatever it was, the figures turn stale and say so, and the connection's state names the cause.
        await this.#pause(signal)
      }
    }
  }

  #receive(snapshot: LiveSnapshot): void {
    const known = this.#snapshot
    this.#receivedAt = this.#clock.now()
    this.#staleSince = null
    if (known?.epoch === snapshot.epoch && known.version === snapshot.version) return
    this.#snapshot = snapshot
    for (const listener of this.#listeners) listener(snapshot)
  }

  #watch(signal: AbortSignal): void {
    this.#clock.after(checkEveryMs, () => {
      if (signal.aborted) return
      const isSilent = this.#clock.now() - this.#receivedAt >= staleAfterMs
      const isCut = !this.#connection.isOpen && this.#connection.status.kind !== 'connecting'
      if (this.#staleSince === null && (isSilent || isCut)) this.#staleSince = this.#receivedAt
      this.#watch(signal)
    })
  }

  /** Waits a little, or until the connection is back. */
  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stopTimer()
        stopListening()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const stopTimer = this.#clock.after(retryAfterMs, done)
      const stopListening = this.#connection.onOpen(done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }
}
