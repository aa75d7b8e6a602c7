/** What a file says of itself when it is opened as a snapshot, or why it cannot be. Main process; reads a few pages. */
import { stat } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '#contract/errors.ts'
import type { OpenSnapshot } from '#contract/snapshots.ts'
import { storeFormat } from '../store/system-schema.ts'
import type { CopiedWorkspace } from './process-messages.ts'
import { snapshotFormat } from './snapshot-facts.ts'
import { isDatabase } from '../../workspace/database-file.ts'

/** A snapshot as it was found. */
export interface FoundSnapshot {
  facts: OpenSnapshot
  workspace: CopiedWorkspace
  /** Columns of each source as used, JSON by source. */
  columns: string
}

/**
 * @param file absolute path
 * @throws AppError SNAPSHOT_UNUSABLE
 */
export async function openSnapshot(file: string): Promise<FoundSnapshot> {
  const bytes = await sizeOf(file)
  if (bytes === 0) throw unusable(file, 'is empty')
  if (!(await isDatabase(file).catch(() => false)))
    throw unusable(file, 'is no SQLite database, or its beginning is damaged')
  let database: DatabaseSync | null = null
  try {
    database = new DatabaseSync(file, { readOnly: true })
    return read(database, file, bytes)
  } catch (error) {
    if (error instanceof AppError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw unusable(file, `is damaged or cannot be read: ${reason}`, error)
  } finally {
    database?.close()
  }
}

async function sizeOf(file: string): Promise<number> {
  const facts = await stat(file).catch((error: unknown) => {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const reason = error instanceof Error ? error.message : String(error)
    throw unusable(file, isMissing ? 'does not exist' : `cannot be read: ${reason}`, error)
  })
  if (!facts.isFile()) throw unusable(file, 'is no file')
  return facts.size
}

function read(database: DatabaseSync, file: string, bytes: number): FoundSnapshot {
  const tables = new Set(
    database
      .prepare('SELECT name FROM sqlite_schema')
      .all()
      .map((row) => String(row['name'])),
  )
  if (!tables.has('sys_snapshot')) {
    const what = tables.has('_penstock_meta')
      ? 'is the store of a workspace and no snapshot; open the folder of its workspace, or take a snapshot of it'
      : 'is a database, but no snapshot of Penstock'
    throw unusable(file, what)
  }
  const size = database
    .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
    .get()
  if (Number(size?.['bytes']) > bytes)
    throw unusable(file, `is cut short: it has ${String(bytes)} of ${String(size?.['bytes'])} bytes`)
  const facts = database.prepare('SELECT * FROM sys_snapshot').get()
  if (facts === undefined) throw unusable(file, 'does not say when it was taken')
  const penstock = String(facts['penstock'])
  const format = database.prepare("SELECT value FROM _penstock_meta WHERE name = 'format'").get()?.['value']
  if (Number(facts['format']) > snapshotFormat || Number(format) > Number(storeFormat))
    throw unusable(file, `was written by Penstock ${penstock}, which is newer; open it with that version`)
  const workspace = database.prepare('SELECT file, name, text, columns FROM sys_workspace').get()
  if (workspace === undefined) throw unusable(file, 'holds no workspace')
  return {
    facts: { file, takenAt: Number(facts['taken_at']), penstock },
    workspace: {
      file: String(workspace['file']),
      name: String(workspace['name']),
      text: String(workspace['text']),
    },
    columns: String(workspace['columns']),
  }
}

function unusable(file: string, words: string, cause?: unknown): AppError {
  return new AppError('SNAPSHOT_UNUSABLE', `${file} ${words}`, { details: { file }, cause })
}
