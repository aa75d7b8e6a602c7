/** Shorthands of the query tests: run a statement to its end, read all its rows. */
import type { Cell } from '../../../../../src-main/contract/cells.ts'
import type { QueryStart, QueryStatus } from '../../../../../src-main/contract/query.ts'
import type { QueryPool } from '../../../../../src-main/engine/query/query-pool.ts'

/** Counts to infinity without a row. */
export const endlessWithoutRows =
  'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c WHERE x < 0'
/** A row for every number. */
export const endlessWithRows =
  'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c'
/** The numbers 1 to `count`. */
export const numbers = (count: number): string =>
  `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT ${String(count)}) SELECT x FROM c`

/** Resolves with the first status that `accept` takes. */
export async function until(
  pool: QueryPool,
  id: string,
  accept: (status: QueryStatus) => boolean,
): Promise<QueryStatus> {
  let status = await pool.watch(id, null)
  while (!accept(status)) status = await pool.watch(id, status.version)
  return status
}

export const ended = ({ state }: QueryStatus): boolean => state !== 'queued' && state !== 'running'

/** Runs a statement to its end. */
export async function run(
  pool: QueryPool,
  sql: string,
  rest: Partial<QueryStart> = {},
): Promise<QueryStatus> {
  const { id } = pool.start({ sql, ...rest })
  return until(pool, id, ended)
}

/** All rows of a result, page by page. */
export async function allRows(pool: QueryPool, status: QueryStatus, pageRows = 500): Promise<Cell[][]> {
  const rows: Cell[][] = []
  while (rows.length < status.rows) {
    const page = await pool.page(status.id, rows.length, pageRows)
    if (page.rows.length === 0) throw new Error(`no rows at ${String(rows.length)} of ${String(status.rows)}`)
    rows.push(...page.rows)
  }
  return rows
}
