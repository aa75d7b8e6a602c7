/** Removes scheduled snapshots beyond those that are kept. What is not certainly one of this workspace stays. */
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { CopyOrder } from '../process-messages.ts'
import { scheduledTime } from '../snapshot-facts.ts'

/** @returns what was removed, absolute paths */
export function removeOlder({ target, workspace, keep }: CopyOrder): string[] {
  if (keep === null) return []
  const folder = path.dirname(target)
  const ours = fs
    .readdirSync(folder)
    .filter((name) => scheduledTime(workspace.name, name) !== null)
    .map((name) => path.join(folder, name))
    .filter((file) => isScheduled(file, workspace.file))
    .sort()
    .reverse()
  const older = ours.slice(keep)
  for (const file of older) fs.rmSync(file, { force: true })
  return older
}

function isScheduled(file: string, workspaceFile: string): boolean {
  let database: DatabaseSync | null = null
  try {
    database = new DatabaseSync(file, { readOnly: true })
    const row = database.prepare('SELECT workspace, scheduled FROM sys_snapshot').get()
    return row?.['workspace'] === workspaceFile && row['scheduled'] === 1
  } catch {
    // No snapshot, or one that cannot be read: not ours to remove.
    return false
  } finally {
    database?.close()
  }
}
