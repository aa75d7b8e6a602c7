/**
 * A cluster as one user of it sees it: brokers by id over as few sockets as possible, metadata kept for a while, leaders and
 * coordinators found. Reconnects when asked again; never retries by itself, as only the caller knows what a retry means.
 */
import { AppError } from '#contract/errors.ts'
import type { ConnectionState } from '#contract/connections.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCoordinatorRequest } from '../requests/find-coordinator.ts'
import { type ClusterMetadata, metadataRequest } from '../requests/metadata.ts'
import { BrokerConnection } from './broker-connection.ts'
import { type BrokerAddress, addressText, type ConnectionSettings } from './connection-settings.ts'

/** Told whenever the cluster becomes reachable or stops being so. */
export type StateListener = (state: ConnectionState, reason: string) => void

/** After a connection has failed, the next try to the same address waits so long; longer each time. */
const firstPauseMs = 250
const longestPauseMs = 10_000

interface Lane {
  connection: Promise<BrokerConnection>
  /** The same once it is open. */
  open: BrokerConnection | null
}

export class ClusterClient {
  readonly settings: ConnectionSettings
  readonly #onState: StateListener
  readonly #lanes = new Map<string, Lane>()
  readonly #failures = new Map<string, { count: number; until: number }>()
  readonly #addresses = new Map<number, BrokerAddress>()
  readonly #closing = new AbortController()
  #metadata: { at: number; topics: string; value: ClusterMetadata } | null = null
  #nextSeed = 0
  #state: ConnectionState = 'idle'

  constructor(settings: ConnectionSettings, onState: StateListener = () => undefined) {
    this.settings = settings
    this.#onState = onState
  }

  /**
   * Metadata of these topics, or of all with null. Also renews what is known of brokers.
   * @param maxAgeMs an answer to the same question that is not older is given again; 0 always asks
   */
  async metadata(
    topics: readonly string[] | null,
    maxAgeMs = 0,
    signal?: AbortSignal,
  ): Promise<ClusterMetadata> {
    const key = topics === null ? '' : topics.join('\n')
    const kept = this.#metadata
    if (kept !== null && kept.topics === key && Date.now() - kept.at < maxAgeMs) return kept.value
    const connection = await this.any(signal)
    // A broker that hangs must not keep the others from telling who leads in its place.
    const timeoutMs = this.settings.connectTimeoutMs
    const value = await connection.send(metadataRequest, { topics }, { signal, timeoutMs })
    this.#addresses.clear()
    for (const { nodeId, host, port } of value.brokers) this.#addresses.set(nodeId, { host, port })
    this.#metadata = { at: Date.now(), topics: key, value }
    return value
  }

  /** A connection to any broker that can be reached: open ones first, then known ones, then the configured ones. */
  async any(signal?: AbortSignal): Promise<BrokerConnection> {
    for (const [key, { open }] of this.#lanes) {
      if (key.startsWith('control ') && open?.isOpen === true && !open.isStalled) return open
    }
    const isStalled = (seed: BrokerAddress): boolean =>
      this.#lanes.get(this.#laneKey(seed, 'control'))?.open?.isStalled === true
    const seeds = this.#promisingSeeds().toSorted(
      (one, other) => Number(isStalled(one)) - Number(isStalled(other)),
    )
    let fault: unknown = null
    for (const seed of seeds) {
      try {
        return await this.#lane(seed, 'control', signal)
      } catch (error) {
        if (this.#closing.signal.aborted || signal?.aborted === true) throw error
        fault = error
      }
    }
    throw fault
  }

  /**
   * A connection to one broker.
   * @param purpose requests that a broker holds back get a connection of their own under their own word
   * @throws AppError KAFKA_FAILED where the broker is not known, CONNECTION_FAILED where it cannot be reached
   */
  async broker(nodeId: number, purpose = 'control', signal?: AbortSignal): Promise<BrokerConnection> {
    if (!this.#addresses.has(nodeId)) await this.metadata([], 0, signal)
    const address = this.#addresses.get(nodeId)
    if (address === undefined) {
      const message = `${this.settings.name}: there is no broker ${String(nodeId)} in the cluster's metadata`
      throw new AppError('KAFKA_FAILED', message, { details: { retriable: true } })
    }
    return this.#lane(address, purpose, signal)
  }

  /** The broker that keeps a consumer group. */
  async coordinator(group: string, signal?: AbortSignal): Promise<BrokerConnection> {
    const connection = await this.any(signal)
    const { nodeId, host, port } = await connection.send(findCoordinatorRequest, group, { signal })
    this.#addresses.set(nodeId, { host, port })
    return this.#lane({ host, port }, 'control', signal)
  }

  /** Closes every connection at once; what is under way is rejected. */
  close(): void {
    this.#closing.abort(new AppError('CONNECTION_FAILED', `${this.settings.name}: closed`))
    for (const { connection } of this.#lanes.values()) {
      connection.then(
        (open) => {
          open.close()
        },
        () => undefined,
      )
    }
    this.#lanes.clear()
    this.#tell('idle', '')
  }

  async #lane(advertised: BrokerAddress, purpose: string, signal?: AbortSignal): Promise<BrokerConnection> {
    const key = this.#laneKey(advertised, purpose)
    const known = this.#lanes.get(key)
    if (known !== undefined) return known.connection
    const lane: Lane = { connection: this.#open(this.#reachedAt(advertised), key, signal), open: null }
    this.#lanes.set(key, lane)
    try {
      lane.open = await lane.connection
      return lane.open
    } catch (error) {
      if (this.#lanes.get(key) === lane) this.#lanes.delete(key)
      throw error
    }
  }

  #laneKey(advertised: BrokerAddress, purpose: string): string {
    return `${purpose} ${addressText(this.#reachedAt(advertised))}`
  }

  #reachedAt(advertised: BrokerAddress): BrokerAddress {
    return this.settings.addresses.get(addressText(advertised)) ?? advertised
  }

  async #open(address: BrokerAddress, key: string, signal?: AbortSignal): Promise<BrokerConnection> {
    const name = addressText(address)
    const either = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])])
    const failed = this.#failures.get(name)
    const waitMs = (failed?.until ?? 0) - Date.now()
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: either })
    if (this.#state !== 'connected') this.#tell('connecting', '')
    try {
      const connection = await BrokerConnection.open(address, this.settings, {
        signal: either,
        onClosed: () => {
          this.#lanes.delete(key)
        },
      })
      this.#failures.delete(name)
      this.#tell('connected', '')
      return connection
    } catch (error) {
      if (either.aborted) throw error
      const count = (failed?.count ?? 0) + 1
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (count - 1))
      this.#failures.set(name, { count, until: Date.now() + pauseMs })
      if (this.#lanes.size <= 1) this.#tell('waiting', error instanceof Error ? error.message : String(error))
      throw error
    }
  }

  /** Seeds that need not be waited for; where all have failed a moment ago, the one that is tried again first. */
  #promisingSeeds(): BrokerAddress[] {
    const nowMs = Date.now()
    const waits = this.#seeds().map((seed) => {
      const { until } = this.#failures.get(addressText(this.#reachedAt(seed))) ?? { until: 0 }
      return { seed, waitMs: until - nowMs }
    })
    const ready = waits.filter(({ waitMs }) => waitMs <= 0)
    const [soonest] = waits.toSorted((left, right) => left.waitMs - right.waitMs)
    return (ready.length > 0 || soonest === undefined ? ready : [soonest]).map(({ seed }) => seed)
  }

  /** Where to begin: what metadata told, then what the workspace says, beginning elsewhere each time. */
  #seeds(): BrokerAddress[] {
    const configured = this.settings.brokers
    const start = this.#nextSeed++ % configured.length
    const turned = [...configured.slice(start), ...configured.slice(0, start)]
    return [...this.#addresses.values(), ...turned]
  }

  #tell(state: ConnectionState, reason: string): void {
    if (state === this.#state && state !== 'waiting') return
    this.#state = state
    this.#onState(state, reason)
  }
}
