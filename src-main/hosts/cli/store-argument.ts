/** The store that a path leads to: of a workspace, or a snapshot. Called by the commands that read one. */
import { openSnapshot } from '../../engine/snapshots/open-snapshot.ts'
import { storeLocation } from '../../engine/store/store-location.ts'
import { loadWorkspace } from '../../workspace/load.ts'
import type { ParsedWorkspace } from '../../workspace/parse.ts'
import { namesSnapshot } from '../shared/openable.ts'

/** Absolute path of the file, or what is wrong with the workspace. */
export type NamedStore =
  { file: string; isSnapshot: boolean } | Extract<ParsedWorkspace, { problems: unknown }>

/**
 * @param given absolute path
 * @throws AppError SNAPSHOT_UNUSABLE
 */
export async function namedStore(given: string): Promise<NamedStore> {
  if (await namesSnapshot(given)) return { file: (await openSnapshot(given)).facts.file, isSnapshot: true }
  const loaded = await loadWorkspace(given)
  return 'problems' in loaded ? loaded : { file: storeLocation(loaded.workspace).file, isSnapshot: false }
}
