/** Opens the store's only writing connection. Store thread only. */
import { AppError } from '#contract/errors.ts'
import Database from 'better-sqlite3'
import { chmodSync, existsSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { StoreSettings } from '../../workspace/model.ts'
import { readersMs } from './log-restart.ts'
import { lockStore, type OwnerLock } from './owner-lock.ts'
import { isDamage, notedDamage } from './damage.ts'
import { findLogDamage } from './log-damage.ts'
import { probeFile, probeStore } from './probe-store.ts'
import { removeEarlier, type SetAside, setAside } from './set-aside.ts'
import type { StoreLocation } from './store-location.ts'
import { addedSystemColumns, storeFormat, systemSchema } from './system-schema.ts'

const pageBytes = 8192
const cacheKibibytes = 64 * 1024
const checkpointPages = 2000

export interface OpenStore {
  database: Database.Database
  lock: OwnerLock
  /** True where the store began empty. */
  isFresh: boolean
  /** True where a memory store of an earlier start was found and removed. */
  discarded: boolean
  /** The store that was found damaged, where one was. */
  setAside: SetAside | null
  /** Where this store took the place of a damaged one, when that was begun; milliseconds since 1970. */
  rebuiltSince: number | null
}

/**
 * Opens or makes the store and takes ownership of it. A memory store always begins empty, unless `resume` says that this
 * process had it open before. A damaged store is set aside, and a new one is begun.
 * @throws AppError STORE_IN_USE, STORE_UNUSABLE, STORE_FULL
 */
export function openStore(
  location: StoreLocation,
  settings: StoreSettings,
  host: string,
  resume: boolean,
): OpenStore {
  makeFolder(location.folder)
  const lock = takeLock(location, host)
  try {
    const existed = existsSync(location.file)
    const discarded = existed && settings.mode === 'memory' && !resume
    if (discarded) removeStore(location)
    const opened = existed && !discarded ? openWhole(location.file, settings) : null
    const aside =
      opened !== null && 'reason' in opened ? moveAside(location.file, opened.reason, settings) : null
    const database = opened !== null && 'pragma' in opened ? opened : openNew(location.file, settings)
    if (aside !== null) noteRebuilding(database, aside)
    const isFresh = !existed || discarded || aside !== null
    return { database, lock, isFresh, discarded, setAside: aside, rebuiltSince: rebuiltSince(database) }
  } catch (error) {
    lock.release(false)
    throw error
  }
}

function takeLock(location: StoreLocation, host: string): OwnerLock {
  try {
    return lockStore(location.folder, location.file, host)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw unusable(location.file, error)
  }
}

/** A database of its own, in memory, for compiling steps against. */
export function openScratch(): Database.Database {
  return new Database(':memory:')
}

/** Drops everything temporary of a connection, so that it can be made anew in another form. */
export function dropTemporary(database: Database.Database): void {
  const made = database
    .prepare<[], { type: string; name: string }>(
      `SELECT type, name FROM temp.sqlite_schema WHERE type IN ('trigger', 'view', 'table') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       ORDER BY type = 'table', type = 'view'`,
    )
    .all()
  for (const { type, name } of made)
    database.exec(`DROP ${type} IF EXISTS temp."${name.replaceAll('"', '""')}"`)
}

/** Removes a store with everything beside it. */
export function removeStore(location: StoreLocation): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(location.file + suffix, { force: true })
}

/** @returns the open store, or why it is to be set aside */
function openWhole(file: string, settings: StoreSettings): Database.Database | { reason: string } {
  const seen = notedDamage(file) ?? probeFile(file) ?? findLogDamage(file)
  if (seen !== null) return { reason: seen }
  let database: Database.Database | null = null
  try {
    database = openDatabase(file, settings)
    const reason = probeStore(database, file)
    if (reason === null) return database
    database.close()
    return { reason }
  } catch (error) {
    database?.close()
    const cause = error instanceof AppError ? error.cause : error
    if (!isDamage(cause)) throw error
    return { reason: cause.message }
  }
}

function moveAside(file: string, reason: string, { mode }: StoreSettings): SetAside {
  try {
    const aside = setAside(file, reason, Date.now())
    if (mode === 'memory') removeEarlier(file, aside)
    return aside
  } catch (error) {
    throw unusable(file, error)
  }
}

/** An empty file would be taken for a damaged store by the next start. */
function openNew(file: string, settings: StoreSettings): Database.Database {
  try {
    return openDatabase(file, settings)
  } catch (error) {
    if (statSync(file, { throwIfNoEntry: false })?.size === 0) rmSync(file)
    throw error
  }
}

const rebuiltName = 'rebuilt_since'

function noteRebuilding(database: Database.Database, { begunAt }: SetAside): void {
  database
    .prepare('INSERT INTO _penstock_meta (name, value) VALUES (?, ?)')
    .run(rebuiltName, new Date(begunAt).toISOString())
}

function rebuiltSince(database: Database.Database): number | null {
  const since = database
    .prepare<[string], string>('SELECT value FROM _penstock_meta WHERE name = ?')
    .pluck()
    .get(rebuiltName)
  return since === undefined ? null : Date.parse(since)
}

function openDatabase(file: string, settings: StoreSettings): Database.Database {
  let database: Database.Database | null = null
  try {
    database = new Database(file, { timeout: readersMs })
    chmodSync(file, 0o600)
    database.pragma(`page_size = ${String(pageBytes)}`)
    database.pragma('journal_mode = WAL')
    database.pragma(`synchronous = ${settings.mode === 'disk' ? 'NORMAL' : 'OFF'}`)
    database.pragma('temp_store = MEMORY')
    database.pragma(`cache_size = -${String(cacheKibibytes)}`)
    database.pragma(`wal_autocheckpoint = ${String(checkpointPages)}`)
    database.pragma('journal_size_limit = 67108864')
    limitSize(database, settings.limitBytes)
    makeSystemTables(database)
    checkFormat(database, file)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof AppError) throw error
    throw unusable(file, error)
  }
}

/** Makes the engine's own tables, and brings those of an earlier version to their form. */
export function makeSystemTables(database: Database.Database): void {
  database.exec(systemSchema)
  const names = database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck()
  for (const [table, columns] of Object.entries(addedSystemColumns)) {
    const known = new Set(names.all(table))
    for (const column of columns) {
      const [name = ''] = column.split(' ')
      if (!known.has(name)) database.exec(`ALTER TABLE ${table} ADD COLUMN ${column}`)
    }
  }
}

function limitSize(database: Database.Database, limitBytes: number | null): void {
  if (limitBytes === null) return
  const bytes = Number(database.pragma('page_size', { simple: true }))
  database.pragma(`max_page_count = ${String(Math.max(16, Math.floor(limitBytes / bytes)))}`)
}

function checkFormat(database: Database.Database, file: string): void {
  const stored = database
    .prepare<[], string>("SELECT value FROM _penstock_meta WHERE name = 'format'")
    .pluck()
    .get()
  if (stored === undefined) {
    const insert = database.prepare('INSERT INTO _penstock_meta (name, value) VALUES (?, ?)')
    insert.run('format', storeFormat)
    insert.run('created_at', new Date().toISOString())
  } else if (stored !== storeFormat) {
    const message = `the store ${file} has format ${stored}; this version of Penstock reads format ${storeFormat}`
    throw new AppError('STORE_UNUSABLE', message, { details: { file } })
  }
}

function unusable(file: string, error: unknown): AppError {
  const reason = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isDamaged = code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')
  const isFull = /^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(code)
  const what = isDamaged ? 'is no SQLite database or is damaged' : 'cannot be opened'
  return new AppError(isFull ? 'STORE_FULL' : 'STORE_UNUSABLE', `the store ${file} ${what}: ${reason}`, {
    details: { file },
    cause: error,
  })
}

/** A folder that only this user can enter; in a shared place such as /dev/shm nobody else may have made it for us. */
function makeFolder(folder: string): void {
  try {
    const parent = path.dirname(folder)
    mkdirSync(parent, { recursive: true })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const facts = lstatSync(folder)
    const isOurs = process.getuid === undefined || facts.uid === process.getuid()
    if (!facts.isDirectory() || !isOurs) throw new Error('it belongs to somebody else')
  } catch (error) {
    throw unusable(folder, error)
  }
}
