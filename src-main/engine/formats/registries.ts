/** The schema registries of one thread: one per connection that has one. */
import type { ClusterClients } from '../kafka/client/cluster-clients.ts'
import { SchemaRegistry } from './registry/schema-registry.ts'

export class Registries {
  readonly #clients: Pick<ClusterClients, 'settings'>
  readonly #open = new Map<string, SchemaRegistry>()

  constructor(clients: Pick<ClusterClients, 'settings'>) {
    this.#clients = clients
  }

  /** Null where the connection has none. @throws AppError CONNECTION_UNKNOWN, SCHEMA_UNAVAILABLE, SECRET_MISSING */
  of(connection: string): SchemaRegistry | null {
    const known = this.#open.get(connection)
    if (known !== undefined) return known
    const { registry } = this.#clients.settings(connection)
    if (registry === null) return null
    const opened = new SchemaRegistry(registry)
    this.#open.set(connection, opened)
    return opened
  }

  close(): void {
    for (const registry of this.#open.values()) registry.close()
    this.#open.clear()
  }
}
