/** The workspace as the console shows it: what is declared, and what is wrong with it. */
import { z } from 'zod'

export const columnType = z.enum(['text', 'integer', 'real', 'boolean', 'timestamp', 'json'])
export type ColumnType = z.infer<typeof columnType>

/** A fault in penstock.yaml. Line and column count from 1. */
export const problem = z.object({
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  /** Dotted path of the key, for example "tables.late.steps[1].sql". */
  path: z.string(),
  /** What is wrong. */
  message: z.string(),
  /** What to write instead; empty where the message says it. */
  hint: z.string(),
})
export type Problem = z.infer<typeof problem>

export const columnView = z.object({
  name: z.string(),
  type: columnType,
  path: z.string(),
  nullable: z.boolean(),
})

export const sourceView = z.object({
  name: z.string(),
  kind: z.enum(['replay']),
  /** Where the records come from, for people: file name or topic. */
  origin: z.string(),
  topic: z.string(),
  format: z.string(),
  columns: z.array(columnView),
  /** True where the columns were not declared but taken from a sample. */
  inferred: z.boolean(),
})

export const lookupView = z.object({
  name: z.string(),
  file: z.string(),
  key: z.string(),
})

export const stepView = z.object({ name: z.string(), sql: z.string(), line: z.number().int() })

export const tableView = z.object({
  name: z.string(),
  source: z.string(),
  steps: z.array(stepView),
  /** Names of lookups that its steps read. */
  lookups: z.array(z.string()),
  retainRows: z.number().nullable(),
  retainAgeMs: z.number().nullable(),
})

export const workspaceView = z.object({
  name: z.string(),
  /** Absolute path of penstock.yaml. */
  file: z.string(),
  storeMode: z.enum(['memory', 'disk']),
  storeFile: z.string(),
  sources: z.array(sourceView),
  lookups: z.array(lookupView),
  tables: z.array(tableView),
  /** Version of Penstock and the host that carries this contract. */
  version: z.string(),
  host: z.enum(['electron', 'serve', 'cli']),
  startedAt: z.number(),
})
export type WorkspaceView = z.infer<typeof workspaceView>
