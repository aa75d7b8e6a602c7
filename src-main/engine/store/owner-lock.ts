/**
 * One process owns a store. Ownership is an SQLite lock, which the operating system drops when the process ends, however
 * it ends; so no stale lock ever needs clearing. Held by the store thread.
 */
import { AppError } from '#contract/errors.ts'
import Database from 'better-sqlite3'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface OwnerLock {
  release(): void
}

/**
 * @param host word for the host, told to whoever is refused
 * @throws AppError STORE_IN_USE, naming the owner
 */
export function lockStore(folder: string, storeFile: string, host: string): OwnerLock {
  const database = new Database(path.join(folder, 'owner.lock'), { timeout: 0 })
  const facts = path.join(folder, 'owner.json')
  try {
    database.pragma('journal_mode = DELETE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    throw new AppError('STORE_IN_USE', `the store ${storeFile} is in use by ${ownerName(facts)}`, {
      details: { file: storeFile },
      cause: error,
    })
  }
  writeFileSync(facts, JSON.stringify({ pid: process.pid, host, since: new Date().toISOString() }), {
    mode: 0o600,
  })
  return { release: () => database.close() }
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
