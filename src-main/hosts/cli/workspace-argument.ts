/** Which workspace a command works on. Called by the commands with what the person gave. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '#contract/errors.ts'
import { workspaceFileName } from '../../workspace/load.ts'
import { demoFolder } from '../shared/package-root.ts'

/** What commands take to name a workspace. */
export interface WorkspaceChoice {
  /** Folder or file, as given. */
  path: string | undefined
  demo: boolean
}

/**
 * Absolute path of the folder or file: the one given, the demo, or the current folder.
 * @throws AppError USAGE where both are given
 */
export function workspacePath(choice: WorkspaceChoice, currentFolder: string = process.cwd()): string {
  if (!choice.demo) return path.resolve(currentFolder, choice.path ?? '.')
  if (choice.path === undefined) return demoFolder()
  throw new AppError('USAGE', `Give either a path or --demo: ${choice.path} is not the demo.`)
}

/**
 * As {@link workspacePath}, for the commands with a console: null where nothing is named and the current folder holds no
 * workspace. Then the console asks what to open.
 * @throws AppError USAGE where both are given
 */
export function workspacePathIfAny(
  choice: WorkspaceChoice,
  currentFolder: string = process.cwd(),
): string | null {
  const isNamed = choice.demo || choice.path !== undefined
  if (!isNamed && !existsSync(path.join(currentFolder, workspaceFileName))) return null
  return workspacePath(choice, currentFolder)
}
