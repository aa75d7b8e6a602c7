/**
 * The arguments of the window's process: which workspace to open. No electron; main thread; written by the `open`
 * command, read by main.ts at start and when a second start is handed over.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'

/** Line on stdout by which the window's process says that Electron itself works; `open` falls back where it never comes. */
export const windowReadyLine = 'penstock: window process is ready'

/** Arguments that {@link readLaunchWorkspace} reads back. */
export function launchArguments(workspace: string | null): string[] {
  return workspace === null ? [] : [`--workspace=${path.resolve(workspace)}`]
}

/** Absolute path of the workspace asked for; null where none is. Chromium's own switches are passed over. */
export function readLaunchWorkspace(parameters: readonly string[]): string | null {
  const { values } = parseArgs({
    args: [...parameters],
    options: { workspace: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  })
  return typeof values.workspace === 'string' && values.workspace !== ''
    ? path.resolve(values.workspace)
    : null
}

/** What a second start hands to the first one; null for anything else. */
export function readHandedWorkspace(data: unknown): string | null {
  return z.object({ workspace: z.string() }).safeParse(data).data?.workspace ?? null
}
