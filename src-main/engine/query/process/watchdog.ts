/**
 * The worker thread of a query process. It kills the process when its parent has gone, or when a statement takes more
 * memory or temporary files than it may: the process itself cannot, since a statement blocks its main thread, and
 * node:sqlite is built without memory statistics, so that SQLite's own heap limit has no effect.
 */
import fs from 'node:fs'
import { watchdogWords } from '../process-messages.ts'

/** What the watchdog is told when it starts. */
export interface WatchdogOrder {
  parentId: number
  /** Removed when the parent has gone. */
  folder: string
  /** Most that the whole process may use. */
  memoryBytes: number
  temporaryBytes: number
  /** One cell: 1 while a statement runs, else 0. Changes are notified. */
  busy: Int32Array<SharedArrayBuffer>
}

const busyCheckMs = 20
const idleCheckMs = 1000
/** Files and the parent are looked at once in so many checks of the memory. */
const checksPerSlowCheck = 12
/** SQLite and Node keep their files at low numbers. */
const descriptors = 64

/** The order as it was passed to the worker; both sides are of one build. */
export function parseWatchdogOrder(value: unknown): WatchdogOrder {
  return value as WatchdogOrder
}

/** Watches until the process ends. Blocks the worker thread. */
export function watch(order: WatchdogOrder): void {
  for (let check = 0; ; check += 1) {
    const busy = Atomics.load(order.busy, 0)
    Atomics.wait(order.busy, 0, busy, busy === 0 ? idleCheckMs : busyCheckMs)
    if (busy === 0 || check % checksPerSlowCheck === 0) {
      if (!isParentAlive(order.parentId)) endAsOrphan(order.folder)
      if (busy !== 0 && temporaryBytes() > order.temporaryBytes) end(watchdogWords.temporary)
    }
    if (busy !== 0 && process.memoryUsage.rss() > order.memoryBytes) end(watchdogWords.memory)
  }
}

function isParentAlive(parentId: number): boolean {
  if (process.platform !== 'win32') return process.ppid === parentId
  try {
    process.kill(parentId, 0)
    return true
  } catch {
    return false
  }
}

/** Size of the files that SQLite opened and unlinked; 0 on Windows, where an open file keeps its name. */
function temporaryBytes(): number {
  let sum = 0
  for (let descriptor = 3; descriptor < descriptors; descriptor += 1) {
    try {
      const file = fs.fstatSync(descriptor)
      if (file.isFile() && file.nlink === 0) sum += file.size
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EBADF')) throw error
    }
  }
  return sum
}

function end(word: string): void {
  fs.writeSync(2, `${word}\n`)
  process.kill(process.pid, 'SIGKILL')
}

function endAsOrphan(folder: string): void {
  try {
    fs.rmSync(folder, { recursive: true, force: true })
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}
