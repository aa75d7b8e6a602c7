import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { ended, numbers, run, until } from './support/statements.ts'
import { StoreFixture } from './support/store-fixture.ts'
import { mountSmallDisk } from './support/tmpfs.ts'

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const count = 'SELECT count(*) FROM late_flights'

describe('a store that is being written', () => {
  const store = new StoreFixture()
  afterAll(() => store.remove())

  it('is seen by each statement as of its start', async () => {
    const pool = await store.openPool()
    const insert = store.writer.prepare('INSERT INTO late_flights (delay) VALUES (?)')
    for (let round = 0; round < 20; round += 1) {
      store.writer.exec('BEGIN')
      for (let row = 0; row < 100; row += 1) insert.run(row)
      const during = await run(pool, count)
      store.writer.exec('COMMIT')
      const after = await run(pool, count)
      expect((await pool.page(during.id, 0, 1)).rows).toEqual([[2 + round * 100]])
      expect((await pool.page(after.id, 0, 1)).rows).toEqual([[102 + round * 100]])
    }
  })

  it('keeps its snapshot while the rows of a statement are read, and its WAL can be reset afterwards', async () => {
    const pool = await store.openPool()
    store.writer.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    expect(pool.oldestRunningSince()).toBeNull()
    const startedAt = Date.now()
    const { id } = pool.start({
      sql: `SELECT (SELECT count(*) FROM late_flights), x FROM (${numbers(1_000_000)})`,
    })
    const { rows } = await until(pool, id, (status) => status.rows > 0)
    store.writer.exec('INSERT INTO late_flights (delay) VALUES (1)')
    expect(pool.oldestRunningSince()).toBeGreaterThanOrEqual(startedAt - 1)
    expect(store.writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 1 })
    const status = await until(pool, id, ended)
    expect(status.rows).toBeGreaterThan(rows)
    const [first] = (await pool.page(id, 0, 1)).rows
    const [last] = (await pool.page(id, status.rows - 1, 1)).rows
    expect(last?.[0]).toBe(first?.[0])
    expect(store.writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 })
    expect(pool.oldestRunningSince()).toBeNull()
  })

  it('is released after a limit, a fault, and a kill', async () => {
    const pool = await store.openPool()
    await run(pool, `SELECT delay FROM late_flights`, { rowLimit: 1 })
    await run(pool, `SELECT json('{') FROM late_flights`)
    const { id } = pool.start({ sql: 'SELECT count(*) FROM late_flights a, late_flights b, late_flights c' })
    await until(pool, id, ({ asOf }) => asOf !== null)
    await pool.close(id)
    store.writer.exec('INSERT INTO late_flights (delay) VALUES (1)')
    expect(store.writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 })
  })

  it('may get new tables meanwhile', async () => {
    const pool = await store.openPool()
    expect((await run(pool, 'SELECT * FROM fresh')).error?.code).toBe('QUERY_INVALID')
    store.writer.exec('CREATE TABLE fresh (a); INSERT INTO fresh VALUES (7)')
    const status = await run(pool, 'SELECT * FROM fresh')
    expect((await pool.page(status.id, 0, 1)).rows).toEqual([[7]])
  })
})

describe('a store that nobody writes', () => {
  const store = new StoreFixture()
  afterAll(() => store.remove())
  store.writer.close()

  const readsTwo = async (storeFile: string): Promise<void> => {
    const pool = await store.openPool({}, { storeFile })
    const status = await run(pool, count)
    expect(status).toMatchObject({ state: 'done', error: null })
    expect((await pool.page(status.id, 0, 1)).rows).toEqual([[2]])
    await pool.stop()
  }

  /** Copies the store and commits one more row, which stays in the WAL of a killed writer. */
  const killedStore = (name: string): string => {
    const file = path.join(store.folder, name)
    copyFileSync(store.storeFile, file)
    const script = `const { DatabaseSync } = require('node:sqlite')
      const database = new DatabaseSync(${JSON.stringify(file)})
      database.exec('DELETE FROM late_flights; INSERT INTO late_flights (delay) VALUES (1), (2)')
      process.kill(process.pid, 'SIGKILL')`
    spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', script])
    return file
  }

  it('is read after it was closed properly', () => readsTwo(store.storeFile))

  it('is read after its writer was killed', () => readsTwo(killedStore('killed.sqlite')))

  it('is read after its writer was killed and the shared memory went', async () => {
    const file = killedStore('without-memory.sqlite')
    rmSync(`${file}-shm`)
    await readsTwo(file)
  })

  it('is missing', async () => {
    const storeFile = path.join(store.folder, 'missing.sqlite')
    await expect(store.openPool({}, { storeFile })).rejects.toMatchObject({
      code: 'STORE_MISSING',
      message: `There is no store at ${storeFile}.`,
    })
  })

  it('goes missing after the pool was opened', async () => {
    const storeFile = path.join(store.folder, 'gone.sqlite')
    writeFileSync(
      storeFile,
      'not a database, and longer than the header of one would be, so that it is read'.repeat(9),
    )
    const pool = await store.openPool({}, { storeFile })
    const junk = await run(pool, 'SELECT 1')
    expect(junk).toMatchObject({ state: 'failed', error: { code: 'STORE_UNUSABLE' } })
    expect(junk.error?.message).toBe(`The store ${storeFile} cannot be read: file is not a database.`)
    rmSync(storeFile)
    expect((await run(pool, 'SELECT 1')).error?.code).toBe('STORE_MISSING')
    await expect(pool.run('SELECT 1')).rejects.toMatchObject({ code: 'STORE_MISSING' })
    copyFileSync(store.storeFile, storeFile)
    expect((await run(pool, 'SELECT 1')).state).toBe('done')
  })

  it('is a folder', async () => {
    const pool = await store.openPool({}, { storeFile: store.folder })
    expect((await run(pool, 'SELECT 1')).error?.code).toBe('STORE_UNUSABLE')
  })

  it('lies in a folder that cannot be written', async (context) => {
    const folder = path.join(store.folder, 'read-only')
    mkdirSync(folder)
    const killed = killedStore('left.sqlite')
    const disk = mountSmallDisk(folder, 8)
    if (disk === null) return context.skip('no right to mount')
    try {
      copyFileSync(store.storeFile, path.join(folder, 'store.sqlite'))
      for (const end of ['', '-wal']) copyFileSync(`${killed}${end}`, path.join(folder, `left.sqlite${end}`))
      disk.makeReadOnly()
      await readsTwo(path.join(folder, 'store.sqlite'))
      const pool = await store.openPool({}, { storeFile: path.join(folder, 'left.sqlite') })
      const { error } = await run(pool, 'SELECT 1')
      expect(error?.code).toBe('STORE_UNUSABLE')
      expect(error?.message).toMatch(/was not closed properly.*Copy the store and its -wal file to a folder/)
      await pool.stop()
    } finally {
      disk.unmount()
    }
  })

  it('is not changed by reading', async () => {
    const file = path.join(store.folder, 'compare.sqlite')
    copyFileSync(store.storeFile, file)
    chmodSync(file, 0o400)
    await readsTwo(file)
    const digest = (name: string): unknown =>
      new DatabaseSync(name, { readOnly: true }).prepare('SELECT group_concat(sql) FROM sqlite_schema').get()
    expect(digest(file)).toEqual(digest(store.storeFile))
  })
})
