/**
 * The workspace after parsing: plain values, defaults filled in, paths absolute. The engine takes this and nothing else;
 * it never reads YAML. Made by parse.ts, read by engine and hosts.
 */
import type { Column } from '../columns/column.ts'

export type { Column } from '../columns/column.ts'

/** Where a key stands in penstock.yaml; line and column count from 1. */
export interface Position {
  line: number
  column: number
}

/** How fast a capture is replayed. */
export type ReplayRate =
  | { kind: 'max' }
  | { kind: 'perSecond'; records: number }
  /** The pace of the event-time column (or the envelope's timestamp), times `factor`. */
  | { kind: 'original'; factor: number }

export interface ReplayInput {
  kind: 'replay'
  /** Absolute path; .gz and .zst are recognised by content, not by name. */
  file: string
  rate: ReplayRate
  loop: boolean
  /** Number of partitions, 1..1024; a record goes to hash(key) mod partitions. */
  partitions: number
  /** Path into the value that gives the key where there is no envelope; null for none. */
  keyPath: readonly (string | number)[] | null
  /** Whether lines are envelopes; null decides by the first line. */
  envelope: boolean | null
}

export interface Source {
  name: string
  topic: string
  input: ReplayInput
  format: 'json'
  /** Null where not declared: the engine infers them from a sample before it starts the source. */
  columns: readonly Column[] | null
  /** Name of the column that holds event time, or null. */
  eventTime: string | null
  position: Position
}

export interface Lookup {
  name: string
  /** Absolute path. */
  file: string
  format: 'csv' | 'json' | 'ndjson'
  /** Column that identifies a row. */
  key: string
  /** Null where not declared: taken from the file. */
  columns: readonly Column[] | null
  position: Position
}

export interface Step {
  name: string
  sql: string
  /** Position of the first character of the SQL, and of its continuation lines, in the file. */
  position: Position
  /** True where the SQL is a block scalar, so that line n of the SQL is line n of the file at `position.column`. */
  multiline: boolean
}

export interface Table {
  name: string
  source: string
  steps: readonly Step[]
  retainRows: number | null
  retainAgeMs: number | null
  position: Position
}

export interface StoreSettings {
  mode: 'memory' | 'disk'
  /** Most bytes of the store file; null for what the file system has. */
  limitBytes: number | null
}

export interface Workspace {
  /** `name:` of the file, or the name of its folder. */
  name: string
  /** Absolute path of penstock.yaml. */
  file: string
  folder: string
  sources: readonly Source[]
  lookups: readonly Lookup[]
  tables: readonly Table[]
  store: StoreSettings
}
