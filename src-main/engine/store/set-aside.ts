/**
 * Sets a damaged store aside under a name with the time. It is never deleted: somebody may still read from it. In memory only
 * the newest stays. Store thread only.
 */
import Database from 'better-sqlite3'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { forgetDamage } from './damage.ts'

const damagedForm = /-damaged-\d{4}-\d\d-\d\dT[\d-]+Z(-\d+)?\.db(-wal)?$/

/** A store that was set aside. */
export interface SetAside {
  /** Absolute path that it has now. */
  file: string
  reason: string
  /** When it was begun, as far as that can be told; milliseconds since 1970. */
  begunAt: number
}

/** Renames the store with its log. @throws the system's error; then the store is where it was */
export function setAside(storeFile: string, reason: string, nowMs: number): SetAside {
  const begunAt = beginning(storeFile)
  const file = freeName(storeFile, nowMs)
  if (existsSync(`${storeFile}-wal`)) renameSync(`${storeFile}-wal`, `${file}-wal`)
  renameSync(storeFile, file)
  // What only says how the log is read; SQLite makes it anew.
  rmSync(`${storeFile}-shm`, { force: true })
  forgetDamage(storeFile)
  return { file, reason, begunAt }
}

/** Removes what was set aside before: a store in memory would take it up until the machine is started anew. */
export function removeEarlier(storeFile: string, { file: newest }: SetAside): void {
  const folder = path.dirname(storeFile)
  for (const name of readdirSync(folder)) {
    const isOurs = damagedForm.test(name) && name.startsWith(path.basename(storeFile, '.db'))
    const isNewest = name.startsWith(path.basename(newest))
    if (isOurs && !isNewest) rmSync(path.join(folder, name), { force: true })
  }
}

function freeName(storeFile: string, nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/\.\d+/, '').replaceAll(':', '-')
  const base = `${storeFile.replace(/\.db$/, '')}-damaged-${time}`
  for (let number = 1; ; number++) {
    const file = number === 1 ? `${base}.db` : `${base}-${String(number)}.db`
    if (!existsSync(file)) return file
  }
}

/** What the store says, where it still can; else what the file system does. */
function beginning(storeFile: string): number {
  let database: Database.Database | null = null
  try {
    database = new Database(storeFile, { readonly: true })
    const meta = database.prepare<[string], string>('SELECT value FROM _penstock_meta WHERE name = ?').pluck()
    const said = meta.get('rebuilt_since') ?? meta.get('created_at')
    const at = said === undefined ? Number.NaN : Date.parse(said)
    if (!Number.isNaN(at)) return at
  } catch {
    // It cannot say any more.
  } finally {
    database?.close()
  }
  const { birthtimeMs, mtimeMs } = statSync(storeFile)
  return birthtimeMs > 0 ? birthtimeMs : mtimeMs
}
