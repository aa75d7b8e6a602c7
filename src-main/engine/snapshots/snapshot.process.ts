/**
 * Entry of a snapshot process: copies or checks a store, says what came of it, and ends. Killed to cancel. Started by
 * snapshot-process.ts.
 */
import fs from 'node:fs'
import { AppError, toErrorShape } from '#contract/errors.ts'
import { checkStore } from './process/check-store.ts'
import { copyStore } from './process/copy-store.ts'
import { parseOrder, type SnapshotOrder, type SnapshotReport } from './process-messages.ts'
import { temporaryName } from './temporary-files.ts'

let temporary: string | null = null

// Ctrl C in a terminal reaches this process too; the parent decides what ends.
process.on('SIGINT', () => undefined)
process.on('SIGHUP', () => undefined)
process.on('disconnect', leave)
process.once('message', (message) => {
  const order = parseOrder(message)
  if (order !== null) void work(order)
})

async function work(order: SnapshotOrder): Promise<void> {
  try {
    if (order.kind === 'check') await tell(checkStore(order))
    else await copy(order)
  } catch (error) {
    removeTemporary()
    const { code, message } = toErrorShape(error)
    await tell({ kind: 'failed', code, message })
  }
  leave()
}

async function copy(order: Extract<SnapshotOrder, { kind: 'copy' }>): Promise<void> {
  temporary = temporaryName(order.target)
  try {
    fs.closeSync(fs.openSync(temporary, 'wx', 0o600))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('SNAPSHOT_FAILED', `nothing can be written beside ${order.target}: ${reason}`)
  }
  let last = Promise.resolve()
  await copyStore(order, temporary, (report) => {
    last = tell(report)
  })
  await last
}

/** Resolves when the message has left; where it cannot, the parent has gone. */
function tell(report: SnapshotReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) leave()
    process.send(report, undefined, undefined, (error) => {
      if (error === null) resolve()
      else leave()
    })
  })
}

function removeTemporary(): void {
  if (temporary === null) return
  for (const ending of ['', '-wal', '-shm', '-journal']) fs.rmSync(temporary + ending, { force: true })
}

/** Marks of a copy are those of a dead process from now on; what has its name already is not here any more. */
function leave(): never {
  removeTemporary()
  process.exit(0)
}
