/**
 * Runs one statement and writes its whole result as it comes, page by page: never more than a page in memory, and as fast
 * as the reader reads. Main thread; called by commands/query.ts.
 */
import { AppError, fromErrorShape } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { Cell } from '#contract/cells.ts'
import type { QueryStart, QueryStatus } from '#contract/query.ts'
import type { Queries } from '../../../engine/engine-api.ts'
import type { Output } from '../output.ts'
import type { ResultFormat } from './result-format.ts'

/** The part of the engine's queries that is used. */
export type QueryRunner = Pick<Queries, 'start' | 'watch' | 'page'>

/** Rows of the first page: few, so that the first lines come soon. */
const firstPageRows = 100

/** What was written. */
export interface WrittenResult {
  rows: number
  /** Values that were longer than what travels, and were cut. */
  cutValues: number
  /** Last status; `truncated` where a limit cut the result. */
  status: QueryStatus
}

/**
 * Writes head, rows and foot of the result of a statement.
 * The caller closes `queries` afterwards, which ends a statement that still runs.
 * @param signal stops writing
 * @throws AppError of the statement where it failed, or a limit left no row of it; OutputClosed when the reader has gone
 */
export async function writeResult(
  queries: QueryRunner,
  request: QueryStart,
  { format, output, signal }: { format: ResultFormat; output: Output; signal: AbortSignal },
): Promise<WrittenResult> {
  signal.throwIfAborted()
  const { id } = queries.start(request)
  let written = 0
  let cutValues = 0
  let isHeadWritten = false
  let status = await queries.watch(id, null, signal)
  for (;;) {
    while (written < status.rows) {
      signal.throwIfAborted()
      const { rows } = await queries.page(id, written, written === 0 ? firstPageRows : limits.queryPageRows)
      if (!isHeadWritten) await output.write(format.head(status.columns, rows))
      isHeadWritten = true
      if (rows.length === 0) throw new AppError('INTERNAL', `result ${id} has no row ${String(written)}`)
      await output.write(format.rows(rows))
      written += rows.length
      cutValues += countCut(rows)
    }
    if (status.state !== 'queued' && status.state !== 'running') break
    status = await queries.watch(id, status.version, signal)
  }
  const isCut = status.truncated && written > 0
  if (status.error !== null && !isCut) throw fromErrorShape(status.error)
  if (!isHeadWritten) await output.write(format.head(status.columns, []))
  await output.write(format.foot(written, !status.truncated))
  return { rows: written, cutValues, status }
}

function countCut(rows: readonly (readonly Cell[])[]): number {
  return rows.flat().filter((cell) => {
    if (typeof cell !== 'object' || cell === null) return false
    if ('t' in cell) return true
    return 'b' in cell && Buffer.byteLength(cell.b, 'base64') < cell.n
  }).length
}
