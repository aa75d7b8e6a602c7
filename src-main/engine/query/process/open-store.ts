/**
 * A store opened for reading by a query process: a connection that cannot write, with an authorizer. Works beside a
 * writer, on a store that was closed, and on one whose writer was killed (its WAL is then recovered in memory).
 */
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { ProcessLimits } from '../query-limits.ts'
import { Authorizer } from './authorizer.ts'
import { standInForMissing } from './missing-relations.ts'
import { QueryFault, sqliteCode } from './query-fault.ts'

const cacheKibibytes = 32 * 1024
const cannotOpen = 14

/** A connection and what watches over it. */
export interface OpenStore {
  database: DatabaseSync
  authorizer: Authorizer
}

/**
 * Opens and reads the header, so that a file that is no store is found here.
 * @throws QueryFault STORE_MISSING or STORE_UNUSABLE
 */
export function openStore(file: string, limits: ProcessLimits): OpenStore {
  if (!fs.existsSync(file)) throw new QueryFault('STORE_MISSING', `There is no store at ${file}.`)
  const open = (location: string | URL): OpenStore => connect(location, limits)
  try {
    return open(file)
  } catch (error) {
    if (sqliteCode(error) !== cannotOpen) throw unusable(file, error)
    return openUnwritable(file, open)
  }
}

/**
 * WAL needs a shared-memory file beside the store. Where that folder cannot be written there is no writer either, so a
 * store without a WAL can be read as it is.
 */
function openUnwritable(file: string, open: (location: URL) => OpenStore): OpenStore {
  if (hasContent(`${file}-wal`)) {
    const message =
      `The store ${file} was not closed properly, and its folder ${path.dirname(file)} cannot be written, ` +
      'so it cannot be recovered there. Copy the store and its -wal file to a folder that can be written.'
    throw new QueryFault('STORE_UNUSABLE', message)
  }
  const location = pathToFileURL(file)
  location.searchParams.set('immutable', '1')
  try {
    return open(location)
  } catch (error) {
    throw unusable(file, error)
  }
}

function connect(location: string | URL, limits: ProcessLimits): OpenStore {
  const database = new DatabaseSync(location, {
    readOnly: true,
    timeout: limits.busyMs,
    allowExtension: false,
    defensive: true,
    limits: { length: limits.valueBytes, attach: 0 },
  })
  try {
    standInForMissing(database)
    database.exec('PRAGMA query_only = 1')
    database.exec(`PRAGMA cache_size = -${String(cacheKibibytes)}`)
    // Without effect where SQLite keeps no memory statistics; the watchdog bounds the process either way.
    database.exec(`PRAGMA hard_heap_limit = ${String(limits.heapBytes)}`)
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    const authorizer = new Authorizer()
    database.setAuthorizer(authorizer.check)
    return { database, authorizer }
  } catch (error) {
    database.close()
    throw error
  }
}

function unusable(file: string, error: unknown): QueryFault {
  const reason = error instanceof Error ? error.message : String(error)
  return new QueryFault('STORE_UNUSABLE', `The store ${file} cannot be read: ${reason}.`)
}

function hasContent(file: string): boolean {
  return (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0
}
