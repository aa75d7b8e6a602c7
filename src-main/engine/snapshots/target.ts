/** Where a snapshot may be written. Main process. */
import { mkdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '#contract/errors.ts'
import { isDatabase } from '../../workspace/database-file.ts'

/**
 * Makes the folder, and looks at what is there under the name: a snapshot may be replaced, anything else may not.
 * @returns the file that a snapshot of this name ends up in: where a symbolic link leads
 * @throws AppError SNAPSHOT_FAILED
 */
export async function snapshotTarget(given: string, storeFile: string): Promise<string> {
  const folder = path.dirname(given)
  try {
    await makeFolder(folder)
    const target = await realpath(given).catch(() => path.join(folder, path.basename(given)))
    const facts = await stat(target).catch(() => null)
    if (facts === null) return target
    if (facts.isDirectory()) throw refused(`${given} is a folder`)
    const isStore = target === (await realpath(storeFile).catch(() => storeFile))
    if (isStore || !facts.isFile() || !(await isSnapshot(target)))
      throw refused(`${given} is there already and is no snapshot, so it is not replaced`)
    return target
  } catch (error) {
    if (error instanceof AppError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('SNAPSHOT_FAILED', `no snapshot can be written to ${given}: ${reason}`, {
      cause: error,
    })
  }
}

/** One folder at a time: Node's recursive mkdir never ends where a folder is there, but says of a new one that it is not. */
async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return
  const parent = path.dirname(folder)
  if (parent !== folder) await makeFolder(parent)
  await mkdir(folder).catch(async (error: unknown) => {
    // Somebody else may have made it meanwhile.
    if (!(await isFolder(folder))) throw error
  })
}

async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => null))?.isDirectory() ?? false
}

function refused(words: string): AppError {
  return new AppError('USAGE', `${words}; give another name`)
}

/** Whether a file is a snapshot, as far as its beginning and its tables say. Reads little. */
async function isSnapshot(file: string): Promise<boolean> {
  if (!(await isDatabase(file))) return false
  let database: DatabaseSync | null = null
  try {
    database = new DatabaseSync(file, { readOnly: true })
    return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sys_snapshot'").get() !== undefined
  } catch {
    // A database that cannot be read may be anybody's.
    return false
  } finally {
    database?.close()
  }
}
