/** Lets one process at a time change a file that several write. Main thread; used by the secret stores. */
import { open, rm, stat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { unusable, wordsOf } from './store-key.ts'

/** A lock this old was left behind by a process that is gone. */
const staleMs = 10_000
const tryEveryMs = 20

/**
 * Runs the work while holding a lock file.
 * @throws AppError SECRET_STORE_UNUSABLE where the lock cannot be had within `waitMs`, or be made at all
 */
export async function withFileLock<Result>(
  lock: string,
  work: () => Promise<Result>,
  waitMs = 2 * staleMs,
): Promise<Result> {
  const until = Date.now() + waitMs
  while (!(await take(lock))) {
    if (Date.now() > until) throw unusable(`another Penstock holds ${lock}; remove it where none runs`)
    await wait(tryEveryMs)
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close()
    return true
  } catch (error) {
    if (!isThere(error)) throw unusable(`${lock} cannot be made: ${wordsOf(error)}`, error)
  }
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  if (age > staleMs) await rm(lock, { force: true })
  return false
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
