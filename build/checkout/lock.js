/** Keeps two commands from installing or building the same checkout at once. */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const retryMs = 200

/**
 * @template T
 * @param {string} folder what is locked
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, work) {
  const file = path.join(
    tmpdir(),
    `penstock-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}.lock`,
  )
  let told = false
  while (!take(file)) {
    if (!told) process.stderr.write(`Waiting for another command that installs or builds here (${file})\n`)
    told = true
    await delay(retryMs)
  }
  const release = () => {
    rmSync(file, { force: true })
  }
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

/**
 * @param {string} file
 * @returns {boolean} whether the lock is now held by this process
 */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    return removeWhereAbandoned(file) && take(file)
  }
}

/**
 * @param {string} file a lock whose process may be gone
 * @returns {boolean} whether the lock is gone
 */
function removeWhereAbandoned(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0)
    return false
  } catch (error) {
    if (hasCode(error, 'EPERM')) return false
    if (hasCode(error, 'ENOENT')) return true
    if (!hasCode(error, 'ESRCH')) throw error
    rmSync(file, { force: true })
    return true
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
export function hasCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}
