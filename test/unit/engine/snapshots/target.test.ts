/** Where a snapshot may be written, and the folders that are made for it. */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { snapshotTarget } from '../../../../src-main/engine/snapshots/target.ts'
import { temporaryFolders } from '../../hosts/temporary-folder.ts'

const folder = temporaryFolders()

it('makes the folders that are missing', async () => {
  const base = folder()
  const file = path.join(base, 'a/b/one.db')
  expect(await snapshotTarget(file, path.join(base, 'store.db'))).toBe(file)
  expect(existsSync(path.dirname(file))).toBe(true)
})

it('refuses a path that leads through a file', async () => {
  const base = folder()
  writeFileSync(path.join(base, 'text'), 'dear reader')
  for (const name of ['text/one.db', 'text/b/one.db']) {
    const refused = snapshotTarget(path.join(base, name), path.join(base, 'store.db'))
    await expect(refused).rejects.toMatchObject({ code: 'SNAPSHOT_FAILED' })
  }
})

/** Node's recursive mkdir tries for ever where a folder is there and says that a new one's parent is not. */
it.runIf(existsSync('/proc/self'))('refuses a folder in which none can be made', async () => {
  const refused = snapshotTarget('/proc/penstock/one.db', '/nowhere/store.db')
  await expect(refused).rejects.toMatchObject({ code: 'SNAPSHOT_FAILED' })
})
