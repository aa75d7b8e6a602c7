import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import {
  allRows,
  ended,
  endlessWithoutRows,
  endlessWithRows,
  numbers,
  run,
  until,
} from './support/statements.ts'
import { StoreFixture } from './support/store-fixture.ts'
import { mountSmallDisk } from './support/tmpfs.ts'

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const mebibyte = 1024 * 1024

describe('limits of a statement', () => {
  const store = new StoreFixture()
  afterAll(() => store.remove())

  it('cut a result at its rows, which stay readable', async () => {
    const pool = await store.openPool()
    const status = await run(pool, endlessWithRows, { rowLimit: 1234 })
    expect(status).toMatchObject({
      ...{ state: 'done', rows: 1234, truncated: true },
      error: {
        code: 'QUERY_SIZE_LIMIT',
        message: 'Stopped at 1,234 rows, the most that this run may return.',
      },
    })
    expect((await allRows(pool, status)).at(-1)).toEqual([1234])
    const exact = await run(pool, numbers(1234), { rowLimit: 1234 })
    expect(exact).toMatchObject({ state: 'done', rows: 1234, truncated: false, error: null })
  })

  it('cut a billion rows at the default of a million', async () => {
    const pool = await store.openPool()
    const status = await run(pool, numbers(1_000_000_000))
    expect(status).toMatchObject({ state: 'done', rows: 1_000_000, truncated: true })
    expect((await pool.page(status.id, 999_999, 500)).rows).toEqual([[1_000_000]])
  })

  it('cut a result at its bytes', async () => {
    const pool = await store.openPool({ process: { resultBytes: 2 * mebibyte } })
    const status = await run(pool, `SELECT printf('%.1000c', 'x') FROM (${endlessWithRows})`)
    expect(status).toMatchObject({
      ...{ state: 'done', truncated: true },
      error: {
        code: 'QUERY_SIZE_LIMIT',
        message: 'Stopped at 2 MB of rows, the most that one result may take.',
      },
    })
    expect(status.rows).toBe(Math.floor((2 * mebibyte) / 1005))
    expect(await allRows(pool, status)).toHaveLength(status.rows)
  })

  it('stop a statement that runs too long; its rows so far stay readable', async () => {
    const pool = await store.openPool()
    expect(await run(pool, endlessWithoutRows, { timeLimitMs: 300 })).toMatchObject({
      ...{ state: 'failed', rows: 0, truncated: true },
      error: { code: 'QUERY_TIME_LIMIT', message: 'Stopped after 300 ms, the time limit of this run.' },
    })
    const withRows = await run(pool, endlessWithRows, { timeLimitMs: 400, rowLimit: 10_000_000 })
    expect(withRows.error?.code).toBe('QUERY_TIME_LIMIT')
    expect(withRows.rows).toBeGreaterThan(100)
    expect((await pool.page(withRows.id, withRows.rows - 1, 1)).rows).toEqual([[withRows.rows]])
    expect((await run(pool, 'SELECT 1')).state).toBe('done')
  })

  it.each([
    ['one large value', 'SELECT length(randomblob(800000000))'],
    ['text that grows', `SELECT length(group_concat(printf('%.1000c', 'x'))) FROM (${endlessWithRows})`],
    ['a large value in a row', `SELECT hex(zeroblob(400000000))`],
    ['JSON that grows', `SELECT length(json_group_array(printf('%.1000c', 'x'))) FROM (${endlessWithRows})`],
  ])('stop a statement that needs too much memory: %s', async (_name, sql) => {
    const pool = await store.openPool({ process: { heapBytes: 96 * mebibyte, valueBytes: 1_000_000_000 } })
    const status = await run(pool, sql)
    expect(status).toMatchObject({
      ...{ state: 'failed', truncated: true },
      error: {
        code: 'QUERY_MEMORY_LIMIT',
        message: 'Stopped: the statement needed more than 96 MB of memory.',
      },
    })
    expect((await run(pool, 'SELECT 1')).state).toBe('done')
  })

  it('refuse a value larger than one may be', async () => {
    const pool = await store.openPool({ process: { valueBytes: mebibyte } })
    for (const sql of ['SELECT zeroblob(2000000)', 'SELECT hex(zeroblob(900000))']) {
      expect(await run(pool, sql)).toMatchObject({
        ...{ state: 'failed', rows: 0 },
        error: {
          code: 'QUERY_MEMORY_LIMIT',
          message: 'A value of this statement is larger than a query may hold.',
        },
      })
    }
  })

  it('let a sort beyond the memory use files, up to their limit', async () => {
    const pool = await store.openPool({
      process: { heapBytes: 128 * mebibyte, temporaryBytes: 160 * mebibyte },
    })
    const sort = (count: number): string =>
      `SELECT x, printf('%.200c', 'x') AS y FROM (${numbers(count)}) ORDER BY y, x DESC`
    const small = await run(pool, sort(300_000), { rowLimit: 1 })
    expect(await allRows(pool, small)).toMatchObject([[300_000, expect.anything()]])
    const large = await run(pool, sort(100_000_000), { rowLimit: 1 })
    expect(large).toMatchObject({
      ...{ state: 'failed', truncated: true },
      error: {
        code: 'QUERY_MEMORY_LIMIT',
        message: 'Stopped: the statement needed more than 160 MB of temporary files to sort or group.',
      },
    })
  }, 30_000)
})

describe('limits of a pool', () => {
  let store = new StoreFixture()
  afterEach(async () => {
    await store.remove()
    store = new StoreFixture()
  })
  afterAll(() => store.remove())

  it('let some statements wait in order, and refuse more', async () => {
    const pool = await store.openPool({ processes: 1, queue: 20 })
    const first = pool.start({ sql: endlessWithoutRows }).id
    await until(pool, first, ({ asOf }) => asOf !== null)
    const waiting = Array.from(
      { length: 20 },
      (_, index) => pool.start({ sql: `SELECT ${String(index)}` }).id,
    )
    expect(() => pool.start({ sql: 'SELECT 1' })).toThrow('20 statements wait already.')
    await pool.cancel(first)
    const statuses = await Promise.all(waiting.map((id) => until(pool, id, ended)))
    expect(statuses.every(({ state }) => state === 'done')).toBe(true)
    const asOf = statuses.map((status) => status.asOf ?? 0)
    expect(asOf).toEqual([...asOf].sort((left, right) => left - right))
    for (const [index, id] of waiting.entries()) expect((await pool.page(id, 0, 1)).rows).toEqual([[index]])
  })

  it('drop the oldest finished results, with their files', async () => {
    const pool = await store.openPool({ resultsKept: 3 })
    const ids: string[] = []
    for (let index = 0; index < 5; index += 1) ids.push((await run(pool, `SELECT ${String(index)}`)).id)
    for (const id of ids.slice(0, 2))
      await expect(pool.page(id, 0, 1)).rejects.toMatchObject({ code: 'RESULT_GONE' })
    for (const [index, id] of ids.slice(2).entries()) {
      expect((await pool.page(id, 0, 1)).rows).toEqual([[index + 2]])
    }
  })

  it('drop older results where all together take too many bytes, but never the newest', async () => {
    const pool = await store.openPool({ resultsKeptBytes: 10_000 })
    const first = await run(pool, numbers(1000))
    const second = await run(pool, numbers(5000))
    await expect(pool.page(first.id, 0, 1)).rejects.toMatchObject({ code: 'RESULT_GONE' })
    expect((await pool.page(second.id, 0, 1)).rows).toEqual([[1]])
  })

  it('bound the engine’s own reads', async () => {
    const pool = await store.openPool({ readRows: 10, readMs: 300, readQueue: 2 })
    await expect(pool.run(numbers(11))).rejects.toMatchObject({ code: 'QUERY_SIZE_LIMIT' })
    expect(await pool.run(numbers(2))).toEqual([[1n], [2n]])
    const endless = pool.run(endlessWithoutRows)
    const others = [pool.run('SELECT 2'), pool.run('SELECT 3')]
    await expect(pool.run('SELECT 4')).rejects.toMatchObject({ code: 'TOO_MANY_CALLS' })
    await expect(endless).rejects.toMatchObject({ code: 'QUERY_TIME_LIMIT' })
    expect(await Promise.all(others)).toEqual([[[2n]], [[3n]]])
  })

  it('end with the pool: who waits is told, nothing stays behind', async () => {
    const pool = await store.openPool()
    const { id } = pool.start({ sql: endlessWithRows })
    await until(pool, id, ({ rows }) => rows > 0)
    const watching = until(pool, id, () => false)
    const reading = pool.run(endlessWithoutRows)
    const stopping = pool.stop()
    await expect(watching).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' })
    await expect(reading).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' })
    await stopping
    expect(readdirSync(store.spoolFolder)).toEqual([])
    expect(() => pool.start({ sql: 'SELECT 1' })).toThrow('Queries were stopped.')
    await expect(pool.run('SELECT 1')).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' })
    await pool.stop()
  })
})

describe('the folder of results', () => {
  const store = new StoreFixture()
  afterAll(() => store.remove())

  it('may be removed: results are gone, and new ones are kept in a new folder', async () => {
    const pool = await store.openPool()
    const status = await run(pool, 'SELECT 1')
    rmSync(store.spoolFolder, { recursive: true })
    await expect(pool.page(status.id, 0, 1)).rejects.toMatchObject({ code: 'RESULT_GONE' })
    const next = await run(pool, 'SELECT 2')
    expect((await pool.page(next.id, 0, 1)).rows).toEqual([[2]])
    await pool.stop()
    expect(readdirSync(store.spoolFolder)).toEqual([])
  })

  it('may be one that cannot be made: the statement says so', async () => {
    const pool = await store.openPool()
    rmSync(store.spoolFolder, { recursive: true })
    writeFileSync(store.spoolFolder, '')
    const status = await run(pool, 'SELECT 1')
    rmSync(store.spoolFolder)
    expect(status).toMatchObject({ state: 'failed', error: { code: 'QUERY_SIZE_LIMIT' } })
    expect(status.error?.message).toMatch(/^The rows of this result cannot be kept in .*: ENOTDIR/)
  })

  it('may be full: the rows so far stay readable', async (context) => {
    const full = path.join(store.folder, 'full')
    mkdirSync(full)
    const disk = mountSmallDisk(full, 1)
    if (disk === null) return context.skip('no right to mount')
    try {
      const pool = await store.openPool({}, { spoolFolder: full })
      const status = await run(pool, endlessWithRows)
      expect(status).toMatchObject({ state: 'failed', truncated: true, error: { code: 'QUERY_SIZE_LIMIT' } })
      expect(status.error?.message).toMatch(/^No space is left in .* for the rows of this result\.$/)
      expect((await pool.page(status.id, status.rows - 1, 1)).rows).toEqual([[status.rows]])
      const sort = await run(pool, `SELECT x FROM (${numbers(100_000_000)}) ORDER BY -x`)
      expect(sort).toMatchObject({ state: 'failed', error: { code: 'QUERY_MEMORY_LIMIT' } })
      await pool.stop()
    } finally {
      disk.unmount()
    }
  })
})
