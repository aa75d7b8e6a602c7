/**
 * The rollup that holds what a statement computed from rows, for the person who ran it. Cheap: told from the text; where that finds
 * one, two small reads of the store say whether it has all rows, and whether the table was scanned.
 */
import type { RollupHint } from '#contract/advice.ts'
import type { StoreReader } from '../store-reader.ts'
import type { AdvisedWorkspace } from './advised-workspace.ts'
import { isScanned } from './plan-scans.ts'
import { factsSql, judgeFacts } from './rollup/rollup-facts.ts'
import { rollupAnswer } from './rollup/rollup-answer.ts'
import type { AnsweredTable } from './rollup/rollup-shape.ts'

/** A statement that took so long is worth a hint although an index served it. */
const longMs = 100

/** @returns null where no rollup holds it for certain, or it was quick without reading a whole table */
export async function findRollupHint(
  { sql, elapsedMs }: { sql: string; elapsedMs: number },
  workspace: AdvisedWorkspace,
  reader: StoreReader,
): Promise<RollupHint | null> {
  if (workspace.rollups.length === 0) return null
  const answer = rollupAnswer(sql, await readTables(workspace, reader), workspace.rollups)
  if (answer === null) return null
  const [facts] = await reader.run(factsSql(answer))
  const note = facts === undefined ? null : judgeFacts(facts, answer)
  if (note === null) return null
  if (elapsedMs < longMs && !isScanned((await planOf(reader, sql)) ?? [], sql, answer.table)) return null
  const { rollup, table, columns } = answer
  // SQLite has the last word on what was written.
  const rewritten = answer.sql !== null && (await planOf(reader, answer.sql)) !== null ? answer.sql : null
  return { rollup, table, columns: [...columns], sql: rewritten, note }
}

async function readTables({ tables }: AdvisedWorkspace, reader: StoreReader): Promise<AnsweredTable[]> {
  const rows = await reader.run(
    `SELECT m.name, c.name, c.type FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`,
  )
  return tables
    .filter(({ hasKey }) => !hasKey)
    .map(({ name, retainAgeMs }) => ({
      ...{ name, retainAgeMs },
      columns: rows
        .filter(([table]) => table === name)
        .map(([, column, type]) => ({ name: String(column), sqlType: String(type) })),
    }))
}

/** Steps of the plan; null where SQLite does not take the statement. */
async function planOf(reader: StoreReader, sql: string): Promise<string[] | null> {
  try {
    const rows = await reader.run(`EXPLAIN QUERY PLAN ${sql}`)
    return rows.map((row) => String(row.at(-1)))
  } catch {
    // The store may have changed since the statement ran; a hint is nothing to fail for.
    return null
  }
}
