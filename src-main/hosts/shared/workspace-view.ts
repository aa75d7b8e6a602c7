/** The workspace as the contract shows it. Pure; main thread; called by the router for `workspace.get`. */
import path from 'node:path'
import type { WorkspaceView } from '#contract/workspace.ts'
import { formatJsonPath } from '../../columns/json-path.ts'
import { type Mask, maskWords } from '../../columns/mask.ts'
import type { Engine } from '../../engine/engine-api.ts'
import { codeTokens, identifierOf } from '../../engine/sql/sql-tokens.ts'
import { errorBoundOf } from '../../engine/rollups/error-bound.ts'
import type { Column, Lookup, Rollup, Source, Table, Workspace } from '../../workspace/model.ts'

/** What a host adds to the engine's answers. */
export interface HostFacts {
  /** Version of Penstock, from package.json. */
  version: string
  host: WorkspaceView['host']
}

/** Joins what is declared with what the engine found out (inferred columns, store file, start). */
export function viewWorkspace(
  facts: HostFacts & Pick<WorkspaceView, 'snapshot'> & { workspace: Workspace },
  engine: Engine,
): WorkspaceView {
  const { workspace } = facts
  return {
    name: workspace.name,
    file: workspace.file,
    storeMode: workspace.store.mode,
    storeFile: engine.storeFile,
    sources: workspace.sources.map((source) => viewSource(source, engine)),
    connections: workspace.connections.map(({ name }) => name),
    lookups: workspace.lookups.map(viewLookup),
    tables: workspace.tables.map((table) => viewTable(table, workspace.lookups)),
    rollups: workspace.rollups.map((rollup) => viewRollup(rollup, workspace.rollups)),
    version: facts.version,
    host: facts.host,
    startedAt: engine.startedAt,
    snapshot: facts.snapshot,
  }
}

function viewSource(source: Source, engine: Engine): WorkspaceView['sources'][number] {
  const used = engine.sourceColumns.get(source.name)
  const columns = used?.columns ?? source.columns ?? []
  return {
    name: source.name,
    kind: source.input.kind,
    origin: source.input.kind === 'replay' ? path.basename(source.input.file) : source.topic,
    connection: source.input.kind === 'kafka' ? source.input.connection : null,
    topic: source.topic,
    format: source.format,
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type,
      from: column.from,
      path: column.from === 'header' ? String(column.path[0]) : pathText(column.path),
      nullable: column.nullable,
    })),
    masks: (source.masks?.list ?? []).map((mask) => ({
      what: partWords(mask),
      mask: maskWords(mask.action),
    })),
    eventTime:
      source.eventTime === null
        ? null
        : { column: source.eventTime, latenessMs: source.latenessMs, tooLate: source.tooLate },
    inferred: used?.inferred ?? source.columns === null,
  }
}

function partWords({ part, path: inner }: Mask): string {
  if (part === 'value') return formatJsonPath(inner)
  if (part === 'header') return `header ${String(inner[0])}`
  return inner.length === 0 ? part : `${part} ${formatJsonPath(inner)}`
}

function viewLookup({ name, input, key }: Lookup): WorkspaceView['lookups'][number] {
  return input.kind === 'file'
    ? { name, key, origin: input.file, connection: null }
    : { name, key, origin: input.topic, connection: input.connection }
}

function viewTable(table: Table, lookups: readonly Lookup[]): WorkspaceView['tables'][number] {
  return {
    name: table.name,
    source: table.source,
    steps: table.steps.map(({ name, sql, position }) => ({ name, sql, line: position.line })),
    lookups: lookups.map(({ name }) => name).filter((name) => mentions(table, name)),
    key: [...(table.key?.columns ?? [])],
    newestBy: table.key?.newestBy?.column ?? null,
    deleteWhen: table.key?.deleteWhen?.sql ?? null,
    deduplicate:
      table.deduplicate === null
        ? null
        : { by: [...table.deduplicate.by], withinMs: table.deduplicate.withinMs },
    retainRows: table.retainRows,
    retainBytes: table.retainBytes,
    retainAgeMs: table.retainAgeMs,
  }
}

function viewRollup(rollup: Rollup, rollups: readonly Rollup[]): WorkspaceView['rollups'][number] {
  const { name, from, window, by, measures, retainAgeMs } = rollup
  return {
    name,
    from,
    window,
    by: [...by],
    measures: measures.map((measure) => ({
      name: measure.name,
      sql: measure.sql,
      errorBound: boundOf(measure.sql, rollup, rollups),
    })),
    retainAgeMs,
  }
}

/** How far off a measure may be; that of another rollup is as far off as it is there. */
function boundOf(measure: string, { from }: Rollup, rollups: readonly Rollup[]): string | null {
  const base = rollups.find(({ name }) => name === from)
  const [token, ...others] = codeTokens(measure)
  const wanted = token === undefined || others.length > 0 ? null : identifierOf(token)?.toLowerCase()
  const merged = base?.measures.find(({ name }) => name.toLowerCase() === wanted)
  return base === undefined || merged === undefined
    ? errorBoundOf(measure)
    : boundOf(merged.sql, base, rollups)
}

function mentions(table: Table, lookup: string): boolean {
  const wanted = lookup.toLowerCase()
  return table.steps.some(({ sql }) =>
    codeTokens(sql).some((token) => identifierOf(token)?.toLowerCase() === wanted),
  )
}

/** Column path as people write it: `$.a.b[0]`. */
export function pathText(segments: Column['path']): string {
  return segments.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${String(segment)}]`
    return /^[A-Za-z_$][\w$]*$/u.test(segment) ? `${text}.${segment}` : `${text}.${JSON.stringify(segment)}`
  }, '$')
}
