/** What a path that a person gives leads to: a workspace, or a snapshot. Main thread; used by the session and the commands. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#contract/errors.ts'
import { type FoundSnapshot, openSnapshot } from '../../engine/snapshots/open-snapshot.ts'
import { isDatabase } from '../../workspace/database-file.ts'
import { loadWorkspace } from '../../workspace/load.ts'
import { type ParsedWorkspace, parseWorkspace } from '../../workspace/parse.ts'
import { digestOf } from './session-connections.ts'

/** A workspace as it was read, or the one that a snapshot holds. */
export interface Openable {
  /** Absolute path of penstock.yaml, or of the snapshot. */
  file: string
  /** Of penstock.yaml; empty for a snapshot. */
  digest: string
  parsed: ParsedWorkspace
  snapshot: FoundSnapshot | null
}

/** @throws AppError WORKSPACE_NOT_FOUND, SNAPSHOT_UNUSABLE */
export async function readOpenable(given: string): Promise<Openable> {
  if (await namesSnapshot(given)) {
    const snapshot = await openSnapshot(given)
    const { file, text } = snapshot.workspace
    return { file: given, digest: '', parsed: parseWorkspace(text, file), snapshot }
  }
  const parsed = await loadWorkspace(given)
  const file =
    'workspace' in parsed ? parsed.workspace.file : (parsed.problems[0]?.file ?? path.resolve(given))
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new AppError('WORKSPACE_NOT_FOUND', `${file} cannot be read`, { cause: error })
  })
  return { file, digest: digestOf(bytes), parsed, snapshot: null }
}

/** A file that begins as a database does, or is named as one: also where it is missing, empty or damaged. */
export async function namesSnapshot(given: string): Promise<boolean> {
  const facts = await stat(given).catch(() => null)
  if (facts?.isDirectory() === true) return false
  if (/\.(db|sqlite3?|snapshot)$/iu.test(given)) return true
  return facts?.isFile() === true && (await isDatabase(given).catch(() => false))
}
