/** `penstock check`: everything that is wrong with a workspace, its SQL too, without running it. Called by program.ts. */
import { checkWorkspace, unreadTopics } from '../../../engine/engine.ts'
import { formatProblems } from '../../../workspace/format-problems.ts'
import { loadWorkspace } from '../../../workspace/load.ts'
import { storedVersion } from '../../shared/stored-losses.ts'
import type { CommandContext } from '../command-host.ts'
import { exitCodes, faultText } from '../exit-code.ts'
import { lossWords } from '../loss-words.ts'

/** @param workspace absolute path of the workspace. @returns exit code */
export async function checkCommand(workspace: string, { output }: CommandContext): Promise<number> {
  const loaded = await loadWorkspace(workspace)
  const problems = 'problems' in loaded ? loaded.problems : await checkWorkspace(loaded.workspace)
  if (problems.length > 0) {
    output.note(formatProblems(problems))
    return exitCodes.failure
  }
  if ('workspace' in loaded) {
    const { file, sources, lookups, tables, rollups } = loaded.workspace
    const parts = [count(sources, 'source'), count(lookups, 'lookup'), count(tables, 'table')]
    if (rollups.length > 0) parts.push(count(rollups, 'rollup'))
    await output.write(`${file} is right: ${parts.join(', ')}\n`)
    const stored = storedVersion(loaded.workspace, (error, storeFile) => {
      output.note(`${storeFile} cannot be read: ${faultText(error)}`)
    })
    if (stored !== null) output.note(lossWords(file, stored.losses))
    const unread = unreadTopics(loaded.workspace)
    if (unread.length > 0) {
      const list = unread.join(', ')
      output.note(
        `Not read: ${list}. Columns are taken from the records at start; SQL on them was not checked.`,
      )
    }
  }
  return exitCodes.ok
}

function count(things: readonly unknown[], name: string): string {
  return `${String(things.length)} ${name}${things.length === 1 ? '' : 's'}`
}
