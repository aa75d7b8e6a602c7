/**
 * Compiles the tables of a workspace into plans. Done once, against an empty scratch database that holds nothing but the
 * lookups, so that a step which reads anything else is refused. Plans are plain data and run in the store thread.
 */
import type { Problem } from '#contract/workspace.ts'
import type { Column, Source, Workspace } from '../../workspace/model.ts'
import { type EventTimeRule, originOf } from '../batch/event-time.ts'
import { packedColumns } from '../batch/packed-columns.ts'
import { type LookupShape, lookupTable } from '../batch/relations.ts'
import type { SqlDatabase } from '../batch/sql-database.ts'
import { inputTable, type SourcePlan } from './source-plan.ts'
import { createInput } from './step-statements.ts'
import { TablePlanner } from './table-planner.ts'

/** Plans of all sources; `problems` is empty where every step compiled. */
export function planWorkspace(
  workspace: Workspace,
  sourceColumns: ReadonlyMap<string, readonly Column[]>,
  lookups: readonly LookupShape[],
  scratch: SqlDatabase,
): { plans: SourcePlan[]; problems: Problem[] } {
  const problems: Problem[] = []
  for (const shape of lookups) scratch.exec(lookupTable(shape.lookup.name, shape))
  const plans = workspace.sources.map((source) => {
    const columns = [...packedColumns(source, sourceColumns.get(source.name) ?? [], workspace.tables)]
    const input = inputTable(source.name)
    problems.push(...eventTimeProblems(workspace, source, columns))
    scratch.exec(createInput(input, columns))
    const planner = new TablePlanner(workspace, source, columns, lookups, scratch, problems)
    const tables = workspace.tables.filter((table) => table.source === source.name)
    return {
      source: source.name,
      topic: source.topic,
      columns,
      eventTime: eventTimeRule(source, columns),
      input,
      tables: tables.map((table) => planner.plan(table)),
    }
  })
  return { plans, problems }
}

/** Null where there is none, or none that can be used: {@link eventTimeProblems} says so. */
function eventTimeRule(
  { eventTime, latenessMs, tooLate }: Source,
  columns: readonly Column[],
): EventTimeRule | null {
  const column = columns.find(({ name, type }) => name === eventTime && type === 'timestamp')
  if (column === undefined) return null
  return { column: column.name, origin: originOf(column), latenessMs, tooLate }
}

/** Declared columns were checked when the file was read; inferred ones are known only now. */
function eventTimeProblems(workspace: Workspace, source: Source, columns: readonly Column[]): Problem[] {
  const { eventTime, position, name } = source
  if (eventTime === null) return []
  const column = columns.find((candidate) => candidate.name === eventTime)
  if (column?.type === 'timestamp') return []
  const what = column === undefined ? 'is not among the columns' : `is ${column.type} and no timestamp`
  const hint = 'Declare `columns:`; `penstock infer FILE` writes the block.'
  const place = { file: workspace.file, ...position, path: `sources.${name}.event_time` }
  return [{ ...place, message: `inferred columns: event_time ${eventTime} ${what}`, hint }]
}
