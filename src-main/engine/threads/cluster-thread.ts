/**
 * The cluster thread: everything that looks at clusters and is not ingest. Its areas answer the contract's calls by name;
 * measurements go to the store thread over a port of their own.
 */
import type { MessagePort } from 'node:worker_threads'
import type { Workspace } from '../../workspace/model.ts'
import { ClusterWatch } from '../cluster/cluster-watch.ts'
import { Registries } from '../formats/registries.ts'
import { ClusterClients, type ResolvedConnections } from '../kafka/client/cluster-clients.ts'
import type { ResolvedMaskKeys } from '../masks/mask-keys.ts'
import { MessageArea } from '../messages/message-area.ts'
import { type CallHandler, hasKind, ThreadCalls, type ThreadPort } from './thread-calls.ts'
import type { ClusterToStore, CommittedPositionsNotice } from './thread-messages.ts'

/** Main to cluster thread. */
export interface ClusterOpenInput {
  connections: ResolvedConnections
  workspace: Workspace
  maskKeys: ResolvedMaskKeys
  /** To the store thread. */
  port: MessagePort
}

/** A part of what the thread does. Handlers carry the names that the contract gives to the calls. */
interface ClusterArea {
  readonly handlers: Readonly<Record<string, CallHandler>>
  close(): void
}

export class ClusterThread {
  readonly #main: ThreadCalls
  /** Calls that are answered; areas add theirs when they open. */
  readonly #handlers: Record<string, CallHandler> = {
    open: (input: ClusterOpenInput) => {
      this.#open(input)
    },
    stop: () => {
      this.#stop()
    },
  }
  #areas: ClusterArea[] = []
  #clients: ClusterClients | null = null
  #registries: Registries | null = null

  constructor(parent: ThreadPort) {
    this.#main = new ThreadCalls(parent, this.#handlers, () => undefined)
  }

  #open({ connections, workspace, maskKeys, port }: ClusterOpenInput): void {
    const clients = new ClusterClients(connections, (notice) => {
      this.#main.tell(notice)
    })
    this.#clients = clients
    const registries = new Registries(clients)
    this.#registries = registries
    const tell = (message: ClusterToStore): void => {
      store.tell(message)
    }
    const watch = new ClusterWatch({
      clients,
      workspace,
      tell: (rows) => {
        tell({ kind: 'measured', ...rows })
      },
      subjects: async (connection, topic) => {
        const found = (await registries.of(connection)?.topicSchemas(topic)) ?? []
        return found.map(({ schema: { subject, id, version, type } }) => ({ subject, id, version, type }))
      },
    })
    const store = new ThreadCalls(port, {}, (message) => {
      // The store thread is built from the same source.
      if (hasKind(message, 'positions')) watch.notePositions((message as CommittedPositionsNotice).positions)
    })
    this.#areas = [watch, new MessageArea(clients, workspace, maskKeys)]
    for (const area of this.#areas) Object.assign(this.#handlers, area.handlers)
  }

  #stop(): void {
    for (const area of this.#areas) area.close()
    this.#registries?.close()
    this.#clients?.close()
  }
}
