/** A file that passed every check to the workspace that the engine takes: defaults filled in, paths absolute. */
import path from 'node:path'
import type { WorkspaceDocument } from './document.ts'
import { lookupFormat } from './lookup-format.ts'
import type { Column, Lookup, Position, ReplayRate, Source, Table, Workspace } from './model.ts'
import type { LookupFile, SourceFile, TableFile, WorkspaceFile } from './schema.ts'
import type { FilePath } from './problem-draft.ts'

/** @param file absolute path of penstock.yaml */
export function buildWorkspace(written: WorkspaceFile, document: WorkspaceDocument, file: string): Workspace {
  const folder = path.dirname(file)
  const at = (keyPath: FilePath): Position => document.positionOf({ path: keyPath, at: 'key' })
  return {
    name: written.name ?? (path.basename(folder) || 'workspace'),
    file,
    folder,
    sources: Object.entries(written.sources).map(([name, source]) =>
      buildSource(name, source, { folder, position: at(['sources', name]) }),
    ),
    lookups: Object.entries(written.lookups ?? {}).map(([name, lookup]) =>
      buildLookup(name, lookup, { folder, position: at(['lookups', name]) }),
    ),
    tables: Object.entries(written.tables ?? {}).map(([name, table]) => buildTable(name, table, document)),
    store: { mode: written.store?.mode ?? 'memory', limitBytes: written.store?.limit ?? null },
  }
}

interface Surroundings {
  folder: string
  position: Position
}

function buildSource(name: string, source: SourceFile, { folder, position }: Surroundings): Source {
  const { replay } = source
  return {
    name,
    topic: replay.topic ?? name,
    input: {
      kind: 'replay',
      file: path.resolve(folder, replay.file),
      rate: buildRate(replay.rate, replay.factor),
      loop: replay.loop ?? false,
      partitions: replay.partitions ?? 1,
      keyPath: replay.key ?? null,
      envelope: replay.envelope ?? null,
    },
    format: source.format ?? 'json',
    columns: buildColumns(source.columns),
    eventTime: source.event_time ?? null,
    position,
  }
}

function buildRate(rate: SourceFile['replay']['rate'], factor: number | undefined): ReplayRate {
  if (rate === 'original') return { kind: 'original', factor: factor ?? 1 }
  return rate === undefined || rate === 'max' ? { kind: 'max' } : { kind: 'perSecond', records: rate }
}

function buildLookup(name: string, lookup: LookupFile, { folder, position }: Surroundings): Lookup {
  return {
    name,
    file: path.resolve(folder, lookup.file),
    format: lookupFormat(lookup.file, lookup.format) ?? 'csv',
    key: lookup.key,
    columns: buildColumns(lookup.columns),
    position,
  }
}

function buildColumns(columns: SourceFile['columns']): readonly Column[] | null {
  if (columns === undefined) return null
  return Object.entries(columns).map(([name, column]) => ({ ...column, name, path: column.path ?? [name] }))
}

function buildTable(name: string, table: TableFile, document: WorkspaceDocument): Table {
  return {
    name,
    source: table.source,
    steps: (table.steps ?? []).map((step, index) => ({
      ...step,
      ...document.textPosition(['tables', name, 'steps', index, 'sql']),
    })),
    retainRows: table.retain?.rows ?? null,
    retainAgeMs: table.retain?.age ?? null,
    position: document.positionOf({ path: ['tables', name], at: 'key' }),
  }
}
