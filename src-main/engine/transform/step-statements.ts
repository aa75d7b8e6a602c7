/** The SQL that the engine puts around a step: temporary tables, what the step reads, and where its rows go. Pure. */
import type { Column } from '../../workspace/model.ts'
import { metaColumns } from '../batch/packed-batch.ts'
import { type PlannedColumn, sqlTypeOf } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'
import { codeTokens, identifierOf } from '../sql/sql-tokens.ts'
import { landedValues } from './landing-columns.ts'

/** What a step can read, and the temporary table that holds it. */
export interface Relation {
  name: string
  temporary: string
  columns: readonly PlannedColumn[]
  /** Whether the temporary table has columns that steps do not see. */
  hides?: boolean
}

/** DDL of a source's input: typed columns, then the coordinates. What runs over the same source shares it. */
export function createInput(name: string, columns: readonly Column[]): string {
  const typed = columns.map((column) => `${quoted(column.name)} ${sqlTypeOf(column.type)}`)
  const meta = metaColumns.map((column) => `${column} INTEGER`)
  return `CREATE TEMP TABLE IF NOT EXISTS ${quoted(name)} (${[...typed, ...meta].join(', ')})`
}

/** DDL of a step's temporary table. ANY is no type outside of STRICT tables, so it is left out: no affinity. */
export function createTemporary(name: string, columns: readonly PlannedColumn[]): string {
  const typed = columns.map(
    (column) => `${quoted(column.name)} ${column.type === null ? '' : sqlTypeOf(column.type)}`,
  )
  return `CREATE TEMP TABLE IF NOT EXISTS ${quoted(name)} (${typed.join(', ')})`
}

/** The step's SQL with the relations that it reads as common table expressions over their temporary tables. */
export function withRelations(sql: string, used: readonly Relation[]): string {
  if (used.length === 0) return sql
  const mentioned = new Set(codeTokens(sql).map((token) => identifierOf(token)?.toLowerCase()))
  const named = used.map((relation) => {
    const constants = relation.name === 'input' ? constantColumns(mentioned) : ''
    const all = relation.hides === true ? relation.columns.map(({ name }) => quoted(name)).join(', ') : '*'
    return `${quoted(relation.name)} AS NOT MATERIALIZED (SELECT ${all}${constants} FROM temp.${quoted(relation.temporary)})`
  })
  const [first, second] = codeTokens(sql)
  const isWith = first?.text.toUpperCase() === 'WITH'
  // WITH RECURSIVE allows recursion and does not ask for it.
  const opening = isWith && second?.text.toUpperCase() === 'RECURSIVE' ? second : first
  const rest = isWith ? `, ${sql.slice(opening?.end)}` : ` ${sql}`
  return `WITH ${named.join(', ')}${rest}`
}

/** Columns of `input` that are the same for the whole batch; there where a step names them. */
function constantColumns(mentioned: ReadonlySet<string | undefined>): string {
  const topic = mentioned.has('_topic') ? ', CAST(@topic AS TEXT) AS _topic' : ''
  const ingested = mentioned.has('_ingested_at') ? ', CAST(@ingestedAt AS INTEGER) AS _ingested_at' : ''
  return topic + ingested
}

/** Parameters for a statement that may or may not name the batch's constants. */
export function batchParameters(sql: string): Record<string, unknown> {
  return /_topic|_ingested_at/i.test(sql) ? { topic: null, ingestedAt: null } : {}
}

/** The statement that puts a step's rows into its temporary table. */
export function filling(temporary: string, sql: string, used: readonly Relation[]): string {
  return `INSERT INTO temp.${quoted(temporary)} ${withRelations(sql, used)}`
}

/** The statement that puts the last step's rows into the landed table, with the columns that every table has. */
export function landing(
  table: string,
  columns: readonly PlannedColumn[],
  sql: string,
  used: readonly Relation[],
): string {
  const landed = landedValues(columns)
  const targets = landed.map(({ target }) => target)
  const values = landed.map(({ value }) => value)
  const inner = withRelations(sql, used)
  return `INSERT INTO main.${quoted(table)} (${targets.join(', ')}) SELECT ${values.join(', ')} FROM (${inner}) AS landed`
}
