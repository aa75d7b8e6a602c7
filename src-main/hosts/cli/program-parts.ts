/** What the definitions of commands share: flags, help texts. Pure; used by program.ts and connection-commands.ts. */
import type { CommandContext } from './command-host.ts'

/** Flags of commands that run something. */
export interface RunFlags {
  demo?: true
  verbose?: true
}

/** Makes what a command is given. */
export type MakeContext = (verbose?: true) => CommandContext

/** Waits for a command and keeps its exit code. */
export type KeepCode = (code: Promise<number>) => Promise<void>

export const pathHelp = 'folder of the workspace, or its penstock.yaml (default: the current folder)'
/** Of commands that also read a snapshot. */
export const readPathHelp =
  'folder of the workspace, its penstock.yaml, or a snapshot (default: the current folder)'

/** Examples for the end of a command's help. */
export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`
}
