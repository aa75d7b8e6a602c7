/** What a source needs from the thread it runs in: somewhere to send batches, and someone to tell. */
import type { PackedBatch } from '../batch/packed-batch.ts'

export type SourceState = 'starting' | 'running' | 'waiting' | 'paused' | 'ended' | 'failed'

/** End of one partition's log as the source saw it last. */
export interface LogEnd {
  topic: string
  partition: number
  /** Exclusive; with read_committed the end of what is decided. */
  end: bigint
}

export interface SourcePort {
  /** Tells how far the logs go that the source reads. */
  logEnds(ends: LogEnd[]): void
  /** Whether a batch may be sent now without waiting. */
  isReady(): boolean
  /** Resolves when a batch may be sent; the bound on batches in flight is the port's. */
  whenReady(): Promise<void>
  send(batch: PackedBatch): void
  /** Records of the next batch, at most. */
  readonly batchRecords: number
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

/** A source as the ingest thread runs it. */
export interface IngestSource {
  /** Runs until there is nothing more to read or the port says stop. Never throws for a source that fails: it waits. */
  run(): Promise<void>
  /** Buffers of a committed batch. */
  reuse(topic: string, buffers: readonly ArrayBuffer[]): void
  /** Ends what waits; the port has been told already. */
  stop(): void
}

/** Offsets by topic and partition. */
export type PartitionOffsets = ReadonlyMap<string, ReadonlyMap<number, bigint>>

/** Where a source goes on: what the store committed last. And how far it goes. */
export interface SourceStart {
  nextOffsets: PartitionOffsets
  /**
   * JSON that the source itself gave with its last committed batch of each topic; empty for a new store. A bounded run that
   * begins is given those of the run that its bounds are of: they say which topic of the name is meant.
   */
  places: ReadonlyMap<string, string>
  /**
   * First offsets that are not to be read; null reads without an end. A bounded run reads the partitions that are named
   * and no others. When it has sent all that lies before its bounds it commits the bounds themselves as its positions, also
   * where the log or the capture turned out shorter, tells the state `ended`, and {@link IngestSource.run} resolves.
   */
  until: PartitionOffsets | null
}
