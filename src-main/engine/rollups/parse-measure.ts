/** A measure of a rollup as text to its parts: aggregate function, arguments, filter. Pure; uses SQL tokens, no grammar. */
import { codeTokens, type SqlToken } from '../sql/sql-tokens.ts'
import { beyondRow } from './beyond-row.ts'
import type { MeasureFault } from './measure-fault.ts'

/** `avg(delay) filter (where delay > 0)`, taken apart. */
export interface ParsedMeasure {
  /** Lower case. */
  function: string
  isDistinct: boolean
  /** SQL of each argument; `*` stands alone. */
  arguments: string[]
  /** SQL of the condition, or null. */
  filter: string | null
}

/** @returns the parts; the bare name of a measure of the rollup below; or what is wrong */
export function parseMeasure(sql: string): ParsedMeasure | { reference: string } | MeasureFault {
  const tokens = codeTokens(sql)
  const [name, open] = tokens
  if (name?.kind !== 'word') return notOne(sql)
  if (open === undefined) return { reference: name.text }
  if (open.text !== '(') return notOne(sql)
  const close = closing(tokens, 1)
  if (close === null) return { message: 'a bracket is not closed', hint: 'write ) where the aggregate ends' }
  const inner = tokens.slice(2, close)
  const isDistinct = isWord(inner[0], 'DISTINCT')
  const filter = parseFilter(sql, tokens.slice(close + 1))
  if (typeof filter === 'object' && filter !== null) return filter
  const fault = beyondRow(tokens)
  if (fault !== null) return fault
  return {
    function: name.text.toLowerCase(),
    isDistinct,
    arguments: splitArguments(sql, isDistinct ? inner.slice(1) : inner),
    filter,
  }
}

function notOne(sql: string): MeasureFault {
  return { message: `${JSON.stringify(sql)} is no aggregate`, hint: 'for example count(*) or avg(delay)' }
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word
}

/** Index of the bracket that closes the one at `open`. */
function closing(tokens: readonly SqlToken[], open: number): number | null {
  let depth = 0
  for (let index = open; index < tokens.length; index++) {
    const text = tokens[index]?.text
    if (text === '(') depth++
    else if (text === ')' && --depth === 0) return index
  }
  return null
}

/** `filter (where CONDITION)`, or nothing. */
function parseFilter(sql: string, tokens: readonly SqlToken[]): string | null | MeasureFault {
  const [first, open, where] = tokens
  if (first === undefined) return null
  if (isWord(first, 'WITHIN')) {
    const message = 'an aggregate over ordered values cannot be merged: it would need every value'
    return { message, hint: 'for a percentile write percentile_approx(column, 0.5)' }
  }
  const hint =
    first.kind === 'operator' && first.text !== ';'
      ? 'make each aggregate a measure, and compute with them where you query'
      : 'write one aggregate, with filter (where ...) behind it where it is for some rows only'
  if (!isWord(first, 'FILTER')) return { message: `${JSON.stringify(first.text)} cannot stand here`, hint }
  const close = open?.text === '(' ? closing(tokens, 1) : null
  if (where === undefined || !isWord(where, 'WHERE') || close === null || close !== tokens.length - 1) {
    return { message: 'the filter is not complete', hint: 'for example filter (where delay > 0)' }
  }
  // Without a comment at its end, which would hide what is written behind it.
  const condition = sql.slice(where.end, tokens[close - 1]?.end).trim()
  return condition === '' ? { message: 'the filter has no condition', hint } : condition
}

function splitArguments(sql: string, tokens: readonly SqlToken[]): string[] {
  const parts: string[] = []
  let depth = 0
  let from: number | null = null
  let to = 0
  for (const token of tokens) {
    if (token.text === ',' && depth === 0) {
      parts.push(from === null ? '' : sql.slice(from, to))
      from = null
      continue
    }
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    from ??= token.start
    to = token.end
  }
  if (from !== null) parts.push(sql.slice(from, to))
  return parts
}
