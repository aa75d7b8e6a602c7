/** Columns of one table that an index could help a statement with, from the statement's words. Pure; no grammar. */
import { codeTokens, identifierOf, type SqlToken } from '../../sql/sql-tokens.ts'

const comparisons = new Set(['=', '==', 'IS', 'IN'])
const ranges = new Set(['<', '>', '<=', '>=', 'BETWEEN', 'LIKE', 'GLOB'])
const conditions = new Set(['WHERE', 'ON', 'AND', 'OR', 'HAVING', 'NOT', '('])
const mostColumns = 3

/**
 * Candidates, the most promising first: columns that are compared for equality, then one of those that are compared by
 * order; each of them alone; and what the result is ordered by.
 * @param columns names of the table's columns
 */
export function indexCandidates(sql: string, columns: readonly string[]): string[][] {
  const tokens = codeTokens(sql)
  const equal = new Set<string>()
  const ordered = new Set<string>()
  const sorted: string[] = []
  const known = new Map(columns.map((name) => [name.toLowerCase(), name]))
  tokens.forEach((token, index) => {
    const name = known.get(identifierOf(token)?.toLowerCase() ?? '')
    if (name === undefined) return
    const operator = wordAt(tokens, index + 1)
    const before = wordAt(tokens, startOf(tokens, index) - 1)
    if (comparisons.has(operator) || before === '=') equal.add(name)
    else if (ranges.has(operator) || (ranges.has(before) && !conditions.has(before))) ordered.add(name)
    else if (isSorted(tokens, index)) sorted.push(name)
  })
  const [range] = [...ordered].filter((name) => !equal.has(name))
  const together = [...equal].slice(0, mostColumns)
  const candidates = [
    ...(range === undefined ? [together] : [[...together, range]]),
    together,
    ...[...equal, ...ordered].map((name) => [name]),
    sorted.slice(0, mostColumns),
  ]
  return distinct(candidates.filter((names) => names.length > 0))
}

function wordAt(tokens: readonly SqlToken[], index: number): string {
  return tokens[index]?.text.toUpperCase() ?? ''
}

/** A name may have its table before it: `t.at`. */
function startOf(tokens: readonly SqlToken[], index: number): number {
  return tokens[index - 1]?.text === '.' ? index - 2 : index
}

/** Whether a name stands in an ORDER BY. */
function isSorted(tokens: readonly SqlToken[], index: number): boolean {
  for (let at = index - 1; at > 0; at--) {
    const word = wordAt(tokens, at)
    if (word === 'BY') return wordAt(tokens, at - 1) === 'ORDER'
    if (word === ')' || word === 'WHERE' || word === 'FROM' || word === 'SELECT') return false
  }
  return false
}

function distinct(candidates: readonly string[][]): string[][] {
  return [...new Map(candidates.map((names) => [names.join('\n').toLowerCase(), names])).values()]
}
