/** What a source needs from the thread it runs in: somewhere to send batches, and someone to tell. */
import type { PackedBatch } from '../batch/packed-batch.ts'

export type SourceState = 'starting' | 'running' | 'waiting' | 'paused' | 'ended' | 'failed'

export interface SourcePort {
  /** Whether a batch may be sent now without waiting. */
  isReady(): boolean
  /** Resolves when a batch may be sent; the bound on batches in flight is the port's. */
  whenReady(): Promise<void>
  send(batch: PackedBatch): void
  state(state: SourceState, reason: string): void
  event(level: 'info' | 'warn' | 'error', kind: string, message: string): void
  /** Resolves at once while the source may run, or when a pause ends. */
  whenResumed(): Promise<void>
  isPaused(): boolean
  /** Milliseconds since 1970, with fractions; the same clock in all threads. */
  nowMs(): number
  /** Resolves after so many milliseconds, or at once when the source is to stop. */
  sleep(ms: number): Promise<void>
  readonly stopped: boolean
}

/** Where a source goes on: what the store committed last. */
export interface SourceStart {
  nextOffsets: ReadonlyMap<number, bigint>
  /** JSON that the source itself gave with its last committed batch, or null for a new store. */
  place: string | null
}
