/**
 * The cluster thread: everything that looks at clusters and is not ingest. Its areas answer the contract's calls by name;
 * measurements go to the store thread over a port of their own.
 */
import type { MessagePort } from 'node:worker_threads'
import type { Workspace } from '../../workspace/model.ts'
import { ClusterClients, type ResolvedConnections } from '../kafka/client/cluster-clients.ts'
import { type CallHandler, ThreadCalls, type ThreadPort } from './thread-calls.ts'

/** Main to cluster thread. */
export interface ClusterOpenInput {
  connections: ResolvedConnections
  workspace: Workspace
  /** To the store thread. */
  port: MessagePort
}

export class ClusterThread {
  #clients: ClusterClients | null = null

  constructor(parent: ThreadPort) {
    const handlers: Record<string, CallHandler> = {
      open: (input: ClusterOpenInput) => {
        this.#open(input, main)
      },
      stop: () => {
        this.#clients?.close()
      },
    }
    const main = new ThreadCalls(parent, handlers, () => undefined)
  }

  #open({ connections }: ClusterOpenInput, main: ThreadCalls): void {
    this.#clients = new ClusterClients(connections, (notice) => {
      main.tell(notice)
    })
  }
}
