import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { QueryPool } from '../../../../src-main/engine/query/query-pool.ts'
import { run } from './support/statements.ts'
import { StoreFixture } from './support/store-fixture.ts'

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

describe('statements that are refused', () => {
  const store = new StoreFixture()
  let pool: QueryPool
  beforeAll(async () => {
    pool = await store.openPool()
  })
  afterAll(() => store.remove())

  const refusal = async (sql: string): Promise<unknown> => {
    const { state, rows, error, errorOffset } = await run(pool, sql, { remember: false })
    return { state, rows, code: error?.code, message: error?.message, errorOffset }
  }

  const reads = 'is refused here: queries only read.'
  const outside = path.join(store.folder, 'outside.sqlite')
  it.each([
    ['INSERT INTO airports VALUES (1, 2)', `INSERT ${reads}`, 0],
    ['/* x */ update airports SET city = 1', `UPDATE ${reads}`, 8],
    ['DELETE FROM airports', `DELETE ${reads}`, 0],
    ['REPLACE INTO airports VALUES (1, 2)', `REPLACE ${reads}`, 0],
    ['WITH x AS (SELECT 1) DELETE FROM airports', `DELETE ${reads}`, null],
    ['WITH x AS (SELECT 1) INSERT INTO airports SELECT 1, 2', `INSERT ${reads}`, null],
    ['WITH x AS (SELECT 1) UPDATE airports SET city = 1 RETURNING *', `UPDATE ${reads}`, null],
    ['EXPLAIN DELETE FROM airports', `DELETE ${reads}`, 8],
    ['EXPLAIN QUERY PLAN DELETE FROM airports', `DELETE ${reads}`, 19],
    ['CREATE TABLE t (a)', `CREATE ${reads}`, 0],
    ['CREATE TEMP TABLE t (a)', `CREATE ${reads}`, 0],
    ['CREATE TEMP VIEW t AS SELECT 1', `CREATE ${reads}`, 0],
    ['CREATE VIRTUAL TABLE t USING fts5(a)', `CREATE ${reads}`, 0],
    ['CREATE TRIGGER t AFTER INSERT ON airports BEGIN SELECT 1; SELECT 2; END', `CREATE ${reads}`, 0],
    ['DROP TABLE airports', `DROP ${reads}`, 0],
    ['ALTER TABLE airports ADD COLUMN x', `ALTER ${reads}`, 0],
    [`ATTACH '${outside}' AS other`, `ATTACH ${reads}`, 0],
    ['DETACH main', `DETACH ${reads}`, 0],
    ['VACUUM', `VACUUM ${reads}`, 0],
    [`VACUUM INTO '${outside}'`, `VACUUM ${reads}`, 0],
    ['REINDEX', `REINDEX ${reads}`, 0],
    ['ANALYZE', `ANALYZE ${reads}`, 0],
    ['BEGIN IMMEDIATE', `BEGIN ${reads}`, 0],
    ['COMMIT', `COMMIT ${reads}`, 0],
    ['ROLLBACK', `ROLLBACK ${reads}`, 0],
    ['SAVEPOINT a', `SAVEPOINT ${reads}`, 0],
    ['PRAGMA page_size = 1024', 'PRAGMA page_size may be read here, but not set.', null],
    [
      `SELECT load_extension('x')`,
      'The function load_extension() is refused here: it reaches beyond the store.',
      null,
    ],
  ])('%s', async (sql, message, errorOffset) => {
    expect(await refusal(sql)).toEqual({
      state: 'failed',
      rows: 0,
      code: 'QUERY_REFUSED',
      message,
      errorOffset,
    })
    expect(existsSync(outside)).toBe(false)
  })

  it.each([
    'PRAGMA journal_mode = delete',
    'PRAGMA query_only = 0',
    'PRAGMA writable_schema = 1',
    'PRAGMA wal_checkpoint(TRUNCATE)',
    'PRAGMA hard_heap_limit = 0',
    'PRAGMA user_version',
    'SELECT * FROM pragma_journal_mode',
    `SELECT * FROM pragma_wal_checkpoint('TRUNCATE')`,
    `SELECT * FROM pragma_optimize`,
  ])('%s', async (sql) => {
    const name = /pragma[ _](\w+)/i.exec(sql)?.[1] ?? ''
    expect(await refusal(sql)).toMatchObject({ state: 'failed', rows: 0 })
    const { code, message } = (await run(pool, sql, { remember: false })).error ?? {}
    if (name === 'wal_checkpoint' || name === 'optimize') expect(code).toMatch(/QUERY_(REFUSED|INVALID)/)
    else
      expect({ code, message }).toEqual({
        code: 'QUERY_REFUSED',
        message: expect.stringMatching(`^PRAGMA ${name} is refused`),
      })
  })

  it('are several statements at once, with the place of the second', async () => {
    expect(await refusal('SELECT 1; DELETE FROM airports')).toEqual({
      ...{ state: 'failed', rows: 0, code: 'QUERY_REFUSED' },
      ...{ message: '2 statements: run one at a time.', errorOffset: 10 },
    })
    expect(await refusal('SELECT 1;;\nSELECT 2; -- and\n SELECT 3;')).toMatchObject({
      message: '3 statements: run one at a time.',
      errorOffset: 11,
    })
  })

  it('hide nothing behind a NUL character, for SQLite stops there', async () => {
    expect(await refusal('SELECT 1\0; DELETE FROM airports')).toMatchObject({
      code: 'QUERY_INVALID',
      message: 'The statement holds a NUL character.',
      errorOffset: 8,
    })
  })

  it('hold parameters, which have no values', async () => {
    expect(await refusal('SELECT * FROM airports WHERE iata = :code')).toMatchObject({
      code: 'QUERY_INVALID',
      message: 'The parameter :code has no value here: write the value into the statement.',
      errorOffset: 36,
    })
  })

  it.each(['', ' ', ';', '-- nothing', '/* nothing */;'])('are empty: "%s"', async (sql) => {
    expect(await refusal(sql)).toMatchObject({
      code: 'QUERY_INVALID',
      message: 'There is no statement to run.',
    })
  })

  it('are too long', () => {
    const sql = `SELECT '${'x'.repeat(1024 * 1024)}'`
    expect(() => pool.start({ sql })).toThrow('The statement is longer than 1 MB.')
  })

  it('leave the store as it was', () => {
    expect(store.writer.prepare('SELECT count(*) AS rows FROM airports').get()).toEqual({ rows: 2 })
    expect(store.writer.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  })
})
