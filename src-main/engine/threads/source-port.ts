/** Connects a source, or a run beside one, to the threads around it: bound on batches in flight, pause, stop. */
import { limits } from '#contract/limits.ts'
import type { BatchReceipt, PackedBatch } from '../batch/packed-batch.ts'
import { transferables } from '../ingest/batch-builder.ts'
import type { LogEnd, SourcePort, SourceState } from '../ingest/source-port.ts'
import { nowMs } from './thread-calls.ts'

/** Who hears of a source. */
export interface SourceListener {
  batch(batch: PackedBatch, transfer: ArrayBuffer[]): void
  /** The end is told once all that was read has committed. */
  state(state: SourceState, reason: string): void
  logEnds(ends: LogEnd[]): void
  event(level: 'info' | 'warn' | 'error', kind: string, message: string): void
}

/** Milliseconds for which a batch of a run beside a source may keep the store from that source's own. */
const asideMs = 40
const fewestRecords = 256
const firstRecords = 2048

export class ThreadSourcePort implements SourcePort {
  stopped = false
  batchRecords: number = limits.batchRecords
  readonly #listener: SourceListener
  readonly #mostInFlight: number
  readonly #wakers = new Set<() => void>()
  #inFlight = 0
  /** Why the source has ended, while batches of it are still under way. */
  #ending: string | null = null
  #paused: boolean

  constructor(listener: SourceListener, paused: boolean, mostInFlight: number = limits.batchesInFlight) {
    this.#listener = listener
    this.#paused = paused
    this.#mostInFlight = mostInFlight
  }

  isReady(): boolean {
    return this.#inFlight < this.#mostInFlight
  }

  /** Resolves when nothing that was sent is under way any more. */
  async whenCommitted(): Promise<void> {
    while (this.#inFlight > 0) await this.#woken()
  }

  async whenReady(): Promise<void> {
    while (!this.isReady() && !this.stopped) await this.#woken()
  }

  send(batch: PackedBatch): void {
    this.#inFlight++
    this.#listener.batch(batch, transferables(batch))
  }

  /** Has batches made so small that others need not wait for them. */
  stepAside({ records, landMs }: BatchReceipt): void {
    if (records === 0) return
    const wanted = Math.round((records * asideMs) / Math.max(1, landMs))
    this.batchRecords = Math.min(limits.batchRecords, Math.max(fewestRecords, wanted))
  }

  /** A batch has committed. */
  received(): void {
    this.#inFlight--
    if (this.#inFlight === 0 && this.#ending !== null) this.#tellState('ended', this.#ending)
    this.#wake()
  }

  logEnds(ends: LogEnd[]): void {
    this.#listener.logEnds(ends)
  }

  /** Told at once, but for the end: that is true only when all that was read has committed. */
  state(state: SourceState, reason: string): void {
    if (state === 'ended' && this.#inFlight > 0) this.#ending = reason
    else this.#tellState(state, reason)
  }

  #tellState(state: SourceState, reason: string): void {
    this.#ending = null
    this.#listener.state(state, reason)
  }

  event(level: 'info' | 'warn' | 'error', kind: string, message: string): void {
    this.#listener.event(level, kind, message)
  }

  pause(): void {
    this.#paused = true
    this.#wake()
  }

  resume(): void {
    this.#paused = false
    this.#wake()
  }

  isPaused(): boolean {
    return this.#paused && !this.stopped
  }

  async whenResumed(): Promise<void> {
    while (this.isPaused()) await this.#woken()
  }

  stop(): void {
    this.stopped = true
    this.#wake()
  }

  async whenStopped(): Promise<void> {
    while (!this.stopped) await this.#woken()
  }

  nowMs(): number {
    return nowMs()
  }

  async sleep(ms: number): Promise<void> {
    if (this.stopped) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#wakers.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#wakers.add(done)
    })
  }

  async #woken(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wakers.add(resolve)
    })
  }

  #wake(): void {
    const wakers = [...this.#wakers]
    this.#wakers.clear()
    for (const wake of wakers) wake()
  }
}

/** The port of a run beside a source: one batch under way, and small ones to begin with. */
export function portBeside(listener: SourceListener, paused: boolean): ThreadSourcePort {
  const port = new ThreadSourcePort(listener, paused, 1)
  port.batchRecords = firstRecords
  return port
}
