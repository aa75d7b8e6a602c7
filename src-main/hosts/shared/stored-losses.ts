/**
 * What a start would lose of what the store on disk holds, because penstock.yaml was changed while nothing ran. Main thread;
 * used by the session and by commands that run a workspace.
 */
import { readStoredWorkspace } from '../../engine/snapshots/stored-workspace.ts'
import { storeLocation } from '../../engine/store/store-location.ts'
import { hasSameStore, lossesOf } from '../../workspace/losses.ts'
import type { Workspace } from '../../workspace/model.ts'
import { parseWorkspace } from '../../workspace/parse.ts'
import type { Openable } from './openable.ts'
import { digestOf } from './session-connections.ts'

/** The version of a workspace that filled its store, and what going over from it loses. */
export interface StoredVersion {
  loaded: Openable
  /** One sentence each; at least one. */
  losses: string[]
}

/**
 * No engine of this process may have the store open. Never keeps a workspace from starting: a store that cannot be read, or a
 * version that is no workspace any more, says nothing, and the start itself tells what is wrong.
 * @param unreadable told why a store cannot be read
 * @returns null where nothing is lost that is known of
 */
export function storedVersion(
  workspace: Workspace,
  unreadable: (error: unknown, storeFile: string) => void,
): StoredVersion | null {
  // In memory a store begins empty with each start.
  if (workspace.store.mode !== 'disk') return null
  const storeFile = storeLocation(workspace).file
  try {
    const stored = readStoredWorkspace(storeFile)
    if (stored === null || stored.text === workspace.text) return null
    const parsed = parseWorkspace(stored.text, workspace.file)
    if ('problems' in parsed || !hasSameStore(parsed.workspace, workspace)) return null
    const losses = lossesOf(parsed.workspace, workspace, stored.held)
    if (losses.length === 0) return null
    const digest = digestOf(Buffer.from(stored.text))
    return { loaded: { file: workspace.file, digest, parsed, snapshot: null }, losses }
  } catch (error) {
    unreadable(error, storeFile)
    return null
  }
}
