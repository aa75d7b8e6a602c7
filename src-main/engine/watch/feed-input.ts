/** What the live feed is made from. Types only; the threads' messages fit them. */
import type { ConnectionState } from '#contract/connections.ts'
import type {
  LiveBackfill,
  LiveEvent,
  LiveLatency,
  LiveLookup,
  LiveRollup,
  SourceState,
} from '#contract/live.ts'

/** Totals since the store began, as of the last commit. Times are milliseconds since 1970. */
export interface FeedFigures {
  at: number
  state: 'running' | 'full'
  reason: string
  topics: {
    source: string
    records: number
    bytes: number
    dead: number
    decodeMs: number
    lastRecordAt: number | null
  }[]
  /** Kafka sources: next offset by topic and partition. */
  positions: { source: string; topic: string; partition: number; next: bigint }[]
  eventTimes: { source: string; newestAt: number | null; late: number; tooLate: number; ahead: number }[]
  /** Records by source that were no longer in the log when they were wanted. */
  gaps: { source: string; records: number }[]
  steps: {
    table: string
    step: string
    rowsIn: number
    rowsOut: number
    filtered: number | null
    failed: number
    ms: number
  }[]
  tables: {
    name: string
    source: string
    rows: number
    landed: number
    updated: number
    deleted: number
    stale: number
    duplicates: number
    evicted: number
    bytes: number
    oldestAt: number | null
    newestAt: number | null
  }[]
  rollups: Omit<LiveRollup, 'rowsPerSecond' | 'spark'>[]
  backfills: LiveBackfill[]
  lookups: LiveLookup[]
  latency: LiveLatency
  dead: { total: number; kept: number }
  bytes: number
  usedBytes: number
  walBytes: number
  batches: number
  events: LiveEvent[]
}

export interface FeedSourceState {
  state: SourceState
  reason: string
  progress: number | null
  /** Kafka sources: ends of their logs, as fetched last. */
  ends: readonly { topic: string; partition: number; end: bigint }[]
}

/** How a connection stands. */
export interface FeedConnectionState {
  state: ConnectionState
  reason: string
  since: number
}

export interface FeedSettings {
  sources: readonly { name: string; topic: string; kind: 'replay' | 'kafka'; latenessMs: number | null }[]
  connections: readonly string[]
  storeMode: 'memory' | 'disk'
  limitBytes: number | null
  budgetBytes: number | null
}
