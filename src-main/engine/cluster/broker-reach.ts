/**
 * Connections for measurements. A broker that cannot be reached holds up a round for a moment only: it is connected to
 * meanwhile, and the next round finds the connection. Cluster thread.
 */
import { AppError } from '#contract/errors.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrokerConnection } from '../kafka/client/broker-connection.ts'

/** A broker that answers requests. */
export type AskedBroker = Pick<BrokerConnection, 'send' | 'versionOf'>

/** Where brokers come from: a cluster's client. */
export interface BrokerSource {
  broker(nodeId: number, purpose: string, signal: AbortSignal): Promise<AskedBroker>
}

/** Purpose of these connections: measurements must not hold up what people wait for. */
const measuring = 'measure'
/** Purpose of those for what a broker may take long to answer: brokers answer in order, and nothing else must wait. */
export const slow = 'slow'
/** How long a round waits for a connection, and how long where the last one waited in vain. */
const patienceMs = 2000
const shortPatienceMs = 200
/** Longest that a broker may take to answer a measurement. */
export const answerLimitMs = 5000

export class BrokerReach {
  readonly client: BrokerSource
  readonly #missed = new Set<number>()

  constructor(client: BrokerSource) {
    this.client = client
  }

  /** Whether any broker could not be reached when it was asked for last. */
  get misses(): boolean {
    return this.#missed.size > 0
  }

  /** @throws AppError CONNECTION_FAILED also where it takes too long for this round; the signal's reason */
  async broker(nodeId: number, signal: AbortSignal): Promise<AskedBroker> {
    const connecting = this.client.broker(nodeId, measuring, signal)
    const waiting = new AbortController()
    try {
      const limitMs = this.#missed.has(nodeId) ? shortPatienceMs : patienceMs
      const late = sleep(limitMs, null, { signal: waiting.signal }).catch(() => null)
      const connection = await Promise.race([connecting, late])
      if (connection === null) throw notReached(nodeId)
      this.#missed.delete(nodeId)
      return connection
    } catch (error) {
      this.#missed.add(nodeId)
      // It goes on unseen; whoever asks next is told what comes of it.
      connecting.catch(() => undefined)
      throw error
    } finally {
      waiting.abort()
    }
  }

  /** Forgets brokers that the cluster does not have any more. */
  keepOnly(brokers: readonly { nodeId: number }[]): void {
    for (const id of this.#missed) if (!brokers.some(({ nodeId }) => nodeId === id)) this.#missed.delete(id)
  }
}

function notReached(broker: number): AppError {
  const message = `broker ${String(broker)} cannot be reached; trying goes on`
  return new AppError('CONNECTION_FAILED', message, { details: { retriable: true } })
}
