/**
 * `penstock query`: one statement over the store of a running or stopped workspace or a snapshot, read-only, in a process of its own.
 * The whole result is streamed. Main thread; called by program.ts.
 */
import path from 'node:path'
import { AppError } from '#contract/errors.ts'
import { formatProblems } from '../../../workspace/format-problems.ts'
import { openQueryPool } from '../../../engine/query/query-pool.ts'
import { defaultQueryLimits } from '../../../engine/query/query-limits.ts'
import type { QueryLimits } from '../../../engine/query/query-limits.ts'
import { findEngineEntries } from '../../shared/entries.ts'
import { startCommandHost } from '../command-host.ts'
import type { CommandContext } from '../command-host.ts'
import { namedStore } from '../store-argument.ts'
import { exitCodeOf, exitCodes, faultText } from '../exit-code.ts'
import { csvFormat } from '../results/csv.ts'
import { jsonLinesFormat } from '../results/json-lines.ts'
import type { ResultFormat } from '../results/result-format.ts'
import { textTableFormat } from '../results/text-table.ts'
import { writeResult } from '../results/write-result.ts'
import type { WrittenResult } from '../results/write-result.ts'

/** Options of {@link queryCommand}. */
export interface QueryOptions {
  sql: string
  /** Absolute path of the workspace, or of a snapshot. */
  workspace: string
  format: 'table' | 'json' | 'csv'
  /** Most rows to write; undefined for all. */
  limit: number | undefined
  timeLimitMs: number
}

/** Bounds of the command line: values travel whole, and a result may take what a disk can spare. */
const commandLimits: QueryLimits = {
  ...defaultQueryLimits,
  processes: 1,
  rows: Number.MAX_SAFE_INTEGER,
  process: {
    ...defaultQueryLimits.process,
    cellBytes: defaultQueryLimits.process.valueBytes,
    resultBytes: 4 * 1024 * 1024 * 1024,
  },
}

const formats: Record<QueryOptions['format'], () => ResultFormat> = {
  table: textTableFormat,
  json: jsonLinesFormat,
  csv: csvFormat,
}

/** Runs the statement. @returns exit code */
export async function queryCommand(options: QueryOptions, context: CommandContext): Promise<number> {
  const { output } = context
  const store = await namedStore(options.workspace)
  if ('problems' in store) {
    output.note(formatProblems(store.problems))
    return exitCodes.failure
  }
  const host = startCommandHost(context)
  const pool = await openQueryPool({
    storeFile: store.file,
    spoolFolder: path.join(host.folder, 'results'),
    stateFolder: host.folder,
    entries: findEngineEntries(),
    logger: host.logger,
    limits: commandLimits,
  })
  host.shutdown.defer('queries', () => pool.stop())
  const { signal } = host.shutdown
  writeResult(pool, requestOf(options), { format: formats[options.format](), output, signal }).then(
    (result) => {
      const fault = shortfall(result, options)
      if (fault !== null) output.note(faultText(fault))
      void host.shutdown.end(fault === null ? exitCodes.ok : exitCodes.failure)
    },
    (error: unknown) => {
      if (signal.aborted) return
      const words = faultText(error)
      if (words !== '') output.note(words)
      void host.shutdown.end(exitCodeOf(error))
    },
  )
  return host.ended
}

function requestOf({ sql, limit, timeLimitMs }: QueryOptions) {
  return { sql, timeLimitMs, remember: false, ...(limit === undefined ? {} : { rowLimit: limit }) }
}

/** Why the result is not whole, where the person did not ask for a part. */
function shortfall({ status, rows, cutValues }: WrittenResult, { limit }: QueryOptions): AppError | null {
  if (cutValues > 0) {
    return new AppError('QUERY_SIZE_LIMIT', `${String(cutValues)} values were too long and were cut.`)
  }
  if (!status.truncated || rows === limit) return null
  const message = status.error?.message ?? 'A limit cut the result.'
  return new AppError(status.error?.code ?? 'QUERY_SIZE_LIMIT', message)
}
