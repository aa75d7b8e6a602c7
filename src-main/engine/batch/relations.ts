/** Shapes of the store's relations, as the transform plans them and the store makes them. Pure. */
import type { ColumnType } from '#contract/workspace.ts'
import type { Column, Lookup } from '../../workspace/model.ts'
import { quoted } from '../sql/identifier.ts'
import type { LandingPlan } from './landing-plan.ts'

/** A column of a result or a table. `type` is null where an expression gives no certain type. */
export interface PlannedColumn {
  name: string
  type: ColumnType | null
}

/** A table that a pipeline lands in. */
export interface TableShape {
  name: string
  source: string
  /** Columns that the steps give, without those of {@link addedColumns}. */
  columns: PlannedColumn[]
  /** Null where rows are appended as they come. */
  landing: LandingPlan | null
  /** Columns of each declared index. */
  indexes: readonly (readonly string[])[]
  retainRows: number | null
  /** Most bytes, by an estimate; null for any. */
  retainBytes: number | null
  retainAgeMs: number | null
}

export interface LookupShape {
  /** `origin`: its file, or topic with connection, for people. */
  lookup: Pick<Lookup, 'name' | 'key'> & { origin: string }
  columns: readonly Column[]
}

/** Columns that the engine adds to each table. */
export const addedColumns: readonly { name: string; sqlType: string; type: ColumnType }[] = [
  { name: '_topic', sqlType: 'TEXT', type: 'text' },
  { name: '_partition', sqlType: 'INTEGER', type: 'integer' },
  { name: '_offset', sqlType: 'INTEGER', type: 'integer' },
  { name: '_timestamp', sqlType: 'INTEGER', type: 'timestamp' },
  { name: '_ingested_at', sqlType: 'INTEGER', type: 'timestamp' },
]

const sqlTypes: Record<ColumnType, string> = {
  text: 'TEXT',
  integer: 'INTEGER',
  real: 'REAL',
  boolean: 'INTEGER',
  timestamp: 'INTEGER',
  json: 'TEXT',
  bytes: 'BLOB',
}

/** SQLite type of a column in a STRICT table; ANY where the type is not certain. */
export function sqlTypeOf(type: ColumnType | null): string {
  return type === null ? 'ANY' : sqlTypes[type]
}

/** DDL of a lookup's table: keyed, so that a duplicate key cannot multiply rows. */
export function lookupTable(name: string, shape: LookupShape): string {
  const columns = shape.columns.map((column) => {
    const isKey = column.name.toLowerCase() === shape.lookup.key.toLowerCase()
    return `${quoted(column.name)} ${sqlTypeOf(column.type)}${isKey ? ' NOT NULL PRIMARY KEY' : ''}`
  })
  return `CREATE TABLE ${quoted(name)} (${columns.join(', ')}) STRICT, WITHOUT ROWID`
}

/** Ending of the names of {@link placesOf}. A slash cannot stand in a workspace's names. */
export const placesEnding = '/places'

/**
 * The table beside another one that finds its rows by the records that they came from, while columns are filled in: `topic`,
 * `partition`, `offset` and `row`, the number of the row. For SQL.
 */
export function placesOf(table: string): string {
  return `main.${quoted(table + placesEnding)}`
}
