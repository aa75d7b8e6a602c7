import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { QueryPool } from '../../../../src-main/engine/query/query-pool.ts'
import { ended, endlessWithoutRows, endlessWithRows, numbers, run, until } from './support/statements.ts'
import { StoreFixture } from './support/store-fixture.ts'

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })
const patience = { timeout: 25_000 }

const isRunning = (processId: number): boolean => {
  try {
    process.kill(processId, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${String(processId)}/status`, 'utf8'))
  } catch {
    return false
  }
}

const childrenOf = (processId: number): number[] =>
  readFileSync(`/proc/${String(processId)}/task/${String(processId)}/children`, 'utf8')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number)

describe('cancelling', () => {
  const store = new StoreFixture()
  let pool: QueryPool
  beforeAll(async () => {
    pool = await store.openPool({ rows: 1_000_000_000 })
  })
  afterAll(() => store.remove())

  it.each([
    ['without rows', endlessWithoutRows],
    ['that computes one value', `SELECT count(*) FROM (${endlessWithRows})`],
    ['that sorts', `${endlessWithRows} ORDER BY x DESC`],
  ])('ends an endless statement %s at once', async (_name, sql) => {
    const { id } = pool.start({ sql })
    await until(pool, id, ({ asOf }) => asOf !== null)
    const status = await pool.cancel(id)
    expect(status).toMatchObject({
      id,
      state: 'cancelled',
      truncated: false,
      error: { code: 'QUERY_CANCELLED' },
    })
    expect((await run(pool, 'SELECT 1')).state).toBe('done')
    expect(await pool.watch(id, null)).toEqual(status)
  })

  it('keeps the rows so far', async () => {
    const { id } = pool.start({ sql: endlessWithRows })
    await until(pool, id, ({ rows }) => rows > 1000)
    const { rows, state } = await pool.cancel(id)
    expect(state).toBe('cancelled')
    expect((await pool.page(id, rows - 1, 10)).rows).toEqual([[rows]])
  })

  it('stops the statement that has read longest where the log of the store has grown too far', async () => {
    expect(pool.stopLongest(0, 1)).toBeNull()
    const first = pool.start({ sql: endlessWithoutRows })
    await until(pool, first.id, ({ asOf }) => asOf !== null)
    const second = pool.start({ sql: endlessWithRows })
    await until(pool, second.id, ({ asOf }) => asOf !== null)
    expect(pool.stopLongest(60_000, 1)).toBeNull()
    expect(pool.stopLongest(0, 2 * 1024 ** 3)).toBe(endlessWithoutRows)
    const status = await pool.watch(first.id, null)
    expect(status).toMatchObject({ state: 'failed', error: { code: 'QUERY_TIME_LIMIT' } })
    expect(status.error?.message).toContain("the store's log had grown to 2 GB")
    expect((await pool.cancel(second.id)).state).toBe('cancelled')
  })

  it('is quick, and the next statement need not wait for a new process', async () => {
    const latencies: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const { id } = pool.start({ sql: endlessWithoutRows })
      await until(pool, id, ({ asOf }) => asOf !== null)
      await run(pool, 'SELECT 1')
      const from = performance.now()
      await pool.cancel(id)
      await run(pool, 'SELECT 1')
      latencies.push(performance.now() - from)
    }
    process.stdout.write(
      `cancel to the next result, ms: ${latencies.map((ms) => ms.toFixed(1)).join(', ')}\n`,
    )
    expect(latencies).toHaveLength(5)
  })

  it('takes back a statement that waits', async () => {
    const running = [endlessWithoutRows, endlessWithoutRows].map((sql) => pool.start({ sql }).id)
    const waiting = pool.start({ sql: 'SELECT 1' }).id
    for (const id of running) await until(pool, id, ({ asOf }) => asOf !== null)
    expect(await pool.watch(waiting, null)).toMatchObject({ state: 'queued', elapsedMs: 0, asOf: null })
    expect(await pool.cancel(waiting)).toMatchObject({
      state: 'cancelled',
      error: { message: 'Cancelled before it started.' },
    })
    for (const id of running) await pool.cancel(id)
  })

  it('does nothing to a statement that has ended', async () => {
    const status = await run(pool, 'SELECT 1')
    expect(await pool.cancel(status.id)).toEqual(status)
  })

  it('of an unknown statement says that its result is gone', async () => {
    await expect(pool.cancel('nothing')).rejects.toMatchObject({ code: 'RESULT_GONE' })
    await expect(pool.watch('nothing', null)).rejects.toMatchObject({ code: 'RESULT_GONE' })
    await expect(pool.page('nothing', 0, 1)).rejects.toMatchObject({ code: 'RESULT_GONE' })
    expect(await pool.close('nothing')).toBe(false)
  })

  it('by closing ends the statement, tells who waits, and removes the file', async () => {
    const { id } = pool.start({ sql: endlessWithRows })
    const { version } = await until(pool, id, ({ rows }) => rows > 0)
    const watching = until(pool, id, ({ version: next }) => next > version + 1_000_000)
    const [folder] = readdirSync(store.spoolFolder)
    const file = path.join(store.spoolFolder, String(folder), `${id}.ndjson`)
    expect(existsSync(file)).toBe(true)
    const closing = pool.close(id)
    await expect(watching).rejects.toMatchObject({ code: 'RESULT_GONE' })
    expect(await closing).toBe(true)
    expect(existsSync(file)).toBe(false)
    await expect(pool.page(id, 0, 1)).rejects.toMatchObject({ code: 'RESULT_GONE' })
  })
})

describe('watching', () => {
  const store = new StoreFixture()
  afterAll(() => store.remove())

  it('ends with the reason of the signal', async () => {
    const pool = await store.openPool()
    const { id } = pool.start({ sql: endlessWithoutRows })
    const { version } = await until(pool, id, ({ asOf }) => asOf !== null)
    const abort = new AbortController()
    const watching = pool.watch(id, version, abort.signal)
    abort.abort(new Error('left'))
    await expect(watching).rejects.toThrow('left')
    await expect(pool.watch(id, version, abort.signal)).rejects.toThrow('left')
    await pool.cancel(id)
  })

  it('answers without a change when the long poll is over', async () => {
    const pool = await store.openPool({ longPollMs: 20 })
    const { id } = pool.start({ sql: endlessWithoutRows })
    const { version } = await until(pool, id, ({ asOf }) => asOf !== null)
    const again = await pool.watch(id, version)
    expect(again).toMatchObject({ version, state: 'running' })
    expect(again.elapsedMs).toBeGreaterThan(0)
    await pool.cancel(id)
  })
})

describe.skipIf(process.platform !== 'linux')('a query process', () => {
  const store = new StoreFixture()
  afterAll(() => store.remove())

  it('that dies fails its statement, and is replaced', async () => {
    const pool = await store.openPool()
    const { id } = pool.start({ sql: endlessWithRows })
    await until(pool, id, ({ rows }) => rows > 0)
    for (const child of childrenOf(process.pid)) process.kill(child, 'SIGKILL')
    const status = await until(pool, id, ended)
    expect(status).toMatchObject({ state: 'failed', error: { code: 'QUERY_PROCESS_LOST' } })
    expect(status.error?.message).toMatch(/^The query process ended by itself \(SIGKILL\) after /)
    expect((await pool.page(id, 0, 1)).rows).toEqual([[1]])
    expect((await run(pool, numbers(3))).rows).toBe(3)
    await vi.waitFor(async () => {
      expect(await pool.run('SELECT 1')).toEqual([[1n]])
    }, patience)
    expect(store.logger.lines.map(({ message }) => message)).toContain('a query process ended by itself')
  })

  it('ignores Ctrl C, which a terminal sends to every process', async () => {
    const pool = await store.openPool()
    const { id } = pool.start({ sql: endlessWithRows })
    const { rows } = await until(pool, id, (status) => status.rows > 0)
    for (const child of childrenOf(process.pid)) process.kill(child, 'SIGINT')
    await until(pool, id, (status) => status.rows > rows + 1000)
    expect(await pool.cancel(id)).toMatchObject({ state: 'cancelled' })
  })

  it.each([
    ['runs', endlessWithoutRows],
    ['has run', 'SELECT 1'],
  ])('ends, and removes its files, when its parent is killed while a statement %s', async (_name, sql) => {
    const script = fileURLToPath(new URL('./support/pool-owner.ts', import.meta.url))
    const owner = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      script,
      store.folder,
      sql,
    ])
    const line = await new Promise<string>((resolve) => {
      owner.stdout.once('data', (data) => {
        resolve(String(data))
      })
    })
    expect(line).toBe('started\n')
    const children = childrenOf(owner.pid ?? 0)
    expect(children.length).toBeGreaterThanOrEqual(2)
    expect(readdirSync(path.join(store.folder, 'owned'))).toHaveLength(1)
    owner.kill('SIGKILL')
    await vi.waitFor(() => {
      expect(children.filter(isRunning)).toEqual([])
      expect(readdirSync(path.join(store.folder, 'owned'))).toEqual([])
    }, patience)
  })
})
