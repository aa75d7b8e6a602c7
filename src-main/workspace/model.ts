/**
 * The workspace after parsing: plain values, defaults filled in, paths absolute. The engine takes this and nothing else;
 * it never reads YAML. Made by parse.ts, read by engine and hosts.
 */
import type { SaslMechanism } from '#contract/connections.ts'
import type { SourceFormat } from '#contract/workspace.ts'
import type { Column } from '../columns/column.ts'
import type { Mask } from '../columns/mask.ts'

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

/** Where a Kafka source begins in a partition for which the store has no position. */
export type KafkaStart =
  | { kind: 'earliest' }
  | { kind: 'latest' }
  /** First record at or after this time, milliseconds since 1970. */
  | { kind: 'timestamp'; ms: number }
  /** So long before the source first started. */
  | { kind: 'ago'; ms: number }
  | { kind: 'offset'; offset: bigint }

export interface KafkaInput {
  kind: 'kafka'
  /** Name of a connection of the workspace. */
  connection: string
  /** Names of topics; empty where there is a pattern. */
  topics: readonly string[]
  /** Regular expression that the whole name of a topic must match; null where topics are named. */
  pattern: string | null
  from: KafkaStart
  isolation: 'read_committed' | 'read_uncommitted'
  /** What to do where the wanted offset is no longer in the log. */
  outOfRange: 'earliest' | 'latest' | 'stop'
  /** Group under which positions are also committed to the cluster; null commits nothing. */
  commit: { group: string; isOwn: boolean } | null
}

/** Schema of the values from a file of the workspace instead of a registry. */
export interface SchemaFile {
  /** Absolute path: .avsc, .proto or .json. */
  file: string
  /** Protobuf: full name of the message; null for the first one of the file. */
  message: string | null
}

/** What is masked of the records of a source before anything is written. */
export interface SourceMasks {
  list: readonly Mask[]
  /** Key of the hashes; null where nothing is hashed. */
  key: SecretReference | null
}

export interface Source {
  name: string
  /** Name of the topic; for several topics, the names or the pattern as people know them. */
  topic: string
  input: ReplayInput | KafkaInput
  format: SourceFormat
  /** Null: from the connection's registry, or none needed. */
  schema: SchemaFile | null
  /** Null where not declared: the engine infers them from a sample before it starts the source. */
  columns: readonly Column[] | null
  /** Name of the column that holds event time, or null. */
  eventTime: string | null
  /** How far behind the newest event time a record may be; null where none is too late. */
  latenessMs: number | null
  /** What becomes of records that are too late. */
  tooLate: 'land' | 'dead_letter'
  /** Null where nothing is masked. */
  masks: SourceMasks | null
  position: Position
}

/** Rows from a file. */
export interface LookupFileInput {
  kind: 'file'
  /** Absolute path. */
  file: string
  format: 'csv' | 'json' | 'ndjson'
}

/** Latest row per key of a compacted topic; a tombstone removes its row. */
export interface LookupTopicInput {
  kind: 'kafka'
  connection: string
  topic: string
  format: SourceFormat
  schema: SchemaFile | null
}

/** A source that replays a capture. */
export type ReplayedSource = Source & { input: ReplayInput }
/** A source that reads topics. */
export type TopicSource = Source & { input: KafkaInput }

export interface Lookup {
  name: string
  input: LookupFileInput | LookupTopicInput
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

/** SQL condition over the columns of a table's last step. */
export type Condition = Pick<Step, 'sql' | 'position' | 'multiline'>

/** What makes a table hold one row per key. */
export interface TableKey {
  columns: readonly string[]
  /** Timestamp or integer column that says which record is newer; null for the order of arrival. */
  newestBy: { column: string; position: Position } | null
  deleteWhen: Condition | null
  position: Position
}

/** What makes a table leave out records that it has seen. */
export interface Deduplication {
  by: readonly string[]
  /** Horizon of event time. */
  withinMs: number
  position: Position
}

export interface Table {
  name: string
  source: string
  steps: readonly Step[]
  /** Null where rows are appended. */
  key: TableKey | null
  /** Only without a key. */
  deduplicate: Deduplication | null
  /** Columns of each declared index. */
  indexes: readonly (readonly string[])[]
  /** Whether it, and columns that are new to it, are filled from what the source still holds. */
  backfills: boolean
  retainRows: number | null
  /** Most bytes, by an estimate; null for any. */
  retainBytes: number | null
  retainAgeMs: number | null
  position: Position
}

/** Spans of event time. */
export interface RollupWindow {
  /** Width, or with `overMs` the distance between the beginnings of two windows. Whole seconds. */
  everyMs: number
  /** Width of sliding windows, a multiple of `everyMs`; null for tumbling ones. */
  overMs: number | null
  /** Timestamp column. */
  on: string
  /** IANA name of the zone in which windows begin; null for UTC. */
  zone: string | null
}

export interface RollupMeasure {
  name: string
  /** Aggregate as the file has it, or the name of a measure of the rollup below. */
  sql: string
  position: Position
}

/** An aggregate that each micro-batch keeps up to date. */
export interface Rollup {
  name: string
  /** Table or rollup. */
  from: string
  window: RollupWindow | null
  by: readonly string[]
  measures: readonly RollupMeasure[]
  /** How long windows are kept after their end; null for ever. */
  retainAgeMs: number | null
  position: Position
  /** Where settings of it stand, by path: `from`, `window.on`, `by.0`. */
  places: Readonly<Record<string, Position>>
}

/** Snapshots of the store that are taken by themselves. */
export interface SnapshotSettings {
  everyMs: number
  /** Absolute path. */
  folder: string
  /** How many are kept; older ones are removed. */
  keep: number
}

export interface StoreSettings {
  mode: 'memory' | 'disk'
  /** Most bytes of the store file; null for what the file system has. */
  limitBytes: number | null
  /** Bytes from which on the oldest rows go; null keeps them. */
  budgetBytes: number | null
}

/** A value that must not stand in the file: read when it is needed. */
export type SecretReference = { env: string } | { secret: string }

/** Paths are absolute. */
export interface TlsFiles {
  ca: string | null
  cert: string | null
  key: string | null
  keyPassphrase: SecretReference | null
  serverName: string | null
}

export type SaslReference =
  | {
      mechanism: Extract<SaslMechanism, 'plain' | 'scram-sha-256' | 'scram-sha-512'>
      username: string
      password: SecretReference
    }
  | { mechanism: 'oauthbearer'; token: SecretReference }
  | {
      mechanism: 'oauthbearer'
      tokenUrl: string
      clientId: string
      clientSecret: SecretReference
      scope: string | null
    }
  | { mechanism: 'aws-msk-iam'; region: string }

export interface RegistryReference {
  url: string
  basic: { username: string; password: SecretReference } | null
  tls: TlsFiles | null
}

export interface Connection {
  name: string
  /** host:port. */
  brokers: readonly string[]
  tls: TlsFiles | null
  sasl: SaslReference | null
  registry: RegistryReference | null
  /** Advertised host:port to the one to use instead. */
  addresses: ReadonlyMap<string, string>
  /** Whether Penstock may write to the cluster. */
  writes: boolean
  isProduction: boolean
  color: string | null
  /** Longest that opening a socket may take, milliseconds. */
  timeoutMs: number
  position: Position
}

export interface Workspace {
  /** `name:` of the file, or the name of its folder. */
  name: string
  /** Absolute path of penstock.yaml. */
  file: string
  /** The file as it was read. */
  text: string
  folder: string
  connections: readonly Connection[]
  sources: readonly Source[]
  lookups: readonly Lookup[]
  tables: readonly Table[]
  /** In an order in which each one comes after what it is made from. */
  rollups: readonly Rollup[]
  store: StoreSettings
  /** Null where none are taken by themselves. */
  snapshots: SnapshotSettings | null
}
