/**
 * A damaged store: how it is recognised, and the note that outlives the thread or process that met it, so that the next
 * one sets the store aside. Store thread only.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Whether SQLite says that the file is no database or is damaged. */
export function isDamage(error: unknown): error is Error & { code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT'))
  )
}

/** Notes that the store is not to be used any more. @param reason for people */
export function noteDamage(storeFile: string, reason: string): void {
  try {
    writeFileSync(noteFile(storeFile), reason, { mode: 0o600 })
  } catch {
    // No room for it: the damage is met again, and noted once there is.
  }
}

/** What an earlier thread or process has met; null where nothing is noted. */
export function notedDamage(storeFile: string): string | null {
  try {
    return readFileSync(noteFile(storeFile), 'utf8')
  } catch {
    // No note: the store is taken for whole.
    return null
  }
}

export function forgetDamage(storeFile: string): void {
  rmSync(noteFile(storeFile), { force: true })
}

function noteFile(storeFile: string): string {
  return path.join(path.dirname(storeFile), 'damaged.txt')
}
