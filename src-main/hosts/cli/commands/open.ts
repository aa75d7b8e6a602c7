/**
 * `penstock open`: the console in Electron's window where Electron can run, else in the browser, with one line that says
 * why. Main thread; called by program.ts.
 */
import { formatProblems } from '../../../workspace/format-problems.ts'

import { readOpenable } from '../../shared/openable.ts'
import { packageRoot } from '../../shared/package-root.ts'
import type { CommandContext } from '../command-host.ts'
import { findElectron } from '../electron-binary.ts'
import { runElectron } from '../electron-process.ts'
import { exitCodes } from '../exit-code.ts'
import { serveCommand } from './serve.ts'

/** @param workspace absolute path of the workspace; null lets the console ask for one. @returns exit code */
export async function openCommand(workspace: string | null, context: CommandContext): Promise<number> {
  const { output } = context
  const loaded = workspace === null ? null : (await readOpenable(workspace)).parsed
  if (loaded !== null && 'problems' in loaded) {
    output.note(formatProblems(loaded.problems))
    return exitCodes.failure
  }
  const electron = findElectron({
    root: packageRoot(),
    platform: process.platform,
    env: process.env,
    isRoot: process.getuid?.() === 0,
  })
  let reason: string
  if ('file' in electron) {
    const end = await runElectron({ file: electron.file, root: packageRoot(), workspace })
    if (end.kind === 'ended') return end.code
    ;({ reason } = end)
  } else {
    ;({ reason } = electron)
  }
  output.note(`No window of its own, as ${reason}; the console is served to a browser.`)
  return serveCommand({ workspace, port: undefined, shouldOpen: true }, context)
}
