/**
 * Files that a snapshot is written to before it takes its name: beside the target, named after the process that writes, so
 * that what a killed one left behind is known. Both sides.
 */
import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { isAlive } from '../signals/store-copies.ts'

const form = /\.(\d+)\.[0-9a-f]{12}\.penstock-tmp(?:-wal|-shm|-journal)?$/

/** A name for this process. */
export function temporaryName(target: string): string {
  return `${target}.${String(process.pid)}.${randomBytes(6).toString('hex')}.penstock-tmp`
}

/** Removes what processes that have gone left in the folder, as far as it lets us. */
export function removeLeftovers(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const owner = form.exec(name)?.[1]
      if (owner !== undefined && !isAlive(Number(owner))) rmSync(path.join(folder, name), { force: true })
    }
  } catch {
    // No folder, or one that is not ours to read or write: nothing of ours is in it, or nothing can be done about it.
  }
}
