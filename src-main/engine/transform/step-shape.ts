/**
 * What a step's SELECT is, as far as its tokens tell: what it reads first, whether it groups rows, and where columns can be
 * added to it. SQLite decides whether it is valid; this only decides what is carried along and counted. Pure.
 */
import { codeTokens, identifierOf, type SqlToken } from '../sql/sql-tokens.ts'

const aggregates = new Set([
  'avg',
  'count',
  'group_concat',
  'string_agg',
  'sum',
  'total',
  'median',
  'percentile',
  'percentile_cont',
  'percentile_disc',
  'json_group_array',
  'json_group_object',
  'jsonb_group_array',
  'jsonb_group_object',
])
/** Aggregates with one argument, scalar functions with more. */
const extremes = new Set(['min', 'max'])
const setOperators = new Set(['union', 'intersect', 'except'])
const afterRelation = new Set([
  'where',
  'group',
  'having',
  'order',
  'limit',
  'window',
  'left',
  'right',
  'full',
  'inner',
  'cross',
  'join',
  'natural',
  'on',
  'using',
  'union',
  'intersect',
  'except',
  'indexed',
  'not',
])

export interface StepShape {
  /** First word, in capitals: SELECT, WITH, VALUES or what should not be there. */
  verb: string
  /** Names in the text that are known relations, in order of first use. */
  reads: string[]
  /** Known relation that stands first in FROM, or null. */
  driving: string | null
  /** How the driving relation is called in the statement. */
  drivingAlias: string | null
  /** True where one row out is not one row in: GROUP BY, DISTINCT, aggregates, set operators, VALUES. */
  groups: boolean
  /** True where a set operator stands anywhere: a column then mixes the types of several SELECTs. */
  mixes: boolean
  /** Offset in the SQL where `, expression` can be added to the select list, or null. */
  selectListEnd: number | null
}

/**
 * @param sql one statement
 * @param relations names that a step may read, in any case
 */
export function shapeOfStep(sql: string, relations: readonly string[]): StepShape {
  const tokens = codeTokens(sql)
  const depths = depthsOf(tokens)
  const known = new Map(relations.map((name) => [name.toLowerCase(), name]))
  const main = mainSelect(tokens, depths)
  const fromIndex = main < 0 ? -1 : indexOfWord(tokens, depths, main, 'from')
  const first = fromIndex < 0 ? null : relationAt(tokens, depths, fromIndex + 1, known)
  const groups = main < 0 || groupsRows(tokens, depths, main, fromIndex)
  return {
    verb: word(tokens[0]).toUpperCase(),
    reads: readsOf(tokens, known),
    driving: first?.relation ?? null,
    drivingAlias: first?.alias ?? null,
    groups,
    mixes: tokens.some((token) => setOperators.has(word(token))),
    selectListEnd: fromIndex < 0 ? null : (tokens[fromIndex]?.start ?? null),
  }
}

function word(token: SqlToken | undefined): string {
  return token?.kind === 'word' ? token.text.toLowerCase() : ''
}

/** Depth of parentheses at each token; a parenthesis itself belongs to the outer depth. */
function depthsOf(tokens: readonly SqlToken[]): number[] {
  let depth = 0
  return tokens.map((token) => {
    if (token.text === ')') depth--
    const at = depth
    if (token.text === '(') depth++
    return at
  })
}

/** Index of the outermost SELECT, after common table expressions; -1 where there is none (VALUES). */
function mainSelect(tokens: readonly SqlToken[], depths: readonly number[]): number {
  return tokens.findIndex((token, index) => depths[index] === 0 && word(token) === 'select')
}

function indexOfWord(
  tokens: readonly SqlToken[],
  depths: readonly number[],
  from: number,
  wanted: string,
): number {
  for (let index = from; index < tokens.length; index++) {
    if (depths[index] !== 0) continue
    if (word(tokens[index]) === wanted) {
      // IS DISTINCT FROM is an operator, not the clause.
      if (wanted === 'from' && word(tokens[index - 1]) === 'distinct') continue
      return index
    }
  }
  return -1
}

function relationAt(
  tokens: readonly SqlToken[],
  depths: readonly number[],
  index: number,
  known: ReadonlyMap<string, string>,
): { relation: string; alias: string } | null {
  const token = tokens[index]
  const name = token === undefined || depths[index] !== 0 ? null : identifierOf(token)
  const relation = name === null ? undefined : known.get(name.toLowerCase())
  if (relation === undefined || tokens[index + 1]?.text === '.') return null
  let next = tokens[index + 1]
  if (word(next) === 'as') next = tokens[index + 2]
  const alias = next === undefined || afterRelation.has(word(next)) ? null : identifierOf(next)
  return { relation, alias: alias ?? relation }
}

function groupsRows(
  tokens: readonly SqlToken[],
  depths: readonly number[],
  main: number,
  from: number,
): boolean {
  if (word(tokens[main + 1]) === 'distinct') return true
  for (let index = main; index < tokens.length; index++) {
    if (depths[index] !== 0) continue
    const text = word(tokens[index])
    if (text === 'group' || text === 'having' || setOperators.has(text)) return true
  }
  const end = from < 0 ? tokens.length : from
  for (let index = main; index < end; index++) if (isAggregate(tokens, depths, index, end)) return true
  return false
}

/** Whether an aggregate function without OVER begins here, outside of subqueries. */
function isAggregate(
  tokens: readonly SqlToken[],
  depths: readonly number[],
  index: number,
  end: number,
): boolean {
  const name = word(tokens[index])
  if (tokens[index + 1]?.text !== '(' || !(aggregates.has(name) || extremes.has(name))) return false
  const depth = depths[index] ?? 0
  let close = index + 2
  let arguments_ = 1
  while (close < end && !(tokens[close]?.text === ')' && depths[close] === depth)) {
    if (tokens[close]?.text === ',' && depths[close] === depth + 1) arguments_++
    close++
  }
  if (extremes.has(name) && arguments_ > 1) return false
  const after = word(tokens[close + 1])
  if (after === 'over') return false
  if (after === 'filter') {
    let end_ = close + 3
    while (end_ < end && !(tokens[end_]?.text === ')' && depths[end_] === depth)) end_++
    if (word(tokens[end_ + 1]) === 'over') return false
  }
  return !insideSubquery(tokens, depths, index)
}

function insideSubquery(tokens: readonly SqlToken[], depths: readonly number[], index: number): boolean {
  let depth = depths[index] ?? 0
  for (let at = index - 1; at >= 0 && depth > 0; at--) {
    if (tokens[at]?.text === '(' && depths[at] === depth - 1) {
      if (word(tokens[at + 1]) === 'select') return true
      depth--
    }
  }
  return false
}

function readsOf(tokens: readonly SqlToken[], known: ReadonlyMap<string, string>): string[] {
  const reads = new Set<string>()
  for (const token of tokens) {
    const name = identifierOf(token)
    const relation = name === null ? undefined : known.get(name.toLowerCase())
    if (relation !== undefined) reads.add(relation)
  }
  return [...reads]
}
