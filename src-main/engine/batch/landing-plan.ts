/**
 * How rows land in a table that does more than append them: as one row per key, or without duplicates. Planned by the
 * transform, which runs it; the store makes the tables for it. Plain data. Names are those of SQL, without quotes.
 */
import type { ColumnType } from '#contract/workspace.ts'
import { quoted } from '../sql/identifier.ts'

/** A column of a key. */
export interface KeyColumn {
  name: string
  /** Null where it is not certain. */
  type: ColumnType | null
}

/** One row per key: the newest record says what it is. */
export interface KeyedPlan {
  kind: 'keyed'
  /** Columns of the table. */
  key: KeyColumn[]
  /** Integer column that says which record is newer; null for the order of arrival. */
  newestBy: string | null
  /** SQL condition over a row named `landed`: it deletes the row of its key. Null where nothing does. */
  deletes: string | null
  /** Whether the steps may give rows in another order than they came. */
  reorders: boolean
}

/** Rows are appended; a record whose key landed inside the horizon is a duplicate. */
export interface DistinctPlan {
  kind: 'distinct'
  key: KeyColumn[]
  withinMs: number
  /** SQL for the time of a row named `landed`, or of its record, named `record`; milliseconds, may be NULL. */
  time: string
  /** SQL for the event time of a row, as `time`; null where rows have none. */
  eventTime: string | null
  /** Where the event time comes from (`originOf`); empty where rows have none. */
  origin: string
  /** Whether `time` names `record`. */
  joinsRecord: boolean
}

export type LandingPlan = KeyedPlan | DistinctPlan

/** Whether deletes leave a marker: where a record that comes later can be older, it must not bring the row back. */
export function leavesMarkers(plan: LandingPlan): plan is KeyedPlan {
  return plan.kind === 'keyed' && plan.newestBy !== null && plan.deletes !== null
}

/** Keys that were deleted, with the place in the order at which that was. */
export function markerTable(table: string): string {
  return `_penstock_deleted_${table}`
}

/** Keys that landed, with their times. */
export function seenTable(table: string): string {
  return `_penstock_seen_${table}`
}

/** Names of a key's columns, quoted, with commas between them. */
export function namesOf(key: readonly KeyColumn[], of = ''): string {
  return key.map(({ name }) => `${of}${quoted(name)}`).join(', ')
}
