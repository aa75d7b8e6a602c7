/** What running a batch through its steps gives: exact counts, and the records that a step could not take. */
import type { EventTimeCounts, EventTimeRule } from './event-time.ts'
import type { OffsetRun } from './packed-batch.ts'

/** Counts of one step in one batch. Rows that failed went in and neither came out nor were filtered. */
export interface StepCounts {
  table: string
  step: string
  rowsIn: number
  rowsOut: number
  filtered: number | null
  failed: number
  ms: number
}

/** A record that a step cannot take. `row` counts from 1 in the batch's good records. */
export interface StepFailure {
  row: number
  partition: number
  offset: bigint
  timestampMs: number
  /** Stable word; a step's failure where there is none. */
  kind?: string
  table: string
  step: string
  sql: string
  reason: string
}

/**
 * What a batch did to a table. `landed`: rows that were appended, or took their place under their key. Of those, `updated`
 * took the place of an earlier one. `deleted`: rows that deletes removed. `stale`: records older than what the table had, or
 * than the delete of their key. `duplicates`: records left out because their key had landed.
 */
export interface TableChanges {
  landed: number
  updated: number
  deleted: number
  stale: number
  duplicates: number
}

export interface BatchResult {
  steps: StepCounts[]
  failures: StepFailure[]
  /** Rows that landed, by table. */
  landed: Map<string, number>
  /** Null where the source has no event time. */
  eventTime: EventTimeCounts | null
  /** Tables with a key or without duplicates. */
  changes: Map<string, TableChanges>
}

export interface BatchConstants {
  topic: string
  ingestedAt: number
}

/** Runs a source's steps over one batch inside the caller's transaction. */
export interface BatchTransform {
  /** Null where the source has no event time. */
  readonly eventTime: EventTimeRule | null
  /** Puts the packed rows into the source's `input`; returns their number. */
  load(jsonb: Uint8Array, run: OffsetRun | null): number
  /** @param newestEventAt newest event time of the source before this batch, milliseconds since 1970; null before the first */
  run(rows: number, constants: BatchConstants, newestEventAt: number | null): BatchResult
  /** Newest event time minus the lateness that the source allows; null before the first. */
  watermark(counts: EventTimeCounts): number | null
}
