/**
 * Plans how the rows of a table with a key, or without duplicates, land: checks the columns that the workspace names against
 * those of the last step, and the condition for deletes against SQLite. Pure but for the scratch database.
 */
import type { Problem } from '#contract/workspace.ts'
import type { Column, Condition, Position, Source, Table } from '../../workspace/model.ts'
import { suggest } from '../../workspace/suggest.ts'
import { originOf } from '../batch/event-time.ts'
import type { DistinctPlan, KeyedPlan, LandingPlan } from '../batch/landing-plan.ts'
import type { PlannedColumn } from '../batch/relations.ts'
import type { SqlDatabase } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'
import { codeTokens, splitStatements } from '../sql/sql-tokens.ts'
import { locateSqlFault } from './locate-fault.ts'
import { positionInFile } from './sql-position.ts'

/** What is known of a table whose steps have compiled. */
export interface LandingInput {
  file: string
  table: Table
  source: Source
  /** Columns of the source, packed ones too. */
  sourceColumns: readonly Column[]
  /** Temporary tables of the source's records, and of the last step's rows. */
  input: string
  rows: string
  /** Columns of the last step. */
  columns: readonly PlannedColumn[]
  /** Names of columns of the source, or coordinates, by the last step's column that is taken from them unchanged. */
  origins: ReadonlyMap<string, string>
  reorders: boolean
  scratch: SqlDatabase
}

interface Fault {
  key: string
  position: Position
  message: string
  hint: string
}

/** The plan, or what is wrong with it. */
export function planLanding(input: LandingInput): { landing: LandingPlan | null; problems: Problem[] } {
  const { table, file } = input
  const faults: Fault[] = []
  const landing =
    table.key !== null
      ? planKeyed(input, faults)
      : table.deduplicate !== null
        ? planDistinct(input, faults)
        : null
  const problems = faults.map(({ key, position, message, hint }) => ({
    ...{ file, line: position.line, column: position.column, path: `tables.${table.name}.${key}` },
    ...{ message: `table ${table.name}: ${message}`, hint },
  }))
  return { landing, problems }
}

function planKeyed(input: LandingInput, faults: Fault[]): KeyedPlan | null {
  const written = input.table.key
  if (written === null) return null
  const key = written.columns.map((name) => find(input, name, 'key', written.position, faults))
  const order = written.newestBy
  const newestBy = order === null ? null : find(input, order.column, 'newest_by', order.position, faults)
  if (order !== null && newestBy !== null) faults.push(...orderFaults(newestBy, order.position))
  const condition = written.deleteWhen
  if (condition !== null) faults.push(...conditionFaults(input, condition))
  if (faults.length > 0) return null
  const found = key.filter((column) => column !== null)
  const conditions = [...(condition === null ? [] : [`(\n${condition.sql}\n)`]), ...tombstones(input, found)]
  return {
    kind: 'keyed',
    key: found,
    newestBy: newestBy?.name ?? null,
    deletes: conditions.length === 0 ? null : conditions.join(' OR '),
    reorders: input.reorders,
  }
}

function planDistinct(input: LandingInput, faults: Fault[]): DistinctPlan | null {
  const written = input.table.deduplicate
  if (written === null) return null
  const key = written.by.map((name) => find(input, name, 'deduplicate.by', written.position, faults))
  if (faults.length > 0) return null
  const { eventTime } = input.source
  const { columns, origins, sourceColumns } = input
  const timed = sourceColumns.find(({ name }) => name === eventTime)
  const own = eventTime === null ? undefined : columns.find(({ name }) => origins.get(name) === eventTime)
  const joinsRecord = own === undefined && eventTime !== null && hasCoordinates(input)
  const ofRecord = joinsRecord ? `record.${quoted(eventTime)}` : null
  const ofRow = own === undefined ? ofRecord : `landed.${quoted(own.name)}`
  const times = [
    ...(ofRow === null ? [] : [ofRow]),
    ...(columns.some(({ name }) => name === '_timestamp') ? ['landed._timestamp'] : []),
  ]
  return {
    kind: 'distinct',
    key: key.filter((column) => column !== null),
    withinMs: written.withinMs,
    time: times.length > 1 ? `coalesce(${times.join(', ')})` : (times[0] ?? 'NULL'),
    eventTime: ofRow,
    origin: ofRow === null || timed === undefined ? '' : originOf(timed),
    joinsRecord,
  }
}

/** Whether each row of the last step carries the place of the record that it comes from. */
export function hasCoordinates({ origins }: Pick<LandingInput, 'origins'>): boolean {
  return origins.get('_partition') === '_partition' && origins.get('_offset') === '_offset'
}

/** Columns that can be named, in words; without those of the engine. */
function given({ columns }: LandingInput): string {
  const names = columns.map(({ name }) => name).filter((name) => !name.startsWith('_'))
  return `the last step gives ${names.slice(0, 20).join(', ')}`
}

function find(
  input: LandingInput,
  name: string,
  key: string,
  position: Position,
  faults: Fault[],
): PlannedColumn | null {
  const column = input.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
  if (column !== undefined) return column
  const near = suggest(
    name,
    input.columns.map((candidate) => candidate.name),
  )
  const hint = near === null ? given(input) : `write "${near}"`
  faults.push({
    key,
    position,
    message: `${key} names no column of the last step: ${JSON.stringify(name)}`,
    hint,
  })
  return null
}

function orderFaults({ name, type }: PlannedColumn, position: Position): Fault[] {
  if (type === 'timestamp' || type === 'integer') return []
  const key = 'newest_by'
  const what = type === null ? 'has no certain type' : `is ${type}`
  const hint =
    type === null
      ? `write CAST(... AS INTEGER) AS ${name} in the last step`
      : 'name a column of type timestamp or integer'
  return [{ key, position, message: `newest_by names "${name}", which ${what}`, hint }]
}

/** A condition is put into larger statements, so it must be one by itself. */
function conditionFaults(input: LandingInput, condition: Condition): Fault[] {
  const { sql } = condition
  const fault = (offset: number, message: string, hint: string): Fault[] => [
    {
      key: 'delete_when',
      position: positionInFile(condition, offset),
      message: `delete_when: ${message}`,
      hint,
    },
  ]
  const example = "for example status = 'cancelled'"
  const [, second] = splitStatements(sql)
  const tokens = codeTokens(sql)
  const semicolon = tokens.find((token) => token.text === ';')
  if (second !== undefined || semicolon !== undefined)
    return fault(semicolon?.start ?? 0, 'it is one condition, without a semicolon', example)
  if (tokens.length === 0) return fault(0, 'there is no condition', example)
  const parameter = tokens.find((token) => token.kind === 'parameter')
  if (parameter !== undefined) {
    return fault(
      ...([
        parameter.start,
        `a condition has no parameters: ${parameter.text}`,
        'write the value itself',
      ] as const),
    )
  }
  const select = tokens.find((token) => token.kind === 'word' && /^(select|values|with)$/i.test(token.text))
  if (select !== undefined) {
    const hint = 'add a column to the last step, and name it here'
    return fault(select.start, 'a condition reads the row, and no table', hint)
  }
  let depth = 0
  for (const token of tokens) {
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0
    if (depth < 0) return fault(token.start, 'a parenthesis is closed that was not opened', example)
  }
  try {
    input.scratch.prepare(asStatement(input.rows, sql))
    return []
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (/incomplete input/.test(`${message} ${complaint(input, sql, '') ?? ''}`))
      return fault(sql.trimEnd().length, 'the condition is not complete', example)
    const found = locateSqlFault(sql, message, (beginning) => complaint(input, beginning))
    const isColumn = /^no such column/.test(found.message)
    return fault(...([found.offset, found.message, isColumn ? given(input) : example] as const))
  }
}

function asStatement(rows: string, condition: string, [open, close] = ['(\n', '\n)']): string {
  return `SELECT 1 FROM temp.${quoted(rows)} AS landed WHERE ${open}${condition}${close}`
}

/** What SQLite says of the beginning of a condition, or null where it takes it. */
function complaint(input: LandingInput, beginning: string, around?: ''): string | null {
  try {
    input.scratch.prepare(asStatement(input.rows, beginning, around === undefined ? undefined : ['', '']))
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Where the key of a row is the key of its record, a tombstone deletes the row, as in a compacted topic. */
function tombstones(input: LandingInput, key: readonly PlannedColumn[]): string[] {
  const { sourceColumns, origins } = input
  const isRecordKey = key.every(({ name }) =>
    sourceColumns.some((column) => column.name === origins.get(name) && column.from === 'key'),
  )
  const tombstone = sourceColumns.find((column) => column.from === 'tombstone')
  if (!isRecordKey || tombstone === undefined || !hasCoordinates(input)) return []
  const dead = `SELECT _partition, _offset FROM temp.${quoted(input.input)} WHERE ${quoted(tombstone.name)}`
  return [`(landed._partition, landed._offset) IN (${dead})`]
}
