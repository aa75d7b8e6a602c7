/**
 * Marks beside a store that say which processes copy it. A copy reads the store for longer than any statement may, so the
 * one who writes does not wait for it, nor stops others on its account. Any process; a mark of a dead one counts for nothing.
 */
import { closeSync, openSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

const form = /^copy-(\d+)$/

/**
 * Marks this process as one that copies.
 * @returns takes the mark away
 */
export function markCopy(storeFile: string): () => void {
  const mark = path.join(path.dirname(storeFile), `copy-${String(process.pid)}`)
  try {
    closeSync(openSync(mark, 'w', 0o600))
  } catch {
    // The folder cannot be written: then nobody writes the store either, and nobody looks for the mark.
    return () => undefined
  }
  return () => {
    rmSync(mark, { force: true })
  }
}

/** Whether a living process copies the store. Removes the marks of dead ones. Reads one small folder; blocks for as long. */
export function isCopied(storeFile: string): boolean {
  const folder = path.dirname(storeFile)
  let isMarked = false
  try {
    for (const name of readdirSync(folder)) {
      const owner = form.exec(name)?.[1]
      if (owner === undefined) continue
      if (isAlive(Number(owner))) isMarked = true
      else rmSync(path.join(folder, name), { force: true })
    }
  } catch {
    // The folder has gone, or cannot be written: whoever marks it is found, and nothing else depends on it.
  }
  return isMarked
}

/** Takes away what killed processes have left. */
export function forgetDeadCopies(storeFile: string): void {
  isCopied(storeFile)
}

/** Whether there is a process of this number. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
