/** The query history as statements that are worth making quicker. Pure. */
import type { HistoryEntry } from '#contract/query.ts'

/** A statement, how often it ran to its end, and how long all of that took, milliseconds. */
export interface AskedStatement {
  sql: string
  runs: number
  totalMs: number
}

/** Statements that gave a result, each once, those that took longest in all first. */
export function askedStatements(history: readonly HistoryEntry[]): AskedStatement[] {
  const statements = new Map<string, AskedStatement>()
  for (const { sql, durationMs, state } of history) {
    if (state !== 'done') continue
    const known = statements.get(sql) ?? { sql, runs: 0, totalMs: 0 }
    statements.set(sql, { sql, runs: known.runs + 1, totalMs: known.totalMs + durationMs })
  }
  return [...statements.values()].sort((one, other) => other.totalMs - one.totalMs)
}
