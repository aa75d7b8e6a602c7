/** The clients of one thread: one per connection of the workspace, made when first asked for. */
import type { ConnectionState } from '#contract/connections.ts'
import { AppError, type ErrorShape, fromErrorShape } from '#contract/errors.ts'
import { ClusterClient } from './cluster-client.ts'
import type { ConnectionSettings } from './connection-settings.ts'

/** How a connection stands, as a thread tells the main process. */
export interface ConnectionStateNotice {
  kind: 'connection-state'
  connection: string
  state: ConnectionState
  reason: string
}

/** Connections as a thread is given them: those that could be resolved, and why the others could not. */
export interface ResolvedConnections {
  settings: readonly ConnectionSettings[]
  faults: ReadonlyMap<string, ErrorShape>
}

export class ClusterClients {
  readonly #settings: ReadonlyMap<string, ConnectionSettings>
  readonly #faults: ReadonlyMap<string, ErrorShape>
  readonly #clients = new Map<string, ClusterClient>()
  readonly #tell: (notice: ConnectionStateNotice) => void

  constructor(connections: ResolvedConnections, tell: (notice: ConnectionStateNotice) => void) {
    this.#settings = new Map(connections.settings.map((one) => [one.name, one]))
    this.#faults = connections.faults
    this.#tell = tell
  }

  get names(): string[] {
    return [...this.#settings.keys()]
  }

  /** @throws AppError CONNECTION_UNKNOWN, or why the connection could not be resolved, for example SECRET_MISSING */
  settings(name: string): ConnectionSettings {
    const settings = this.#settings.get(name)
    const fault = this.#faults.get(name)
    if (fault !== undefined) throw fromErrorShape(fault)
    if (settings === undefined) throw new AppError('CONNECTION_UNKNOWN', `there is no connection "${name}"`)
    return settings
  }

  /** The client that those share who ask nothing that a broker holds back. @throws AppError CONNECTION_UNKNOWN */
  client(name: string): ClusterClient {
    const known = this.#clients.get(name)
    if (known !== undefined) return known
    const client = new ClusterClient(this.settings(name), (state, reason) => {
      this.#tell({ kind: 'connection-state', connection: name, state, reason })
    })
    this.#clients.set(name, client)
    return client
  }

  /** Closes the client of a connection; the next one to ask gets a new one. */
  rebuild(name: string): void {
    this.#clients.get(name)?.close()
    this.#clients.delete(name)
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
    this.#clients.clear()
  }
}
