/** What the live feed is made from. Types only; the threads' messages fit them. */
import type { LiveEvent, LiveLatency, LiveLookup, SourceState } from '#contract/live.ts'

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
    evicted: number
    oldestAt: number | null
    newestAt: number | null
  }[]
  lookups: LiveLookup[]
  latency: LiveLatency
  dead: { total: number; kept: number }
  bytes: number
  walBytes: number
  batches: number
  events: LiveEvent[]
}

export interface FeedSourceState {
  state: SourceState
  reason: string
  progress: number | null
}

export interface FeedSettings {
  sources: readonly { name: string; topic: string }[]
  storeMode: 'memory' | 'disk'
  limitBytes: number | null
}
