import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { claimSpoolFolder, releaseSpoolFolder } from '../../../../src-main/engine/query/spool-folder.ts'
import { run } from './support/statements.ts'
import { StoreFixture } from './support/store-fixture.ts'

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

describe('the folder of a pool', () => {
  const root = path.join(mkdtempSync(path.join(tmpdir(), 'penstock-spool-')), 'deep', 'root')
  afterAll(() => {
    rmSync(path.dirname(path.dirname(root)), { recursive: true })
  })

  const leftOf = (processId: number): string => {
    const folder = path.join(root, `penstock-results-${String(processId)}-abc`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'result.ndjson'), '[]\n')
    return folder
  }

  it('is private, and removed in the end', async () => {
    const folder = await claimSpoolFolder(root)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    await releaseSpoolFolder(folder)
    expect(existsSync(folder)).toBe(false)
  })

  it('replaces those of the dead, and no others', async () => {
    const { pid: deadId } = spawnSync(process.execPath, ['-e', ''])
    const dead = leftOf(deadId)
    const samePid = leftOf(process.pid)
    const alive = leftOf(process.ppid)
    const other = path.join(root, 'of-somebody-else')
    mkdirSync(other)
    const mine = await claimSpoolFolder(root)
    const second = await claimSpoolFolder(root)
    expect([dead, samePid, alive, other, mine, second].map((folder) => existsSync(folder))).toEqual([
      ...[false, false, true, true, true, true],
    ])
  })
})

describe('the files of results', () => {
  const store = new StoreFixture()
  afterAll(() => store.remove())

  it('are private', async () => {
    const folder = path.join(store.folder, 'files')
    const pool = await store.openPool({}, { spoolFolder: folder })
    const { id } = await run(pool, 'SELECT 1')
    const { stdout } = spawnSync('find', [folder, '-name', `${id}.ndjson`, '-perm', '600'], {
      encoding: 'utf8',
    })
    expect(stdout.trim()).toMatch(new RegExp(`${id}\\.ndjson$`))
  })
})
