/** The query history as statements that are worth making quicker. Pure. */
import type { HistoryEntry } from '#contract/query.ts'

/** A statement, how often it ran to its end, and how long all of that took, milliseconds. */
export interface AskedStatement {
  sql: string
  runs: number
  totalMs: number
}

/** What is looked at of a history: small enough to be sent to another process. */
export interface AskedStatements {
  /** Statements that gave a result, each counted once. */
  statements: number
  /** Of these, the ones that took longest in all, the longest first. */
  considered: AskedStatement[]
}

const mostConsidered = 50

export function askedStatements(history: readonly HistoryEntry[]): AskedStatements {
  const statements = new Map<string, AskedStatement>()
  for (const { sql, durationMs, state } of history) {
    if (state !== 'done') continue
    const known = statements.get(sql) ?? { sql, runs: 0, totalMs: 0 }
    statements.set(sql, { sql, runs: known.runs + 1, totalMs: known.totalMs + durationMs })
  }
  const longest = [...statements.values()].sort((one, other) => other.totalMs - one.totalMs)
  return { statements: longest.length, considered: longest.slice(0, mostConsidered) }
}
