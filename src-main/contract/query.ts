/** Ad-hoc SQL: started, watched, paged, cancelled. Results stay with the engine; the client pulls pages. */
import { z } from 'zod'
import { cell } from './cells.ts'
import { errorShape } from './errors.ts'
import { columnType } from './workspace.ts'
import { limits } from './limits.ts'

export const queryId = z.string().min(1).max(64)

export const queryStart = z.object({
  sql: z.string().min(1),
  /** Limits of this run; absent ones take the defaults of `limits`. */
  timeLimitMs: z.number().int().min(1).max(3_600_000).optional(),
  rowLimit: z.number().int().min(1).max(10_000_000).optional(),
  /** False keeps the run out of the history (for the console's own statements). */
  remember: z.boolean().optional(),
})
export type QueryStart = z.infer<typeof queryStart>

export const resultColumn = z.object({
  name: z.string(),
  /** Declared type of the column it comes from; null for expressions. */
  type: columnType.nullable(),
})
export type ResultColumn = z.infer<typeof resultColumn>

export const queryState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled'])

export const queryStatus = z.object({
  id: queryId,
  /** Grows with each change; pass it to `query.watch`. */
  version: z.number(),
  state: queryState,
  columns: z.array(resultColumn),
  /** Rows that can be paged now. */
  rows: z.number(),
  bytes: z.number(),
  elapsedMs: z.number(),
  /** Engine time at which the statement saw the store (its snapshot); null before it started. */
  asOf: z.number().nullable(),
  /** True where a limit cut the result: `error` says which, and the rows so far can be paged. */
  truncated: z.boolean(),
  error: errorShape.nullable(),
  /** Zero-based character offset of the fault in the SQL, where known. */
  errorOffset: z.number().nullable(),
})
export type QueryStatus = z.infer<typeof queryStatus>

export const pageRequest = z.object({
  id: queryId,
  start: z.number().int().min(0),
  count: z.number().int().min(1).max(limits.queryPageRows),
})

/** Rows as arrays of cells, in the order of the status's columns. May hold fewer than asked where bytes bound it. */
export const page = z.object({ start: z.number(), rows: z.array(z.array(cell)) })
export type Page = z.infer<typeof page>

export const historyEntry = z.object({
  id: z.number(),
  sql: z.string(),
  at: z.number(),
  durationMs: z.number(),
  rows: z.number(),
  state: queryState,
  error: z.string().nullable(),
})
export type HistoryEntry = z.infer<typeof historyEntry>

export const relationColumn = z.object({
  name: z.string(),
  type: columnType.nullable(),
  /** SQLite's declared type. */
  sqlType: z.string(),
})
export const relation = z.object({
  name: z.string(),
  kind: z.enum(['table', 'rollup', 'lookup', 'system']),
  rows: z.number().nullable(),
  columns: z.array(relationColumn),
  indexes: z.array(z.string()),
  /** Columns of its primary key, in order; empty where it has none. */
  primaryKey: z.array(z.string()),
})
export type Relation = z.infer<typeof relation>
export const schemaView = z.object({
  /** Changes when a relation or column comes or goes. */
  version: z.string(),
  relations: z.array(relation),
})
export type SchemaView = z.infer<typeof schemaView>
