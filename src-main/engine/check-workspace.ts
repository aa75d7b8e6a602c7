/**
 * Checks a workspace as far as it can be without running it: lookups can be read, columns inferred, every step compiles.
 * Used by `penstock check`; blocks its caller while it compiles.
 */
import type { Problem } from '#contract/workspace.ts'
import { isReplayed } from './ingest/replay-source.ts'
import type { Column, Lookup, Position, Table, Workspace } from '../workspace/model.ts'
import type { LookupShape } from './batch/relations.ts'
import { inferSource } from './ingest/infer-source.ts'
import { readSample } from './ingest/read-sample.ts'
import { fileLookup } from './lookups/file-lookup.ts'
import { readLookup } from './lookups/read-lookup.ts'
import { topicColumns } from './lookups/topic-columns.ts'
import { codeTokens, identifierOf } from './sql/sql-tokens.ts'
import { planRollups } from './rollups/plan-rollups.ts'
import { openScratch } from './store/database.ts'
import { indexProblems } from './transform/index-problems.ts'
import { planWorkspace } from './transform/plan.ts'

/** Every problem that starting the workspace would meet, in order of position; empty where it would start. */
export async function checkWorkspace(workspace: Workspace): Promise<Problem[]> {
  const problems: Problem[] = []
  const lookups: LookupShape[] = []
  for (const lookup of workspace.lookups) {
    const shape = await readShape(lookup).catch((error: unknown) => {
      problems.push(problemAt(workspace, lookup.position, `lookups.${lookup.name}.file`, error))
      return null
    })
    if (shape !== null) lookups.push(shape)
  }
  const columns = new Map<string, readonly Column[]>()
  for (const source of workspace.sources) {
    try {
      if (isReplayed(source)) {
        if (source.columns !== null) await readSample(source.input.file, 1)
        columns.set(source.name, source.columns ?? (await inferSource(source)))
      } else if (source.columns !== null) columns.set(source.name, source.columns)
    } catch (error) {
      problems.push(problemAt(workspace, source.position, `sources.${source.name}.replay.file`, error))
      if (source.columns !== null) columns.set(source.name, source.columns)
    }
  }
  // What could not be read has been told; topics without columns are not read. Steps on other sources compile all the same.
  const unknown = workspace.lookups.filter(({ name }) => !lookups.some(({ lookup }) => lookup.name === name))
  const part = {
    ...workspace,
    sources: workspace.sources.filter(({ name }) => columns.has(name)),
    tables: workspace.tables.filter((table) => columns.has(table.source) && !readsAny(table, unknown)),
  }
  const scratch = openScratch()
  const { plans, problems: inSteps } = planWorkspace(part, columns, lookups, scratch)
  problems.push(...inSteps)
  // Where steps have faults, the columns of their tables are not known.
  if (inSteps.length === 0) {
    const tables = plans.flatMap((plan) => plan.tables)
    problems.push(...indexProblems(part, tables))
    problems.push(...planRollups(part, tables, scratch).problems)
  }
  scratch.close()
  return problems.sort((left, right) => left.line - right.line || left.column - right.column)
}

/** Sources and lookups whose topics a check would have to read, in words for people; empty where there are none. */
export function unreadTopics({ sources, lookups }: Workspace): string[] {
  const ofSources = sources.flatMap(({ name, topic, input, columns }) =>
    input.kind === 'kafka' && columns === null ? [`source ${name} (${topic} of ${input.connection})`] : [],
  )
  const ofLookups = lookups.flatMap(({ name, input, columns }) =>
    input.kind === 'kafka' && columns === null
      ? [`lookup ${name} (${input.topic} of ${input.connection})`]
      : [],
  )
  return [...ofSources, ...ofLookups]
}

function readsAny(table: Table, lookups: readonly Lookup[]): boolean {
  const names = new Set(lookups.map(({ name }) => name.toLowerCase()))
  return table.steps.some(({ sql }) =>
    codeTokens(sql).some((token) => names.has(identifierOf(token)?.toLowerCase() ?? '')),
  )
}

/** Null for a topic whose columns only its records tell: they are not read by a check. */
async function readShape(lookup: Lookup): Promise<LookupShape | null> {
  const { name, key } = lookup
  const file = fileLookup(lookup)
  if (file === null) {
    const { columns, input } = lookup
    if (columns === null) return null
    return { lookup: { name, key, origin: originOf(input) }, columns: topicColumns(lookup, columns) }
  }
  let columns: readonly Column[] = []
  for await (const chunk of readLookup(file)) columns = chunk.columns
  return { lookup: { name, key, origin: file.file }, columns }
}

function originOf(input: Lookup['input']): string {
  return input.kind === 'file' ? input.file : `topic ${input.topic} of ${input.connection}`
}

function problemAt(workspace: Workspace, position: Position, path: string, error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error)
  return { file: workspace.file, line: position.line, column: position.column, path, message, hint: '' }
}
