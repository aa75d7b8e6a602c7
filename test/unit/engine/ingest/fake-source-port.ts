/** A port that takes everything at once, and lets time pass only where the source sleeps. */
import { limits } from '../../../../src-main/contract/limits.ts'
import type { PackedBatch } from '../../../../src-main/engine/batch/packed-batch.ts'
import type { LogEnd, SourcePort, SourceState } from '../../../../src-main/engine/ingest/source-port.ts'

export class FakePort implements SourcePort {
  stopped = false
  batchRecords: number = limits.batchRecords
  paused = false
  now = 0
  sleeps = 0
  readonly batches: PackedBatch[] = []
  readonly states: string[] = []
  readonly events: string[] = []
  /** Called at each sleep, at each state, and while it is paused. */
  watch: (port: this) => void = () => undefined

  isReady = (): boolean => true
  whenReady = (): Promise<void> => Promise.resolve()
  isPaused = (): boolean => this.paused
  nowMs = (): number => this.now

  whenResumed(): Promise<void> {
    this.watch(this)
    return Promise.resolve()
  }

  /** A capture has no end of a log. */
  logEnds(ends: LogEnd[]): void {
    throw new Error(`nothing is to be told of ${String(ends.length)} logs`)
  }

  send(batch: PackedBatch): void {
    this.batches.push(batch)
  }

  state(state: SourceState, reason: string): void {
    this.states.push(reason === '' ? state : `${state}: ${reason}`)
    this.watch(this)
  }

  event(_level: string, kind: string, message: string): void {
    this.events.push(`${kind}: ${message}`)
  }

  sleep(ms: number): Promise<void> {
    this.now += ms
    this.sleeps++
    this.watch(this)
    return Promise.resolve()
  }

  get records(): number {
    return this.batches.reduce((sum, batch) => sum + batch.records, 0)
  }

  get dead(): string[] {
    return this.batches.flatMap((batch) => batch.dead.map((dead) => `${dead.kind} ${dead.reason}`))
  }

  get place(): string | null {
    return this.batches.at(-1)?.place ?? null
  }
}
