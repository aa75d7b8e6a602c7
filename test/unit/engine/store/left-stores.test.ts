/** What killed processes leave in memory is removed, and nothing that anybody has or may want. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removeLeftStores } from '../../../../src-main/engine/store/left-stores.ts'
import { lockStore } from '../../../../src-main/engine/store/owner-lock.ts'

const { pid: deadPid } = spawnSync(process.execPath, ['-e', ''])
let base = ''
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'penstock-left-'))
  mkdirSync(path.join(base, 'aaaaaaaaaaaaaaaa'))
})
afterEach(() => {
  rmSync(base, { recursive: true, force: true })
})

const ownFolder = (): string => path.join(base, 'aaaaaaaaaaaaaaaa')
const remove = (): number =>
  removeLeftStores({ folder: ownFolder(), file: path.join(ownFolder(), 'store.db') })

/** A store as a process leaves it when it is killed. */
function left(name: string, owner: string = JSON.stringify({ pid: deadPid })): string {
  const folder = path.join(base, name)
  mkdirSync(folder)
  for (const file of ['store.db', 'store.db-wal', 'store.db-shm', 'owner.lock'])
    writeFileSync(path.join(folder, file), '')
  writeFileSync(path.join(folder, 'store.db'), Buffer.alloc(8192))
  writeFileSync(path.join(folder, 'owner.json'), owner)
  return folder
}

it('removes what a killed process left, and says how much that was', () => {
  const folders = [left('0123456789abcdef'), left('fedcba9876543210')]
  expect(remove()).toBeGreaterThanOrEqual(2 * 8192)
  expect(folders.map((folder) => existsSync(folder))).toEqual([false, false])
  expect([existsSync(ownFolder()), remove()]).toEqual([true, 0])
})

it('leaves what has an owner: a process that lives, or one that holds the lock', () => {
  const living = left('0123456789abcdef', JSON.stringify({ pid: process.pid }))
  const locked = left('fedcba9876543210')
  const lock = lockStore(locked, path.join(locked, 'store.db'), 'test')
  writeFileSync(path.join(locked, 'owner.json'), JSON.stringify({ pid: deadPid }))
  expect(remove()).toBe(0)
  expect([living, locked].map((folder) => existsSync(path.join(folder, 'store.db')))).toEqual([true, true])
  lock.release(false)
})

it('leaves what somebody may want, and what it does not know', () => {
  const damaged = left('0123456789abcdef')
  writeFileSync(path.join(damaged, 'store-damaged-2026-01-01T00-00-00Z.db'), '')
  const unknown = [
    left('fedcba9876543210', 'no owner'),
    left('something else'),
    left('00000000000000ff', '{"pid":-1}'),
  ]
  writeFileSync(path.join(base, '1111111111111111'), 'no folder')
  expect(remove()).toBe(0)
  expect([damaged, ...unknown].every((folder) => existsSync(path.join(folder, 'store.db')))).toBe(true)
})
