/** Damaged stores that are set aside: how many of them stay. */
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../../../src-main/engine/store/database.ts'
import { temporaryFolders } from '../../hosts/temporary-folder.ts'

const folder = temporaryFolders()

/** Opens a store that is no database, so often. @returns files whose name is like that of one that was set aside */
function damagedTimes(times: number, mode: 'memory' | 'disk'): { names: string[]; newest: string } {
  const base = folder()
  const file = path.join(base, 'store.db')
  writeFileSync(path.join(base, 'store-damaged-notes.txt'), 'not ours')
  let newest = ''
  for (let time = 0; time < times; time++) {
    writeFileSync(file, `no database ${'.'.repeat(5000)}`)
    const settings = { mode, limitBytes: null, budgetBytes: null }
    const { database, lock, setAside } = openStore({ folder: base, file }, settings, 'test', true)
    newest = path.basename(setAside?.file ?? '')
    database.close()
    lock.release(false)
  }
  return { names: readdirSync(base).filter((name) => name.startsWith('store-damaged-')), newest }
}

it('all stay on a disk', () => {
  expect(damagedTimes(3, 'disk').names).toHaveLength(4)
})

it('only the newest stays in memory, which it takes up', () => {
  const { names, newest } = damagedTimes(3, 'memory')
  expect(names.sort()).toEqual([newest, 'store-damaged-notes.txt'])
})
