/** Makes a whole file of copied pages: says what it is, reads it through, brings it to the disk, and gives it its name. */
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { AppError } from '#contract/errors.ts'
import type { CopyOrder } from '../process-messages.ts'
import { snapshotFormat, snapshotSchema } from '../snapshot-facts.ts'

/**
 * @returns size of the file, bytes
 * @throws AppError STORE_DAMAGED where the copy is not whole, SNAPSHOT_FAILED
 */
export async function finishCopy(order: CopyOrder, temporary: string, takenAt: number): Promise<number> {
  try {
    writeFacts(order, temporary, takenAt)
    requireWhole(order, temporary)
    // The check has blocked this process; if its parent has gone meanwhile, that is heard now.
    await turn()
    const bytes = await publish(temporary, order.target)
    return bytes
  } catch (error) {
    if (error instanceof AppError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('SNAPSHOT_FAILED', `${order.target} could not be written: ${reason}`, { cause: error })
  }
}

/** Leaves the file in rollback mode: without a log, it can be read where nothing can be written beside it. */
function writeFacts({ workspace, penstock, scheduled }: CopyOrder, temporary: string, takenAt: number): void {
  const copy = new DatabaseSync(temporary)
  try {
    copy.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF')
    copy.exec(snapshotSchema)
    const row = [snapshotFormat, takenAt, penstock, workspace.file, scheduled ? 1 : 0]
    copy.prepare('INSERT INTO sys_snapshot VALUES (?, ?, ?, ?, ?)').run(...row)
    // The transaction that would tell how long the newest batch took is not in the copy.
    copy.exec('UPDATE sys_batches SET total_ms = load_ms + steps_ms WHERE total_ms IS NULL')
    copy.exec(`CREATE TABLE IF NOT EXISTS sys_workspace (
      file TEXT PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL, columns TEXT NOT NULL, read_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`)
    copy
      .prepare(
        "INSERT INTO sys_workspace SELECT ?, ?, ?, '{}', ? WHERE NOT EXISTS (SELECT 1 FROM sys_workspace)",
      )
      .run(workspace.file, workspace.name, workspace.text, takenAt)
  } finally {
    copy.close()
  }
}

function requireWhole({ storeFile }: CopyOrder, temporary: string): void {
  const copy = new DatabaseSync(temporary, { readOnly: true })
  try {
    const fault = copy.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (fault === 'ok') return
    throw new AppError(
      'STORE_DAMAGED',
      `the store ${storeFile} is damaged, so no snapshot was taken: ${String(fault)}`,
    )
  } finally {
    copy.close()
  }
}

async function publish(temporary: string, target: string): Promise<number> {
  const handle = await fs.promises.open(temporary, 'r+')
  try {
    await handle.chmod(0o600)
    await handle.sync()
    const { size } = await handle.stat()
    await fs.promises.rename(temporary, target)
    await syncFolder(path.dirname(target))
    return size
  } finally {
    await handle.close()
  }
}

/** So that the new name is on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await fs.promises.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
