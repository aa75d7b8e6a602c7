/** Which node is the controller now, asked beside the rounds: without a controller, brokers hold the answer back. Cluster thread. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import { describeQuorumRequest } from '../kafka/requests/describe-quorum.ts'
import { codeOf, errorName } from '../kafka/requests/error-codes.ts'
import type { ClusterMetadata } from '../kafka/requests/metadata.ts'
import { slow } from './broker-reach.ts'

const patienceMs = 500

export class ControllerReader {
  /** Null where it is not known. */
  controller: number | null = null
  /** Why it is not, in words; empty where nothing is in the way. */
  problem = ''
  readonly #client: ClusterClient
  #reading: Promise<void> | null = null

  constructor(client: ClusterClient) {
    this.#client = client
  }

  /** Asks, and waits for the answer for a moment. Never throws: what is not known stays so. */
  async read(metadata: ClusterMetadata, signal: AbortSignal): Promise<void> {
    this.#reading ??= this.#read(metadata, signal)
      .catch((error: unknown) => {
        this.#failed(error)
      })
      .finally(() => {
        this.#reading = null
      })
    const waiting = new AbortController()
    await Promise.race([
      this.#reading,
      sleep(patienceMs, undefined, { signal: waiting.signal }).catch(() => undefined),
    ])
    waiting.abort()
  }

  async #read({ brokers, controllerId }: ClusterMetadata, signal: AbortSignal): Promise<void> {
    const [broker] = brokers
    if (broker === undefined) return
    const connection = await this.#client.broker(broker.nodeId, slow, signal)
    // Without a quorum to ask, metadata names the true one; with one, it names any broker.
    const isAsked = connection.versionOf(describeQuorumRequest) !== null
    const leader = isAsked ? await connection.send(describeQuorumRequest, null, { signal }) : controllerId
    this.controller = leader < 0 ? null : leader
    this.problem = ''
  }

  #failed(error: unknown): void {
    const code = codeOf(error)
    this.controller = null
    const words = error instanceof Error ? error.message : String(error)
    this.problem = `the controller: ${code === null ? words : `the broker answers ${errorName(code)}`}`
  }
}
