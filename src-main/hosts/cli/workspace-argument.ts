/** Which workspace a command works on. Pure; called by the commands with what the person gave. */
import path from 'node:path'
import { AppError } from '#contract/errors.ts'
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
