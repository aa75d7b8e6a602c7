/** Rollups that keep what a statement computes from rows, told by what it groups by. Pure. */
import type { Rollup } from '../../../workspace/model.ts'
import { codeTokens, identifierOf } from '../../sql/sql-tokens.ts'

const after = new Set(['ORDER', 'HAVING', 'LIMIT', 'WINDOW', 'UNION', 'EXCEPT', 'INTERSECT', ';', ')'])

/**
 * @param table that the statement reads from its first row to its last
 * @param columns names of the table's columns
 * @returns rollups of the table that have every column that is grouped by
 */
export function rollupsFor(
  sql: string,
  { table, columns }: { table: string; columns: readonly string[] },
  rollups: readonly Rollup[],
): Rollup[] {
  const grouped = groupedBy(sql, columns)
  if (grouped === null) return []
  return rollups.filter(({ from, by, window }) => {
    const kept = new Set([...by, window?.on ?? ''].map((name) => name.toLowerCase()))
    return from === table && grouped.every((name) => kept.has(name.toLowerCase()))
  })
}

/** Columns of the table in GROUP BY, by name or as the expression of a result column; null without one. */
function groupedBy(sql: string, columns: readonly string[]): string[] | null {
  const tokens = codeTokens(sql)
  const words = tokens.map(({ text }) => text.toUpperCase())
  const group = words.findIndex((word, index) => word === 'GROUP' && words[index + 1] === 'BY')
  if (group < 0) return null
  const end = words.findIndex((word, index) => index > group + 1 && after.has(word))
  const own = tokens.slice(group + 2, end < 0 ? undefined : end)
  // Numbers stand for result columns, whose expressions are before FROM.
  const isNumbered = own.some(({ kind }) => kind === 'number')
  const from = words.indexOf('FROM')
  const looked = isNumbered
    ? tokens.slice(0, Math.max(0, from)).filter((_, index) => !isAggregated(words, index))
    : own
  const known = new Map(columns.map((name) => [name.toLowerCase(), name]))
  return looked.flatMap((token) => known.get(identifierOf(token)?.toLowerCase() ?? '') ?? [])
}

const aggregates = new Set(['COUNT', 'SUM', 'AVG', 'MIN', 'MAX', 'TOTAL'])

/** Whether a token stands inside the brackets of an aggregate. */
function isAggregated(words: readonly string[], index: number): boolean {
  let depth = 0
  for (let at = index; at > 0; at--) {
    if (words[at] === ')') depth++
    else if (words[at] === '(' && depth-- === 0 && aggregates.has(words[at - 1] ?? '')) return true
    if (depth < 0) depth = 0
  }
  return false
}
