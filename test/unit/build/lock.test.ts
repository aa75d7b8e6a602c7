/** The lock of a checkout, with real files and processes. */
import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { withLock } from '../../../build/checkout/lock.js'

function lockFileOf(folder: string): string {
  return path.join(
    tmpdir(),
    `penstock-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}.lock`,
  )
}

test('one works while the other waits', async () => {
  const folder = `/nowhere/${randomUUID()}`
  const steps: string[] = []
  const first = Promise.withResolvers<undefined>()
  const one = withLock(folder, async () => {
    steps.push('one begins')
    await first.promise
    steps.push('one ends')
  })
  const other = withLock(folder, async () => {
    steps.push('other')
  })
  first.resolve(undefined)
  await Promise.all([one, other])
  expect(steps).toEqual(['one begins', 'one ends', 'other'])
  expect(existsSync(lockFileOf(folder))).toBe(false)
})

test('is given back when the work fails', async () => {
  const folder = `/nowhere/${randomUUID()}`
  await expect(withLock(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(existsSync(lockFileOf(folder))).toBe(false)
})

test('of a process that was killed is taken over', async () => {
  const folder = `/nowhere/${randomUUID()}`
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(lockFileOf(folder), String(pid))
  expect(await withLock(folder, async () => 'done')).toBe('done')
})
