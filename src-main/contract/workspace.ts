/** The workspace as the console shows it: what is declared, and what is wrong with it. */
import { z } from 'zod'
import { openSnapshot } from './snapshots.ts'

/** `bytes` is a BLOB; `json` is JSON text. */
export const columnType = z.enum(['text', 'integer', 'real', 'boolean', 'timestamp', 'json', 'bytes'])
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

/** Part of a record that a column is taken from. */
export const columnOrigin = z.enum(['value', 'key', 'header', 'headers', 'timestamp', 'tombstone'])
export type ColumnOrigin = z.infer<typeof columnOrigin>

export const sourceFormat = z.enum(['json', 'avro', 'protobuf', 'json-schema', 'text', 'bytes'])
export type SourceFormat = z.infer<typeof sourceFormat>

export const columnView = z.object({
  name: z.string(),
  type: columnType,
  from: columnOrigin,
  /** Path into the value or key; the header's name for headers. */
  path: z.string(),
  nullable: z.boolean(),
})

export const sourceView = z.object({
  name: z.string(),
  kind: z.enum(['replay', 'kafka']),
  /** Where the records come from, for people: file name, topics or pattern. */
  origin: z.string(),
  /** Name of the connection; null for a capture. */
  connection: z.string().nullable(),
  topic: z.string(),
  format: z.string(),
  columns: z.array(columnView),
  /** What is masked of its records before anything is written. */
  masks: z.array(
    z.object({
      /** Part of the record, or path into its value. */
      what: z.string(),
      /** As the workspace has it: hash, redact, drop, truncate 4. */
      mask: z.string(),
    }),
  ),
  /** The column that says when something happened, and how late it may come; null where there is none. */
  eventTime: z
    .object({
      column: z.string(),
      /** How far behind the newest event time a record may be; null where none is too late. */
      latenessMs: z.number().nullable(),
      /** What becomes of records that are too late. */
      tooLate: z.enum(['land', 'dead_letter']),
    })
    .nullable(),
  /** True where the columns were not declared but taken from a sample. */
  inferred: z.boolean(),
})

export const lookupView = z.object({
  name: z.string(),
  /** File, or topic with its connection. */
  origin: z.string(),
  connection: z.string().nullable(),
  key: z.string(),
})

export const stepView = z.object({ name: z.string(), sql: z.string(), line: z.number().int() })

export const tableView = z.object({
  name: z.string(),
  source: z.string(),
  steps: z.array(stepView),
  /** Names of lookups that its steps read. */
  lookups: z.array(z.string()),
  /** Columns that identify a row; empty where rows are appended. */
  key: z.array(z.string()),
  /** With a key: the column that says which record is newer; null for the order of arrival. */
  newestBy: z.string().nullable(),
  deleteWhen: z.string().nullable(),
  /** What is a duplicate, where those are left out. */
  deduplicate: z.object({ by: z.array(z.string()), withinMs: z.number() }).nullable(),
  retainRows: z.number().nullable(),
  retainBytes: z.number().nullable(),
  retainAgeMs: z.number().nullable(),
})

export const rollupView = z.object({
  name: z.string(),
  /** Table or rollup that it is made from. */
  from: z.string(),
  window: z
    .object({
      everyMs: z.number(),
      /** Width of sliding windows; null for tumbling ones. */
      overMs: z.number().nullable(),
      on: z.string(),
      zone: z.string().nullable(),
    })
    .nullable(),
  by: z.array(z.string()),
  /** `errorBound` says how far off an estimate may be; null where the measure is exact. */
  measures: z.array(z.object({ name: z.string(), sql: z.string(), errorBound: z.string().nullable() })),
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
  connections: z.array(z.string()),
  tables: z.array(tableView),
  rollups: z.array(rollupView),
  /** Version of Penstock and the host that carries this contract. */
  version: z.string(),
  host: z.enum(['electron', 'serve', 'cli']),
  startedAt: z.number(),
  /** The snapshot that is open, where this is what a snapshot holds and nothing runs. */
  snapshot: openSnapshot.nullable(),
})
export type WorkspaceView = z.infer<typeof workspaceView>
