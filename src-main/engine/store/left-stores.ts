/**
 * Stores in memory that a Penstock left behind when it was killed. The same workspace begins a new one at its next start; that
 * of another workspace would keep its memory until the machine restarts. Store thread only.
 */
import { AppError } from '#contract/errors.ts'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { isAlive } from '../signals/store-copies.ts'
import { removeStore } from './database.ts'
import { lockStore } from './owner-lock.ts'
import type { StoreLocation } from './store-location.ts'

/** Name of a store's folder: a digest of the path of its workspace. */
const folderForm = /^[0-9a-f]{16}$/
/** What a killed process leaves. Where anything else lies, such as a damaged store, a person may want it. */
const leftForm = /^(store\.db(-wal|-shm|-journal)?|owner\.(lock|json)|copy-\d+)$/
const owner = z.object({ pid: z.int().positive() })

/**
 * Removes the stores beside the given one that have no owner any more.
 * @returns bytes given back
 */
export function removeLeftStores(own: StoreLocation): number {
  const base = path.dirname(own.folder)
  return readdirSync(base)
    .filter((name) => folderForm.test(name) && name !== path.basename(own.folder))
    .map((name) => removeLeft(path.join(base, name)))
    .reduce((sum, bytes) => sum + bytes, 0)
}

function removeLeft(folder: string): number {
  try {
    const names = readdirSync(folder)
    if (!names.every((name) => leftForm.test(name)) || hasOwner(folder)) return 0
    const bytes = names.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0)
    const file = path.join(folder, 'store.db')
    const lock = lockStore(folder, file, 'cleaning up')
    removeStore({ folder, file })
    lock.release(true)
    return bytes
  } catch (error) {
    if (!isTaken(error)) throw error
    return 0
  }
}

/** Between two engines of one process nobody holds the lock, so that the process counts, too. */
function hasOwner(folder: string): boolean {
  const { pid } = owner.parse(JSON.parse(readFileSync(path.join(folder, 'owner.json'), 'utf8')))
  return isAlive(pid)
}

/** Somebody has begun to use the folder, removes it at this moment, or wrote what is not ours to judge. */
function isTaken(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'STORE_IN_USE'
  return error instanceof SyntaxError || error instanceof z.ZodError || isFileFault(error)
}

function isFileFault(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['ENOENT', 'EACCES', 'EPERM', 'ENOTDIR'].includes(String(error.code))
  )
}
