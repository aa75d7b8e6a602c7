import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../../src-main/contract/limits.ts'
import type { HistoryEntry } from '../../../../src-main/contract/query.ts'
import { QueryHistory } from '../../../../src-main/engine/query/history.ts'
import { run } from './support/statements.ts'
import { MemoryLogger, StoreFixture } from './support/store-fixture.ts'

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const root = mkdtempSync(path.join(tmpdir(), 'penstock-history-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})

let folders = 0
function fresh(): { stateFolder: string; file: string; logger: MemoryLogger } {
  folders += 1
  const stateFolder = path.join(root, String(folders), 'state')
  return { stateFolder, file: path.join(stateFolder, 'query-history.ndjson'), logger: new MemoryLogger() }
}

const entry = (sql: string, rest: Partial<HistoryEntry> = {}): Omit<HistoryEntry, 'id'> => ({
  ...{ sql, at: 1, durationMs: 2.5, rows: 3, state: 'done', error: null },
  ...rest,
})
const sqlOf = (entries: HistoryEntry[]): string[] => entries.map(({ sql }) => sql)

describe('the query history', () => {
  it('lists the newest first, and outlives a restart', async () => {
    const at = fresh()
    const history = new QueryHistory(at)
    for (const sql of ['SELECT 1', 'SELECT 2', 'SELECT 3']) history.add(entry(sql))
    expect(sqlOf(await history.search('', 2))).toEqual(['SELECT 3', 'SELECT 2'])
    const again = new QueryHistory(at)
    again.add(entry('SELECT 4', { state: 'failed', error: 'No such table: x.' }))
    const entries = await again.search('', 10)
    expect(sqlOf(entries)).toEqual(['SELECT 4', 'SELECT 3', 'SELECT 2', 'SELECT 1'])
    expect(new Set(entries.map(({ id }) => id)).size).toBe(4)
    expect(entries[0]).toMatchObject({
      rows: 3,
      durationMs: 2.5,
      state: 'failed',
      error: 'No such table: x.',
    })
  })

  it('finds text in statements and errors, in any case', async () => {
    const history = new QueryHistory(fresh())
    history.add(entry('SELECT origin FROM flights'))
    history.add(entry('SELECT 2', { error: 'No such table: Flights.' }))
    history.add(entry('SELECT 100%'))
    expect(sqlOf(await history.search('FLIGHTS', 10))).toEqual(['SELECT 2', 'SELECT origin FROM flights'])
    expect(sqlOf(await history.search('0%', 10))).toEqual(['SELECT 100%'])
  })

  it('keeps its bound, and its file private', async () => {
    const at = fresh()
    const history = new QueryHistory({ ...at, mostEntries: 10 })
    for (let index = 0; index < 35; index += 1) history.add(entry(`SELECT ${String(index)}`))
    await history.flush()
    expect(readFileSync(at.file, 'utf8').trim().split('\n').length).toBeLessThanOrEqual(12)
    expect(sqlOf(await history.search('', 3))).toEqual(['SELECT 34', 'SELECT 33', 'SELECT 32'])
    expect(statSync(at.file).mode & 0o777).toBe(0o600)
    expect(statSync(at.stateFolder).mode & 0o777).toBe(0o700)
  })

  it('cuts long statements', async () => {
    const history = new QueryHistory(fresh())
    history.add(entry('é'.repeat(limits.historySqlBytes)))
    const [kept] = await history.search('', 1)
    expect(kept?.sql).toBe('é'.repeat(limits.historySqlBytes / 2))
  })

  it('goes on after a last line that was cut off, and passes over what is no entry', async () => {
    const at = fresh()
    const first = new QueryHistory(at)
    first.add(entry('SELECT 1'))
    await first.flush()
    appendFileSync(at.file, '{"id":1}\nnonsense\n\u0000\n{"id":2,"sql":"SELECT 2","at"')
    const again = new QueryHistory(at)
    again.add(entry('SELECT 3'))
    expect(sqlOf(await again.search('', 10))).toEqual(['SELECT 3', 'SELECT 1'])
    expect(at.logger.lines).toEqual([])
  })

  it('that cannot be kept costs no statement, and is logged', async () => {
    const at = fresh()
    writeFileSync(path.join(root, 'blocked'), '')
    const history = new QueryHistory({ ...at, stateFolder: path.join(root, 'blocked', 'state') })
    history.add(entry('SELECT 1'))
    expect(await history.search('', 10)).toEqual([])
    expect(at.logger.lines.map(({ level, message }) => `${level} ${message}`)).toContain(
      'warn the query history cannot be used',
    )
  })
})

describe('the history of a pool', () => {
  const store = new StoreFixture()
  afterAll(() => store.remove())

  it('holds what people ran, and how it ended', async () => {
    const pool = await store.openPool()
    await run(pool, 'SELECT 1 UNION SELECT 2')
    await run(pool, 'SELECT nothing', { remember: false })
    await run(pool, 'DELETE FROM airports')
    const { id } = pool.start({ sql: 'SELECT 3' })
    await pool.cancel(id)
    const entries = await pool.history('', 10)
    expect(entries.map(({ sql, rows, state, error }) => ({ sql, rows, state, error }))).toEqual([
      { sql: 'SELECT 3', rows: 0, state: 'cancelled', error: expect.stringMatching(/^Cancelled/) },
      {
        ...{ sql: 'DELETE FROM airports', rows: 0, state: 'failed' },
        error: 'DELETE is refused here: queries only read.',
      },
      { sql: 'SELECT 1 UNION SELECT 2', rows: 2, state: 'done', error: null },
    ])
    expect(entries.every(({ durationMs }) => durationMs >= 0)).toBe(true)
  })
})
