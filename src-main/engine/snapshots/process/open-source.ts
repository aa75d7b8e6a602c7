/** A store opened for reading by a snapshot process. Works beside a writer, and on a store whose writer was stopped or killed. */
import { existsSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { AppError } from '#contract/errors.ts'

const busyMs = 5000
const cannotOpen = 14

/** @throws AppError STORE_MISSING, STORE_UNUSABLE, STORE_DAMAGED */
export function openSource(file: string): DatabaseSync {
  if (!existsSync(file)) throw new AppError('STORE_MISSING', `there is no store at ${file}`)
  try {
    return connect(file)
  } catch (error) {
    if (resultCode(error) !== cannotOpen || hasLog(file)) throw unreadable(file, error)
  }
  // A folder that cannot be written has no writer: without a log, the store is as its file.
  const location = pathToFileURL(file)
  location.searchParams.set('immutable', '1')
  try {
    return connect(location)
  } catch (error) {
    throw unreadable(file, error)
  }
}

function connect(location: string | URL): DatabaseSync {
  const database = new DatabaseSync(location, { readOnly: true, timeout: busyMs })
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function hasLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

/** What SQLite says of a store that cannot be read, as a fault for people. */
export function unreadable(file: string, error: unknown): AppError {
  const reason = error instanceof Error ? error.message : String(error)
  return isDamage(error)
    ? new AppError('STORE_DAMAGED', `the store ${file} is damaged: ${reason}`)
    : new AppError('STORE_UNUSABLE', `the store ${file} cannot be read: ${reason}`)
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error)
  return code === 11 || code === 26
}

/** SQLite's primary result code; -1 where the error is not its. */
export function resultCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : -1
}
