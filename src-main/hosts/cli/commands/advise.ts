/**
 * `penstock advise`: indexes and rollups that would have made statements of the query history quicker, each as measured on a
 * sample. Reads the store only, also one in a snapshot. Called by program.ts.
 */
import type { AdviceFindings, IndexProposal, RollupProposal } from '#contract/advice.ts'
import { advise } from '../../../engine/query/advice/advise.ts'
import { advisedWorkspace } from '../../../engine/query/advice/advised-workspace.ts'
import { askedStatements } from '../../../engine/query/advice/asked-statements.ts'
import { QueryHistory } from '../../../engine/query/history.ts'
import { storeLocation } from '../../../engine/store/store-location.ts'
import { formatProblems } from '../../../workspace/format-problems.ts'
import { createStderrLogger } from '../../shared/logger.ts'
import { readOpenable } from '../../shared/openable.ts'
import { stateFolder } from '../../shared/state-folder.ts'
import type { CommandContext } from '../command-host.ts'
import { exitCodes } from '../exit-code.ts'

const shownSql = 200

/** @param given absolute path of the workspace, or of a snapshot. @returns exit code */
export async function adviseCommand(given: string, { output }: CommandContext): Promise<number> {
  const { parsed, snapshot } = await readOpenable(given)
  if ('problems' in parsed) {
    output.note(formatProblems(parsed.problems))
    return exitCodes.failure
  }
  const { workspace } = parsed
  const history = new QueryHistory({ stateFolder: stateFolder(), logger: createStderrLogger() })
  const asked = askedStatements(await history.search('', Number.MAX_SAFE_INTEGER))
  const storeFile = snapshot?.facts.file ?? storeLocation(workspace).file
  try {
    const findings = await advise({ storeFile, workspace: advisedWorkspace(workspace), asked })
    await output.write(adviceText(findings))
    return exitCodes.ok
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    output.note(`The store ${storeFile} cannot be read: ${why}\nStart the workspace first.`)
    return exitCodes.failure
  }
}

/** Every proposal with what it was measured with, or that there is none. */
export function adviceText({ indexes, rollups, statements }: AdviceFindings): string {
  if (statements === 0)
    return 'The query history holds no statement yet. Run some in Query of the console first.\n'
  if (indexes.length + rollups.length === 0) {
    const any = statements === 1 ? 'the statement' : `one of the ${String(statements)} statements`
    return `No index or rollup was found that would make ${any} of the query history quicker.\n`
  }
  return [...indexes.map(indexText), ...rollups.map(rollupText)].join('\n')
}

function indexText({ table, columns, statements, madeMs, sampledRows, yaml, reason }: IndexProposal): string {
  const measured = statements.flatMap((statement) => [
    askedText(statement),
    `    on a sample of ${sampledRows.toLocaleString('en')} rows: ${milliseconds(statement.beforeMs)} without, ${milliseconds(statement.afterMs)} with it`,
  ])
  return [
    `Index of ${table} by ${columns.join(', ')}`,
    ...measured,
    ...(reason === '' ? [] : [`  ${reason}`]),
    `  ${milliseconds(madeMs)} to make on the sample; in penstock.yaml, under tables.${table}: ${yaml}`,
    '',
  ].join('\n')
}

function rollupText({ table, rollup, statement, sql, note, columns, sampledRows }: RollupProposal): string {
  const { beforeMs, afterMs } = statement
  const instead =
    sql === null
      ? `  select from ${rollup} instead: ${columns.join(', ')}`
      : `  the same from the rollup: ${sql.replaceAll('\n', ' ')}`
  const measured =
    afterMs === null
      ? []
      : [
          `    ${milliseconds(beforeMs)} on a sample of ${sampledRows.toLocaleString('en')} rows, ${milliseconds(afterMs)} from the rollup`,
        ]
  return [
    `Rollup ${rollup} holds these figures of ${table}`,
    askedText(statement),
    ...measured,
    instead,
    ...(note === '' ? [] : [`  ${note}`]),
    '',
  ].join('\n')
}

function askedText({ sql, runs, totalMs }: { sql: string; runs: number; totalMs: number }): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  const shown = line.length > shownSql ? `${line.slice(0, shownSql)}...` : line
  return `  ${shown}\n    asked ${runs === 1 ? 'once' : `${String(runs)} times`}, ${milliseconds(totalMs)} in all`
}

function milliseconds(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms >= 10 ? ms.toFixed(0) : ms.toPrecision(2)} ms`
}
