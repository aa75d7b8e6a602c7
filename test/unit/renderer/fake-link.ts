/** A connection whose state a test sets. */
import type { StatusSource } from '../../../src-renderer/state/connection.svelte.ts'
import type { ConnectionStatus } from '../../../src-renderer/transport/connection-status.ts'

export class FakeLink implements StatusSource {
  readonly #listeners = new Set<(status: ConnectionStatus) => void>()
  status: ConnectionStatus
  retries = 0

  constructor(status: ConnectionStatus = { kind: 'open', sinceMs: 0 }) {
    this.status = status
  }

  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  retryNow(): void {
    this.retries += 1
  }

  set(status: ConnectionStatus): void {
    this.status = status
    for (const listener of this.#listeners) listener(status)
  }
}
