/** One typed column, as declared or inferred. A leaf: the workspace, ingest and lookups read it. */
import type { ColumnOrigin, ColumnType } from '#contract/workspace.ts'

/** One typed column taken from a record. */
export interface Column {
  name: string
  /** Part of the record that it is taken from. */
  from: ColumnOrigin
  /**
   * Path segments into the value or key: member names and array indexes; empty is the whole value. For `header`, one
   * segment with its name.
   */
  path: readonly (string | number)[]
  type: ColumnType
  nullable: boolean
  /**
   * Used where the value is absent or null; null means none. Already of the column's type: a safe integer for integer,
   * milliseconds for timestamp, JSON text for json.
   */
  default: string | number | boolean | null
  /** timestamp only: strptime-like format, or null for ISO 8601 text and numbers in `unit`. */
  format: string | null
  /** timestamp only: unit of a numeric value since 1970 UTC. */
  unit: 's' | 'ms' | 'us' | 'ns'
}
