/** Workspaces made of plain values, for tests of the engine. */
import type {
  Column,
  Connection,
  Lookup,
  LookupFileInput,
  LookupTopicInput,
  ReplayedSource,
  Rollup,
  Source,
  Step,
  Table,
  TopicSource,
  Workspace,
} from '../../src-main/workspace/model.ts'

const position = { line: 1, column: 1 }

/** A column at `$.name` of the value. */
export function column(name: string, type: Column['type'], extra: Partial<Column> = {}): Column {
  return {
    name,
    from: 'value',
    path: [name],
    type,
    nullable: true,
    default: null,
    format: null,
    unit: 'ms',
    ...extra,
  }
}

export function step(name: string, sql: string): Step {
  return { name, sql, position, multiline: false }
}

export function table(
  name: string,
  source: string,
  steps: readonly Step[],
  extra: Partial<Table> = {},
): Table {
  const keys = { key: null, deduplicate: null, indexes: [], backfills: true }
  return {
    name,
    source,
    steps,
    ...keys,
    retainRows: null,
    retainBytes: null,
    retainAgeMs: null,
    position,
    ...extra,
  }
}

/** A rollup of a table over all time; measures as `name: aggregate`. */
export function rollup(
  name: string,
  from: string,
  measures: Readonly<Record<string, string>>,
  extra: Partial<Rollup> = {},
): Rollup {
  const list = Object.entries(measures).map(([measure, sql]) => ({ name: measure, sql, position }))
  const rest = { retainAgeMs: null, position, places: {} }
  return { name, from, window: null, by: [], measures: list, ...rest, ...extra }
}

/** A lookup from a CSV file. */
export function lookup(
  name: string,
  file: string,
  key: string,
  extra: Partial<Omit<Lookup, 'input'>> = {},
): Lookup & { input: LookupFileInput } {
  return { name, input: { kind: 'file', file, format: 'csv' }, key, columns: null, position, ...extra }
}

/** A lookup from a topic of JSON values. */
export function topicLookup(
  name: string,
  key: string,
  columns: readonly Column[] | null,
  input: Partial<LookupTopicInput> = {},
): Lookup & { input: LookupTopicInput } {
  const topic: LookupTopicInput = {
    kind: 'kafka',
    connection: 'local',
    topic: name,
    format: 'json',
    schema: null,
    ...input,
  }
  return { name, input: topic, key, columns, position }
}

/** A replay as fast as possible, read once, one partition. */
export function source(
  name: string,
  file: string,
  columns: readonly Column[] | null,
  input: Partial<ReplayedSource['input']> = {},
): ReplayedSource {
  const replay: ReplayedSource['input'] = {
    kind: 'replay',
    file,
    rate: { kind: 'max' },
    loop: false,
    partitions: 1,
    keyPath: null,
    envelope: null,
    ...input,
  }
  return { ...common(name, columns), topic: name, input: replay }
}

/** A topic of the connection `local`, named like the source, from its first record on; commits nothing. */
export function topicSource(
  name: string,
  columns: readonly Column[] | null,
  input: Partial<TopicSource['input']> = {},
  extra: Partial<Omit<Source, 'input'>> = {},
): TopicSource {
  const kafka: TopicSource['input'] = {
    kind: 'kafka',
    connection: 'local',
    topics: input.pattern === undefined || input.pattern === null ? [name] : [],
    pattern: null,
    from: { kind: 'earliest' },
    isolation: 'read_committed',
    outOfRange: 'earliest',
    commit: null,
    ...input,
  }
  const topic = kafka.pattern ?? kafka.topics.join(', ')
  return { ...common(name, columns), topic, input: kafka, ...extra }
}

function common(name: string, columns: readonly Column[] | null): Omit<Source, 'topic' | 'input'> {
  const lateness = { latenessMs: null, tooLate: 'land' as const }
  return { name, format: 'json', schema: null, columns, eventTime: null, ...lateness, masks: null, position }
}

/** A connection without TLS, credentials or registry, that may be written to. */
export function connection(
  name: string,
  brokers: readonly string[],
  extra: Partial<Connection> = {},
): Connection {
  return {
    name,
    brokers,
    tls: null,
    sasl: null,
    registry: null,
    addresses: new Map(),
    writes: true,
    isProduction: false,
    color: null,
    timeoutMs: 10_000,
    position,
    ...extra,
  }
}

export function workspace(folder: string, parts: Partial<Workspace>): Workspace {
  return {
    name: 'test',
    file: `${folder}/penstock.yaml`,
    text: 'penstock: 1\n',
    folder,
    connections: [],
    sources: [],
    lookups: [],
    tables: [],
    rollups: [],
    store: { mode: 'memory', limitBytes: null, budgetBytes: null },
    snapshots: null,
    ...parts,
  }
}
