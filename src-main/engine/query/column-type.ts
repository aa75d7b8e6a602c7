/** Type of one column of the store, as the contract names types. Pure; used by the schema and by the query processes. */
import type { ColumnType } from '#contract/workspace.ts'
import { systemTimestamps } from '../store/system-schema.ts'

const columnTypes: readonly string[] = [
  'text',
  'integer',
  'real',
  'boolean',
  'timestamp',
  'json',
] satisfies ColumnType[]

/** Columns that every table carries beside its own. */
const recordTimestamps = new Set(['_timestamp', '_ingested_at'])

/** sys_topics is a view: its columns come from these tables. */
const viewTimestamps: Readonly<Record<string, readonly string[]>> = {
  _penstock_topics: systemTimestamps['sys_topics'] ?? [],
  _penstock_topic_state: systemTimestamps['sys_topics'] ?? [],
}

/**
 * The declared type where the store knows one, else what the system tables and SQLite's own type tell; null for a type
 * that has no name here, such as BLOB.
 * @param declared `type` of _penstock_columns: undefined where it has no such column, null for an expression
 */
export function columnTypeOf(column: {
  relation: string
  column: string
  declared: unknown
  sqlType: string
}): ColumnType | null {
  if (column.declared === null) return null
  if (isColumnType(column.declared)) return column.declared
  const timestamps = systemTimestamps[column.relation] ?? viewTimestamps[column.relation]
  if (timestamps?.includes(column.column) === true || recordTimestamps.has(column.column)) return 'timestamp'
  switch (column.sqlType.toUpperCase()) {
    case 'INTEGER':
    case 'INT':
      return 'integer'
    case 'REAL':
      return 'real'
    case 'TEXT':
      return 'text'
    default:
      return null
  }
}

function isColumnType(value: unknown): value is ColumnType {
  return typeof value === 'string' && columnTypes.includes(value)
}
