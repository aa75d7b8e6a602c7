/**
 * Live figures: one snapshot, published at most four times a second, made from the same numbers that the store thread
 * commits to the system tables. All counts are since the start of the store unless the name says otherwise.
 * Times are milliseconds since 1970 UTC; rates are per second over the last 10 seconds.
 */
import { z } from 'zod'
import { connectionState } from './connections.ts'

const count = z.number()
const timeMs = z.number()

export const sourceState = z.enum(['starting', 'running', 'waiting', 'paused', 'ended', 'failed'])

export type SourceState = z.infer<typeof sourceState>

export const liveSource = z.object({
  name: z.string(),
  topic: z.string(),
  state: sourceState,
  /** Why it waits, failed or ended; empty when running. */
  reason: z.string(),
  records: count,
  bytes: count,
  /** Records that could not be decoded; what steps fail on is in their own counts. */
  dead: count,
  recordsPerSecond: z.number(),
  bytesPerSecond: z.number(),
  deadPerSecond: z.number(),
  lastRecordAt: timeMs.nullable(),
  /** Share of the capture that was read in this pass, 0..1; null where it has no known end. */
  progress: z.number().nullable(),
  /** Kafka: records between the newest committed ones and the end of the log, and the age of the oldest of them. */
  lag: z.object({ records: count, ms: z.number().nullable() }).nullable(),
  /** Kafka: next offset and end of the log by partition, decimal text; at most 1,000, worst lag first. */
  positions: z.array(
    z.object({
      topic: z.string(),
      partition: z.number(),
      next: z.string(),
      end: z.string().nullable(),
      lag: count.nullable(),
    }),
  ),
  /** Records that were no longer in the log when they were wanted, since the store began. */
  gapRecords: count,
  /** Event time; null where the source has none, or nothing came yet. Counts are since the store began. */
  eventTime: z
    .object({
      newestAt: timeMs.nullable(),
      /** Newest event time minus the allowed lateness; null where any lateness is allowed. */
      watermarkAt: timeMs.nullable(),
      /** Records behind the newest event time, and not too late. */
      late: count,
      /** Records behind the watermark. */
      tooLate: count,
      /** Records of the future, which the watermark does not follow. */
      ahead: count,
    })
    .nullable(),
  /** Milliseconds spent decoding, all batches. */
  decodeMs: z.number(),
  /** Records/s for each of the last 60 seconds, oldest first; null is a gap. */
  spark: z.array(z.number().nullable()),
})
export type LiveSource = z.infer<typeof liveSource>

export const liveStep = z.object({
  table: z.string(),
  /** Name of the step. */
  step: z.string(),
  rowsIn: count,
  rowsOut: count,
  /** Rows in that did not come out; null where the step groups, so that the word has no meaning. */
  filtered: count.nullable(),
  failed: count,
  ms: z.number(),
  rowsInPerSecond: z.number(),
  rowsOutPerSecond: z.number(),
  failedPerSecond: z.number(),
})
export type LiveStep = z.infer<typeof liveStep>

export const liveTable = z.object({
  name: z.string(),
  source: z.string(),
  rows: count,
  landed: count,
  /** With a key: rows that took the place of an earlier one, rows that deletes removed, records that were too old. */
  updated: count,
  deleted: count,
  stale: count,
  /** Records left out because their key had landed. */
  duplicates: count,
  evicted: count,
  /** Estimated from a sample of rows, with indexes; 0 before that is known. */
  bytes: count,
  rowsPerSecond: z.number(),
  oldestAt: timeMs.nullable(),
  newestAt: timeMs.nullable(),
  spark: z.array(z.number().nullable()),
})
export type LiveTable = z.infer<typeof liveTable>

export const liveLookup = z.object({
  name: z.string(),
  rows: count,
  loadedAt: timeMs.nullable(),
  /** Why the newest version of the file is not in use; empty when it is. */
  problem: z.string(),
})
export type LiveLookup = z.infer<typeof liveLookup>

export const liveRollup = z.object({
  name: z.string(),
  /** Table or rollup that it is made from. */
  from: z.string(),
  /** Rows taken in since it was made. */
  rows: count,
  /** Rows of the table that are not taken in yet. */
  behind: count,
  groups: count,
  /** Rows without event time, which no window can hold. */
  untimed: count,
  /** Rows of windows that were not kept any more when they came. */
  missed: count,
  /** Groups removed because they were too old. */
  evicted: count,
  /** Starts of its windows; null without windows or rows. */
  oldestAt: timeMs.nullable(),
  newestAt: timeMs.nullable(),
  /** Why it is not kept up to date; empty while it is. */
  problem: z.string(),
  rowsPerSecond: z.number(),
  spark: z.array(z.number().nullable()),
})
export type LiveRollup = z.infer<typeof liveRollup>

/** A table, or columns of rows that are there, being filled from what its source had read before. */
export const liveBackfill = z.object({
  table: z.string(),
  source: z.string(),
  /** New columns of the table; empty where the table itself is new. */
  columns: z.array(z.string()),
  /** Records read, of about `total`. */
  records: count,
  total: count,
  /** Rows that landed, or whose columns were filled in. */
  rows: count,
  /** What it waits for; empty while it goes on. */
  problem: z.string(),
})
export type LiveBackfill = z.infer<typeof liveBackfill>

/** Event-to-queryable latency of records, milliseconds, over the last 10 seconds; null with no records. */
export const liveLatency = z.object({
  p50: z.number().nullable(),
  p99: z.number().nullable(),
  max: z.number().nullable(),
})
export type LiveLatency = z.infer<typeof liveLatency>

export const eventLevel = z.enum(['info', 'warn', 'error'])

export const liveEvent = z.object({
  id: z.number(),
  at: timeMs,
  level: eventLevel,
  /** Stable word for the kind, for example "store-full", "lookup-reloaded". */
  kind: z.string(),
  /** Source, table, lookup or thread that it is about. */
  subject: z.string(),
  message: z.string(),
})
export type LiveEvent = z.infer<typeof liveEvent>

/** `snapshot`: nothing runs, as a snapshot is open. */
export const engineState = z.enum([
  'starting',
  'running',
  'paused',
  'waiting',
  'failed',
  'stopped',
  'snapshot',
])
export type EngineState = z.infer<typeof engineState>

export const liveSnapshot = z.object({
  /** Grows by one with each published snapshot; starts again when the engine restarts (see epoch). */
  version: z.number(),
  /** Identifies one start of the engine. */
  epoch: z.string(),
  at: timeMs,
  state: engineState,
  /** Why, where the state is not running. */
  reason: z.string(),
  sources: z.array(liveSource),
  steps: z.array(liveStep),
  tables: z.array(liveTable),
  rollups: z.array(liveRollup),
  backfills: z.array(liveBackfill),
  lookups: z.array(liveLookup),
  connections: z.array(
    z.object({ name: z.string(), state: connectionState, reason: z.string(), since: timeMs }),
  ),
  latency: liveLatency,
  deadLetters: z.object({ total: count, kept: count, lastMinute: count }),
  store: z.object({
    mode: z.enum(['memory', 'disk']),
    /** Size of the database with all that has committed, also what is still in its write-ahead log only. */
    bytes: count,
    /** Size of the write-ahead log, which lies beside the database. */
    walBytes: count,
    limitBytes: count.nullable(),
    /** Of `bytes`, what holds something; the rest is free to be used again. */
    usedBytes: count,
    /** Used bytes from which on the oldest rows go; null where none do. */
    budgetBytes: count.nullable(),
    rows: count,
    batches: count,
  }),
  /** The newest events, newest first, at most 20. */
  events: z.array(liveEvent),
})
export type LiveSnapshot = z.infer<typeof liveSnapshot>
