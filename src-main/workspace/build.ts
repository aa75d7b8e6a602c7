/** A file that passed every check to the workspace that the engine takes: defaults filled in, paths absolute. */
import path from 'node:path'
import type { WorkspaceDocument } from './document.ts'
import { lookupFormat } from './lookup-format.ts'
import { buildConnection } from './build-connection.ts'
import { buildKeys } from './build-keys.ts'
import { buildMasks } from './build-masks.ts'
import { buildRollups } from './build-rollups.ts'
import type {
  Column,
  KafkaInput,
  KafkaStart,
  Lookup,
  Position,
  ReplayInput,
  ReplayRate,
  SchemaFile,
  SnapshotSettings,
  Source,
  Table,
  Workspace,
} from './model.ts'
import type {
  KafkaFile,
  LookupFile,
  ReplayFile,
  SchemaFileFile,
  SourceFile,
  TableFile,
  WorkspaceFile,
} from './schema.ts'
import type { FilePath } from './problem-draft.ts'

/**
 * @param file absolute path of penstock.yaml
 * @param text what stands in it
 */
export function buildWorkspace(
  written: WorkspaceFile,
  document: WorkspaceDocument,
  { file, text }: { file: string; text: string },
): Workspace {
  const folder = path.dirname(file)
  const at = (keyPath: FilePath): Position => document.positionOf({ path: keyPath, at: 'key' })
  const workspace = written.name ?? (path.basename(folder) || 'workspace')
  return {
    name: workspace,
    file,
    text,
    folder,
    connections: Object.entries(written.connections ?? {}).map(([name, connection]) =>
      buildConnection(name, connection, { folder, position: at(['connections', name]) }),
    ),
    sources: Object.entries(written.sources ?? {}).map(([name, source]) =>
      buildSource(name, source, { folder, position: at(['sources', name]), workspace }),
    ),
    lookups: Object.entries(written.lookups ?? {}).map(([name, lookup]) =>
      buildLookup(name, lookup, { folder, position: at(['lookups', name]) }),
    ),
    tables: Object.entries(written.tables ?? {}).map(([name, table]) => buildTable(name, table, document)),
    rollups: buildRollups(written.rollups ?? {}, document),
    store: {
      mode: written.store?.mode ?? 'memory',
      limitBytes: written.store?.limit ?? null,
      budgetBytes: written.store?.budget ?? null,
    },
    snapshots: buildSnapshots(written.store, folder),
  }
}

function buildSnapshots(store: WorkspaceFile['store'], folder: string): SnapshotSettings | null {
  const snapshots = store?.snapshots
  if (snapshots === undefined) return null
  return {
    everyMs: snapshots.every,
    folder: path.resolve(folder, snapshots.folder ?? 'snapshots'),
    keep: snapshots.keep ?? 24,
  }
}

interface Surroundings {
  folder: string
  position: Position
}

function buildSource(
  name: string,
  source: SourceFile,
  { folder, position, workspace }: Surroundings & { workspace: string },
): Source {
  const { replay, kafka } = source
  return {
    name,
    topic: replay?.topic ?? (kafka === undefined ? name : topicWords(kafka)),
    input:
      kafka === undefined ? buildReplay(replay, folder) : buildKafka(kafka, `penstock-${workspace}-${name}`),
    format: source.format ?? 'json',
    schema: buildSchemaFile(source.schema, folder),
    columns: buildColumns(source.columns),
    eventTime: source.event_time ?? null,
    latenessMs: source.lateness ?? null,
    tooLate: source.too_late ?? 'land',
    masks: buildMasks(source),
    position,
  }
}

/** Checks have refused a source with neither; an absent capture cannot come here. */
function buildReplay(replay: ReplayFile | undefined, folder: string): ReplayInput {
  return {
    kind: 'replay',
    file: path.resolve(folder, replay?.file ?? ''),
    rate: buildRate(replay?.rate, replay?.factor),
    loop: replay?.loop ?? false,
    partitions: replay?.partitions ?? 1,
    keyPath: replay?.key ?? null,
    envelope: replay?.envelope ?? null,
  }
}

function buildKafka(kafka: KafkaFile, ownGroup: string): KafkaInput {
  return {
    kind: 'kafka',
    connection: kafka.connection,
    topics: kafka.topics ?? (kafka.topic === undefined ? [] : [kafka.topic]),
    pattern: kafka.pattern ?? null,
    from: buildStart(kafka.from),
    isolation: kafka.isolation ?? 'read_committed',
    outOfRange: kafka.out_of_range ?? 'earliest',
    commit:
      kafka.commit === true ? { group: kafka.group ?? ownGroup, isOwn: kafka.group === undefined } : null,
  }
}

function buildStart(from: KafkaFile['from']): KafkaStart {
  if (from === undefined || from === 'latest') return { kind: 'latest' }
  if (from === 'earliest') return { kind: 'earliest' }
  if (from.timestamp !== undefined) return { kind: 'timestamp', ms: from.timestamp }
  if (from.ago !== undefined) return { kind: 'ago', ms: from.ago }
  return { kind: 'offset', offset: BigInt(from.offset ?? 0) }
}

function topicWords({ topic, topics, pattern }: KafkaFile): string {
  return topic ?? topics?.join(', ') ?? pattern ?? ''
}

function buildSchemaFile(schema: SchemaFileFile | undefined, folder: string): SchemaFile | null {
  if (schema === undefined) return null
  return { file: path.resolve(folder, schema.file), message: schema.message ?? null }
}

function buildRate(rate: ReplayFile['rate'], factor: number | undefined): ReplayRate {
  if (rate === 'original') return { kind: 'original', factor: factor ?? 1 }
  return rate === undefined || rate === 'max' ? { kind: 'max' } : { kind: 'perSecond', records: rate }
}

function buildLookup(name: string, lookup: LookupFile, { folder, position }: Surroundings): Lookup {
  return {
    name,
    input: buildLookupInput(lookup, folder),
    key: lookup.key,
    columns: buildColumns(lookup.columns),
    position,
  }
}

function buildLookupInput(lookup: LookupFile, folder: string): Lookup['input'] {
  const { file = '', kafka, format } = lookup
  if (kafka === undefined) {
    return { kind: 'file', file: path.resolve(folder, file), format: lookupFormat(file, format) ?? 'csv' }
  }
  return {
    kind: 'kafka',
    ...kafka,
    format: format === undefined || format === 'csv' || format === 'ndjson' ? 'json' : format,
    schema: buildSchemaFile(lookup.schema, folder),
  }
}

function buildColumns(columns: SourceFile['columns']): readonly Column[] | null {
  if (columns === undefined) return null
  return Object.entries(columns).map(([name, { mask: _, path, ...column }]) => ({
    ...column,
    name,
    path: path ?? [name],
  }))
}

function buildTable(name: string, table: TableFile, document: WorkspaceDocument): Table {
  return {
    name,
    source: table.source,
    steps: (table.steps ?? []).map((step, index) => ({
      ...step,
      ...document.textPosition(['tables', name, 'steps', index, 'sql']),
    })),
    ...buildKeys(name, table, document),
    indexes: table.indexes ?? [],
    backfills: table.backfill ?? true,
    retainRows: table.retain?.rows ?? null,
    retainBytes: table.retain?.bytes ?? null,
    retainAgeMs: table.retain?.age ?? null,
    position: document.positionOf({ path: ['tables', name], at: 'key' }),
  }
}
