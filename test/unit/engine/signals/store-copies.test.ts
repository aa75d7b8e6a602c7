import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { isCopied, markCopy } from '../../../../src-main/engine/signals/store-copies.ts'
import { temporaryFolders } from '../../hosts/temporary-folder.ts'

const folder = temporaryFolders()

it('a copy is seen as long as its process marks it', () => {
  const store = path.join(folder(), 'store.db')
  expect(isCopied(store)).toBe(false)
  const unmark = markCopy(store)
  expect(isCopied(store)).toBe(true)
  unmark()
  expect(isCopied(store)).toBe(false)
})

it('the mark of a process that was killed counts for nothing and goes', () => {
  const place = folder()
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(path.join(place, `copy-${String(pid)}`), '')
  writeFileSync(path.join(place, 'copy-of-mine'), '')
  expect(isCopied(path.join(place, 'store.db'))).toBe(false)
  expect(readdirSync(place)).toEqual(['copy-of-mine'])
})

it('a folder that has gone is copied by nobody, and nobody can mark it', () => {
  const place = folder()
  rmSync(place, { recursive: true })
  const store = path.join(place, 'store.db')
  markCopy(store)()
  expect([isCopied(store), existsSync(place)]).toEqual([false, false])
})
