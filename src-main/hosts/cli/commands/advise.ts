/**
 * `penstock advise`: indexes and rollups that would have made statements of the query history quicker, each as measured on a
 * sample. Reads the store only. Called by program.ts.
 */
import {
  type Advice,
  advise,
  type IndexAdvice,
  type RollupAdvice,
} from '../../../engine/query/advice/advise.ts'
import { QueryHistory } from '../../../engine/query/history.ts'
import { storeLocation } from '../../../engine/store/store-location.ts'
import { formatProblems } from '../../../workspace/format-problems.ts'
import { loadWorkspace } from '../../../workspace/load.ts'
import { createStderrLogger } from '../../shared/logger.ts'
import { stateFolder } from '../../shared/state-folder.ts'
import type { CommandContext } from '../command-host.ts'
import { exitCodes } from '../exit-code.ts'

const shownSql = 200

/** @param workspace absolute path of the workspace. @returns exit code */
export async function adviseCommand(workspace: string, { output }: CommandContext): Promise<number> {
  const loaded = await loadWorkspace(workspace)
  if ('problems' in loaded) {
    output.note(formatProblems(loaded.problems))
    return exitCodes.failure
  }
  const history = new QueryHistory({ stateFolder: stateFolder(), logger: createStderrLogger() })
  const statements = await history.search('', Number.MAX_SAFE_INTEGER)
  const { file } = storeLocation(loaded.workspace)
  let advice: Advice
  try {
    advice = advise(file, loaded.workspace, statements)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    output.note(`The store ${file} cannot be read: ${why}\nStart the workspace first.`)
    return exitCodes.failure
  }
  await output.write(adviceText(advice, statements.length))
  return exitCodes.ok
}

/** @param statements number of statements in the history */
export function adviceText({ indexes, rollups }: Advice, statements: number): string {
  if (indexes.length + rollups.length === 0) {
    return `No index or rollup was found that would make one of the ${String(statements)} statements of the query history quicker.\n`
  }
  return [...indexes.map(indexText), ...rollups.map(rollupText)].join('\n')
}

function indexText(advice: IndexAdvice): string {
  const { table, columns, beforeMs, afterMs, madeMs, sampledRows } = advice
  const list = columns.length === 1 ? (columns[0] ?? '') : `[${columns.join(', ')}]`
  return [
    `Index of ${table} by ${columns.join(', ')}`,
    askedText(advice),
    `  on a sample of ${sampledRows.toLocaleString('en')} rows: ${milliseconds(beforeMs)} without, ${milliseconds(afterMs)} with it; ${milliseconds(madeMs)} to make`,
    `  in penstock.yaml: tables.${table}.indexes: [${list}]`,
    '',
  ].join('\n')
}

function rollupText(advice: RollupAdvice): string {
  const { table, rollup } = advice
  return [
    `Rollup ${rollup} keeps such figures of ${table}`,
    askedText(advice),
    `  select from ${rollup} instead, where its measures are those that you need`,
    '',
  ].join('\n')
}

function askedText({ sql, runs, totalMs }: { sql: string; runs: number; totalMs: number }): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  const shown = line.length > shownSql ? `${line.slice(0, shownSql)}...` : line
  return `  ${shown}\n  asked ${runs === 1 ? 'once' : `${String(runs)} times`}, ${milliseconds(totalMs)} in all`
}

function milliseconds(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms >= 10 ? ms.toFixed(0) : ms.toPrecision(2)} ms`
}
