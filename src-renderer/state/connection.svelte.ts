/** The link's state as rune state, for the shell and for whoever waits for the engine to be back. */
import type { ConnectionStatus } from '../transport/connection-status.ts'

/** The slice of the reconnecting link that is needed here. */
export interface StatusSource {
  readonly status: ConnectionStatus
  onStatus(listener: (status: ConnectionStatus) => void): () => void
  retryNow(): void
}

/** Whether calls go through, and since when not. */
export class ConnectionState {
  readonly #source: StatusSource
  readonly #openListeners = new Set<() => void>()
  #status = $state.raw<ConnectionStatus>({ kind: 'connecting', sinceMs: 0 })

  constructor(source: StatusSource) {
    this.#source = source
    this.#status = source.status
    source.onStatus((status) => {
      this.#status = status
      if (status.kind !== 'open') return
      for (const listener of [...this.#openListeners]) listener()
    })
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  get isOpen(): boolean {
    return this.#status.kind === 'open'
  }

  /** Calls back each time a connection has been made; the result stops that. */
  onOpen(listener: () => void): () => void {
    this.#openListeners.add(listener)
    return () => this.#openListeners.delete(listener)
  }

  /** Tries at once instead of waiting for the back-off. */
  retryNow(): void {
    this.#source.retryNow()
  }
}
