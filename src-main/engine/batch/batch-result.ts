/** What running a batch through its steps gives: exact counts, and the records that a step could not take. */
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
  table: string
  step: string
  sql: string
  reason: string
}

export interface BatchResult {
  steps: StepCounts[]
  failures: StepFailure[]
  landed: Map<string, number>
}

export interface BatchConstants {
  topic: string
  ingestedAt: number
}

/** Runs a source's steps over one batch inside the caller's transaction. */
export interface BatchTransform {
  /** Puts the packed rows into the source's `input`; returns their number. */
  load(jsonb: Uint8Array, run: OffsetRun | null): number
  run(rows: number, constants: BatchConstants): BatchResult
}
