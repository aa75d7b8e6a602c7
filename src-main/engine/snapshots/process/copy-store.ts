/**
 * Copies a store page by page within one read transaction, so that the copy is of one instant while others write. Runs in
 * a process of its own; the steps run on threads of the process, which hears meanwhile when its parent has gone.
 */
import fs from 'node:fs'
import path from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import { markCopy } from '../../signals/store-copies.ts'
import { sizeWords } from '../../../workspace/units.ts'
import type { CopyOrder, SnapshotReport } from '../process-messages.ts'
import { finishCopy } from './finish-copy.ts'
import { isDamage, openSource, resultCode, unreadable } from './open-source.ts'
import { removeOlder } from './remove-older.ts'

const stepBytes = 8 * 1024 * 1024
/** What is copied is brought to the disk on the way, so that the end does not wait for all of it. */
const syncMs = 250

/**
 * @param temporary file to write to; it is there and empty, and has the target's name at the end
 * @throws AppError STORE_MISSING, STORE_UNUSABLE, STORE_DAMAGED, STORE_FULL, SNAPSHOT_FAILED
 */
export async function copyStore(
  order: CopyOrder,
  temporary: string,
  report: (report: SnapshotReport) => void,
): Promise<void> {
  const { storeFile, target } = order
  const unmark = markCopy(storeFile)
  let takenAt: number
  try {
    const source = openSource(storeFile)
    try {
      takenAt = beginReading(source, storeFile)
      requireRoom(source, path.dirname(target))
      await copyPages(source, storeFile, temporary, report)
    } finally {
      source.close()
    }
  } catch (error) {
    throw described(error, order)
  } finally {
    unmark()
  }
  report({ kind: 'checking' })
  const bytes = await finishCopy(order, temporary, takenAt)
  const removed = removeOlder(order)
  report({ kind: 'copied', bytes, takenAt, removed })
}

/** @returns the instant of the copy */
function beginReading(source: DatabaseSync, storeFile: string): number {
  source.exec('BEGIN')
  const takenAt = Date.now()
  const isStore =
    source.prepare("SELECT 1 FROM sqlite_schema WHERE name = '_penstock_meta'").get() !== undefined
  if (!isStore) throw new AppError('STORE_UNUSABLE', `${storeFile} is no store of Penstock`)
  return takenAt
}

function requireRoom(source: DatabaseSync, folder: string): void {
  const { bavail, bsize } = fs.statfsSync(folder)
  const needed = pageFacts(source).bytes + limits.snapshotRoomBytes
  const free = bavail * bsize
  if (free >= needed) return
  const words = `the snapshot needs ${sizeWords(needed)} in ${folder}, which has ${sizeWords(free)} left`
  throw new AppError('SNAPSHOT_FAILED', words)
}

function pageFacts(source: DatabaseSync): { pageBytes: number; bytes: number } {
  const pageBytes = Number(source.prepare('PRAGMA page_size').get()?.['page_size'])
  const pages = Number(source.prepare('PRAGMA page_count').get()?.['page_count'])
  return { pageBytes, bytes: pages * pageBytes }
}

async function copyPages(
  source: DatabaseSync,
  storeFile: string,
  temporary: string,
  report: (report: SnapshotReport) => void,
): Promise<void> {
  const { pageBytes, bytes: totalBytes } = pageFacts(source)
  const log = new LogGrowth(storeFile, totalBytes)
  const descriptor = fs.openSync(temporary, 'r+')
  const syncing = setInterval(() => {
    // A fault of the disk is met again at the end, where it counts.
    fs.fdatasync(descriptor, () => undefined)
  }, syncMs)
  let told = 0
  const failure = Promise.withResolvers<never>()
  try {
    report({ kind: 'progress', bytes: 0, totalBytes })
    const copied = backup(source, temporary, {
      rate: Math.max(1, Math.floor(stepBytes / pageBytes)),
      progress: ({ totalPages, remainingPages }) => {
        const fault = log.fault()
        if (fault !== null) failure.reject(fault)
        if (Date.now() - told < limits.snapshotProgressMs) return
        told = Date.now()
        report({ kind: 'progress', bytes: (totalPages - remainingPages) * pageBytes, totalBytes })
      },
    })
    await Promise.race([copied, failure.promise])
    report({ kind: 'progress', bytes: totalBytes, totalBytes })
  } finally {
    clearInterval(syncing)
    fs.closeSync(descriptor)
  }
}

/** What is written while the store is read stays in its log. Where ingest is faster than the copy, that has to end. */
class LogGrowth {
  readonly #file: string
  readonly #mostBytes: number
  readonly #first: number

  constructor(storeFile: string, storeBytes: number) {
    this.#file = `${storeFile}-wal`
    this.#mostBytes = Math.max(limits.storeLogBytes, storeBytes)
    this.#first = this.#size()
  }

  fault(): AppError | null {
    const grown = this.#size() - this.#first
    if (grown <= this.#mostBytes) return null
    const words =
      `while the store was copied its log grew by ${sizeWords(grown)}: ` +
      'ingest writes faster than this disk takes the copy. Pause ingest for as long, or use a faster disk'
    return new AppError('SNAPSHOT_FAILED', words)
  }

  #size(): number {
    return fs.statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0
  }
}

const full = 13
const inputOutput = 10

function described(error: unknown, { storeFile, target }: CopyOrder): unknown {
  if (error instanceof AppError) return error
  if (isDamage(error)) return unreadable(storeFile, error)
  const code = resultCode(error)
  const reason = error instanceof Error ? error.message : String(error)
  if (code === full || code === inputOutput) {
    const words = `${path.dirname(target)} took no more of the snapshot: ${reason}`
    return new AppError('SNAPSHOT_FAILED', words, { cause: error })
  }
  return new AppError('SNAPSHOT_FAILED', `the store could not be copied: ${reason}`, { cause: error })
}
