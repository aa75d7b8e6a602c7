/** Connects one source to the store thread and the main process: bound on batches in flight, pause, stop. */
import { limits } from '#contract/limits.ts'
import type { PackedBatch } from '../batch/packed-batch.ts'
import { transferables } from '../ingest/batch-builder.ts'
import type { LogEnd, SourcePort, SourceState } from '../ingest/source-port.ts'
import { nowMs, type ThreadCalls } from './thread-calls.ts'
import type {
  IngestToStore,
  SourceLogNotice,
  SourceProgressNotice,
  SourceStateNotice,
} from './thread-messages.ts'

export class ThreadSourcePort implements SourcePort {
  stopped = false
  readonly #source: string
  readonly #main: ThreadCalls
  readonly #store: ThreadCalls
  readonly #wakers = new Set<() => void>()
  #inFlight = 0
  /** Why the source has ended, while batches of it are still under way. */
  #ending: string | null = null
  #paused: boolean

  constructor(source: string, main: ThreadCalls, store: ThreadCalls, paused: boolean) {
    this.#source = source
    this.#main = main
    this.#store = store
    this.#paused = paused
  }

  isReady(): boolean {
    return this.#inFlight < limits.batchesInFlight
  }

  async whenReady(): Promise<void> {
    while (!this.isReady() && !this.stopped) await this.#woken()
  }

  send(batch: PackedBatch): void {
    this.#inFlight++
    this.#store.tell(batch, transferables(batch))
    const notice: SourceProgressNotice = {
      kind: 'source-progress',
      source: this.#source,
      progress: batch.progress,
    }
    this.#main.tell(notice)
  }

  /** A batch has committed. */
  received(): void {
    this.#inFlight--
    if (this.#inFlight === 0 && this.#ending !== null) this.#tellState('ended', this.#ending)
    this.#wake()
  }

  /** Told at once, but for the end: that is true only when all that was read has committed. */
  logEnds(ends: LogEnd[]): void {
    this.#main.tell({ kind: 'source-log', source: this.#source, ends } satisfies SourceLogNotice)
  }

  state(state: SourceState, reason: string): void {
    if (state === 'ended' && this.#inFlight > 0) this.#ending = reason
    else this.#tellState(state, reason)
  }

  #tellState(state: SourceState, reason: string): void {
    this.#ending = null
    const notice: SourceStateNotice = { kind: 'source-state', source: this.#source, state, reason }
    this.#main.tell(notice)
    this.#store.tell({ kind: 'source-state', source: this.#source, state } satisfies IngestToStore)
  }

  event(level: 'info' | 'warn' | 'error', kind: string, message: string): void {
    this.#store.tell({
      kind: 'event',
      level,
      event: kind,
      subject: this.#source,
      message,
    } satisfies IngestToStore)
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
