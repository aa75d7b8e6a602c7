/**
 * One process owns a store. Ownership is an SQLite lock, which the operating system drops when the process ends, however
 * it ends; so no stale lock ever needs clearing. Held by the store thread.
 */
import { AppError } from '#contract/errors.ts'
import Database from 'better-sqlite3'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

export interface OwnerLock {
  /** Lets the next one in. With `remove`, takes the lock's own files and its folder away too, as far as they are empty. */
  release(remove: boolean): void
}

/** A lock file may be taken away by its last owner just before it is locked; then the file of that name is another one. */
const attempts = 10
/** For so long one waits for who only looks whether a store was left behind. */
const waitMs = 250

/**
 * @param host word for the host, told to whoever is refused
 * @throws AppError STORE_IN_USE, naming the owner
 */
export function lockStore(folder: string, storeFile: string, host: string): OwnerLock {
  const file = path.join(folder, 'owner.lock')
  const facts = path.join(folder, 'owner.json')
  for (let attempt = 1; attempt <= attempts; attempt++) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Closing any descriptor of a locked file drops the locks of this very process: only a file that is not there is made.
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
    const before = inodeOf(file)
    const database = lockFile(file, storeFile, facts)
    if (inodeOf(file) === before) {
      noteOwner(facts, host, database)
      return {
        release(remove) {
          if (remove) removeFiles(folder, file, facts)
          database.close()
        },
      }
    }
    database.close()
  }
  throw new AppError('STORE_IN_USE', `the store ${storeFile} is being taken by others`, {
    details: { file: storeFile },
  })
}

/** @throws the system's error, after giving the lock back */
function noteOwner(facts: string, host: string, lock: Database.Database): void {
  const owner = { pid: process.pid, host, since: new Date().toISOString() }
  try {
    writeFileSync(facts, JSON.stringify(owner), { mode: 0o600 })
  } catch (error) {
    lock.close()
    throw error
  }
}

function lockFile(file: string, storeFile: string, facts: string): Database.Database {
  const database = new Database(file, { timeout: waitMs })
  try {
    // No journal: there is never anything to roll back, and no file is left beside the lock.
    database.pragma('journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    throw new AppError('STORE_IN_USE', `the store ${storeFile} is in use by ${ownerName(facts)}`, {
      details: { file: storeFile },
      cause: error,
    })
  }
}

function removeFiles(folder: string, file: string, facts: string): void {
  try {
    rmSync(facts, { force: true })
    rmSync(file, { force: true })
    rmdirSync(folder)
  } catch {
    // Something else lies in the folder, or the system keeps open files: harmless leftovers of a few bytes.
  }
}

function inodeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? -1
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}

function ownerName(facts: string): string {
  try {
    const owner: unknown = JSON.parse(readFileSync(facts, 'utf8'))
    if (
      typeof owner === 'object' &&
      owner !== null &&
      'pid' in owner &&
      'host' in owner &&
      'since' in owner
    ) {
      return `process ${String(owner.pid)} (penstock ${String(owner.host)}, since ${String(owner.since)})`
    }
  } catch {
    // The owner has taken the lock and not yet written who it is.
  }
  return 'another process'
}
