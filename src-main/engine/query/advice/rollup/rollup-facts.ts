/** What the store knows about a rollup that SQL and workspace do not tell: rows that it lacks, and rows that only it has. Pure. */
import type { SqlValue } from '../../../../columns/values.ts'
import { quoted } from '../../../sql/identifier.ts'
import type { RollupAnswer } from './rollup-answer.ts'

type Answered = Pick<RollupAnswer, 'rollup' | 'table' | 'chain'>

/** One row, read as of one instant; {@link judgeFacts} says what it means. */
export function factsSql({ table, chain }: Answered): string {
  const names = chain.map(literal).join(', ')
  return (
    `SELECT count(*) AS rollups, sum(untimed) AS untimed, sum(missed + evicted) AS gone, ` +
    `min(ifnull(oldest_at, 0)) AS oldest, max(problem) AS problem, min(applied_row) AS applied, ` +
    `(SELECT ifnull(max(rowid), 0) FROM main.${quoted(table)}) AS newest, ` +
    `(SELECT ifnull(sum(evicted), 0) FROM sys_tables WHERE name = ${literal(table)}) AS evicted ` +
    `FROM sys_rollups WHERE name IN (${names})`
  )
}

/**
 * @param row of {@link factsSql}, in the order of its columns
 * @returns what to say beside the answer, empty for nothing; null where the rollup lacks rows that the table has
 */
export function judgeFacts(
  row: readonly (SqlValue | undefined)[],
  { rollup, table, chain }: Answered,
): string | null {
  const [count, untimed, gone, oldestAt, problem, appliedRow, newestRow, evicted] = row
  if (Number(count) !== chain.length || String(problem) !== '') return null
  if (Number(untimed) > 0 || Number(gone) > 0 || Number(appliedRow) < Number(newestRow)) return null
  // Division goes towards zero, so that spans before 1970 are not those of windows.
  if (Number(oldestAt) < 0) return null
  if (Number(evicted) === 0) return ''
  return `${rollup} also counts rows that ${table} no longer holds (${Number(evicted).toLocaleString('en')} were evicted).`
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
