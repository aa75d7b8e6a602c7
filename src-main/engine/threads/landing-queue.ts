/**
 * Batches that wait to land, one a turn of the event loop, so that figures and housekeeping get their turns too. A store without
 * room keeps its batch and tries again; ingest waits for the receipt meanwhile. Store thread only.
 */
import type { PackedBatch } from '../batch/packed-batch.ts'
import { isStoreFull } from '../store/store-full.ts'

const retryMs = 500

/** What the queue needs of the thread. */
export interface LandingPorts {
  /** Whether a batch may land now; others may meanwhile. */
  takes: (batch: PackedBatch) => boolean
  /** @throws the database's error; the batch can be landed again */
  land: (batch: PackedBatch) => void
  /** @param landMs milliseconds that it took */
  landed: (batch: PackedBatch, landMs: number) => void
  /** There is no room; tells why once, until there is. */
  full: (error: Error) => void
  room: () => void
  /** Before a batch is tried again. */
  beforeRetry: () => void
}

export class LandingQueue {
  readonly #ports: LandingPorts
  readonly #batches: PackedBatch[] = []
  #draining: NodeJS.Immediate | null = null
  #retry: NodeJS.Timeout | null = null
  #isFull = false

  constructor(ports: LandingPorts) {
    this.#ports = ports
  }

  add(batch: PackedBatch): void {
    this.#batches.push(batch)
    this.drainSoon()
  }

  /** Whether a batch waits for room. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Drops what waits: whoever sent it has gone. */
  clear(): void {
    this.#batches.length = 0
  }

  /** Lets go of what waits of these senders, as if it had landed; it has not been committed, and is read again. */
  letGo(senders: ReadonlySet<string>): void {
    const dropped = this.#batches.filter(({ source }) => senders.has(source))
    const rest = this.#batches.filter(({ source }) => !senders.has(source))
    this.#batches.splice(0, this.#batches.length, ...rest)
    if (rest.length === 0) this.#noteRoom()
    for (const batch of dropped) this.#ports.landed(batch, 0)
  }

  drainSoon(): void {
    this.#draining ??= setImmediate(() => {
      this.#draining = null
      this.#drain()
    })
  }

  /** Lands all there is, but for what finds no room, and ends. */
  finish(): void {
    while (this.#retry === null && this.#drain());
    if (this.#draining !== null) clearImmediate(this.#draining)
    if (this.#retry !== null) clearTimeout(this.#retry)
  }

  /** Lands the oldest batch that may. @returns whether one has landed */
  #drain(): boolean {
    if (this.#retry !== null) return false
    const at = this.#batches.findIndex((waiting) => this.#ports.takes(waiting))
    const batch = this.#batches[at]
    if (batch === undefined) return false
    const begun = performance.now()
    try {
      this.#ports.land(batch)
    } catch (error) {
      if (!isStoreFull(error)) throw error
      this.#waitForRoom(error)
      return false
    }
    this.#batches.splice(at, 1)
    this.#noteRoom()
    this.#ports.landed(batch, performance.now() - begun)
    if (this.#batches.length > 0) this.drainSoon()
    return true
  }

  /** Nothing waits for room any more. */
  #noteRoom(): void {
    if (!this.#isFull) return
    this.#isFull = false
    this.#ports.room()
  }

  #waitForRoom(error: Error): void {
    if (!this.#isFull) {
      this.#isFull = true
      this.#ports.full(error)
    }
    this.#retry = setTimeout(() => {
      this.#retry = null
      this.#ports.beforeRetry()
      this.#drain()
    }, retryMs)
  }
}
