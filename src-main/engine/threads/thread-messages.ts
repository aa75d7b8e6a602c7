/** What the main process and its two threads say to each other. Types only. */
import type { LiveEvent } from '#contract/live.ts'
import type { Problem } from '#contract/workspace.ts'
import type { MessagePort } from 'node:worker_threads'
import type { Column, Lookup, Source, StoreSettings, Workspace } from '../../workspace/model.ts'
import type { MeasuredRows } from '../batch/measured-rows.ts'
import type { DeadRecord, PackedBatch } from '../batch/packed-batch.ts'
import type { ResolvedConnections } from '../kafka/client/cluster-clients.ts'
import type { ResolvedMaskKeys } from '../masks/mask-keys.ts'
import type { LookupShape } from '../batch/relations.ts'
import type { SqlValue } from '../../columns/values.ts'
import type { SourceState } from '../ingest/source-port.ts'
import type { CommittedPosition } from '../store/positions.ts'
import type { LookupChange } from '../store/lookup-tables.ts'
import type { StoreLocation } from '../store/store-location.ts'
import type { LogEnd } from '../ingest/source-port.ts'
import type { FeedFigures } from '../watch/feed-input.ts'

/** Main to either thread. */
export interface ThreadStopInput {
  /** True where the engine ends and the store lives in memory: the store goes with it. */
  discard: boolean
}

/** Main to store thread. */
export interface StoreOpenInput {
  location: StoreLocation
  settings: StoreSettings
  host: string
  /** True after a crash of the thread: a memory store of this process goes on. */
  resume: boolean
}
export interface StoreOpenOutput {
  isFresh: boolean
  /** What is to be said of a store that was found damaged and set aside; empty where none was. */
  damage: string
  /** Where this store took the place of a damaged one, when that was begun; milliseconds since 1970. */
  rebuiltSince: number | null
}
export interface StorePlanInput {
  workspace: Workspace
  sourceColumns: Map<string, readonly Column[]>
  lookups: LookupShape[]
}
export interface StorePlanOutput {
  problems: Problem[]
}
export interface StoreAttachInput {
  port: MessagePort
}
export interface StoredStart {
  source: string
  nextOffsets: Map<string, Map<number, bigint>>
  places: Map<string, string>
}
/** A run that reads again what a source has read, for tables and columns that are new; offsets from `until` on are not read. */
export interface BackfillStart {
  run: string
  source: string
  nextOffsets: Map<string, Map<number, bigint>>
  places: Map<string, string>
  until: Map<string, Map<number, bigint>>
}
export interface NewEventInput {
  level: LiveEvent['level']
  event: string
  subject: string
  message: string
}

/** Store thread to main: figures, at most each `limits.liveIntervalMs`. */
export interface StoreFigures extends FeedFigures {
  kind: 'figures'
}

/** Main to ingest thread. */
export interface IngestAttachInput {
  connections: ResolvedConnections
  port: MessagePort
}
export interface IngestLookupsInput {
  lookups: readonly Lookup[]
}
export interface IngestInferInput {
  sources: readonly Source[]
}
export interface IngestStartInput {
  sources: readonly Source[]
  /** With those that run already. */
  all: readonly Source[]
  columns: Map<string, readonly Column[]>
  starts: StoredStart[]
  backfills: BackfillStart[]
  /** Lookups by the source whose steps read them. */
  needs: Map<string, readonly string[]>
  maskKeys: ResolvedMaskKeys
  paused: boolean
}

/** Ingest thread to main. */
export interface SourceStateNotice {
  kind: 'source-state'
  source: string
  state: SourceState
  reason: string
}
/** Ends of the logs that a Kafka source reads, at most each second. */
export interface SourceLogNotice {
  kind: 'source-log'
  source: string
  ends: LogEnd[]
}
export interface SourceProgressNotice {
  kind: 'source-progress'
  source: string
  progress: number | null
}

/** Ingest thread to store thread, over their own port. */
export type IngestToStore =
  | PackedBatch
  | { kind: 'event'; level: LiveEvent['level']; event: string; subject: string; message: string }
  | { kind: 'source-state'; source: string; state: SourceState }
  | { kind: 'backfill-problem'; run: string; problem: string }

/** Cluster thread to store thread, over their own port. */
export type ClusterToStore = (NewEventInput & { kind: 'event' }) | (MeasuredRows & { kind: 'measured' })

/** Store thread to cluster thread: positions that sources have committed since the last time, at most each second. */
export interface CommittedPositionsNotice {
  kind: 'positions'
  positions: CommittedPosition[]
}

/** Calls of the ingest thread to the store thread. */
export interface LookupRowsInput {
  name: string
  rows: SqlValue[][]
}
/** Changes of a topic lookup with the records that do not fit, committed together. */
export interface LookupChangeInput extends LookupChange {
  topic: string
  dead: DeadRecord[]
}
export interface LookupProblemInput {
  name: string
  problem: string
}
