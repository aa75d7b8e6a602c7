import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { QueryPool } from '../../../../src-main/engine/query/query-pool.ts'
import { allRows, numbers, run } from './support/statements.ts'
import { StoreFixture } from './support/store-fixture.ts'

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

describe('results of statements', () => {
  const store = new StoreFixture()
  let pool: QueryPool
  beforeAll(async () => {
    pool = await store.openPool({ process: { cellBytes: 16 } })
  })
  afterAll(() => store.remove())

  const rowsOf = async (sql: string): Promise<unknown> => allRows(pool, await run(pool, sql))

  it('keep the type of every value', async () => {
    expect(
      await rowsOf(`VALUES (5, 5.0, 0.5, NULL, '', 'NULL', x'00ff', 9223372036854775807, -9223372036854775808,
        9007199254740992, 9e999, -9e999, 9e999 - 9e999, 'a' || char(0) || 'b', x'')`),
    ).toEqual([
      [
        ...[5, { r: '5.0' }, 0.5, null, '', 'NULL', { b: 'AP8=', n: 2 }, { i: '9223372036854775807' }],
        ...[{ i: '-9223372036854775808' }, { i: '9007199254740992' }, { r: 'Infinity' }, { r: '-Infinity' }],
        ...[null, 'a\0b', { b: '', n: 0 }],
      ],
    ])
  })

  it('cut long text and long blobs, and say their sizes', async () => {
    expect(await rowsOf(`SELECT printf('%.100c', 'é'), zeroblob(100)`)).toEqual([
      [
        { t: 'é'.repeat(8), n: 200 },
        { b: 'A'.repeat(22) + '==', n: 100 },
      ],
    ])
  })

  it('keep columns of the same name apart', async () => {
    const status = await run(pool, 'SELECT 1 AS a, 2 AS a, 3 AS "a"')
    expect(status.columns).toEqual([
      { name: 'a', type: null },
      { name: 'a', type: null },
      { name: 'a', type: null },
    ])
    expect(await allRows(pool, status)).toEqual([[1, 2, 3]])
  })

  it('name the declared types of the columns they come from', async () => {
    const typesOf = async (sql: string): Promise<unknown> =>
      (await run(pool, sql)).columns.map(({ name, type }) => `${name} ${String(type)}`)
    expect(await typesOf('SELECT * FROM late_flights')).toEqual([
      ...['delay integer', 'origin text', 'at timestamp', 'ratio real', 'note null', '_topic text'],
      ...['_partition integer', '_offset integer', '_timestamp timestamp', '_ingested_at timestamp'],
    ])
    expect(
      await typesOf('SELECT f.at AS time, delay + 1, a.city FROM late_flights f JOIN airports a'),
    ).toEqual(['time timestamp', 'delay + 1 null', 'city text'])
    expect(await typesOf('SELECT id, committed_at, total_ms, positions FROM sys_batches')).toEqual([
      ...['id integer', 'committed_at timestamp', 'total_ms real', 'positions text'],
    ])
    expect(await typesOf('SELECT at, seconds, last_record_at FROM sys_topics')).toEqual([
      ...['at timestamp', 'seconds integer', 'last_record_at timestamp'],
    ])
    expect(await typesOf('SELECT timestamp, "offset", value FROM sys_dead_letters')).toEqual([
      ...['timestamp timestamp', 'offset integer', 'value null'],
    ])
  })

  it('shorten the name of a column that is a long expression', async () => {
    const [column] = (await run(pool, `SELECT '${'x'.repeat(100_000)}'`)).columns
    expect(column?.name).toHaveLength(201)
  })

  it('may have no rows, and then still have columns', async () => {
    const status = await run(pool, 'SELECT delay FROM late_flights WHERE 0')
    expect(status).toMatchObject({
      state: 'done',
      rows: 0,
      bytes: 0,
      columns: [{ name: 'delay' }],
      truncated: false,
    })
    expect(await pool.page(status.id, 0, 10)).toEqual({ start: 0, rows: [] })
  })

  it('are paged in any order', async () => {
    const status = await run(pool, numbers(2345))
    expect((await pool.page(status.id, 1990, 500)).rows).toHaveLength(355)
    expect(await pool.page(status.id, 95, 10)).toEqual({
      start: 95,
      rows: Array.from({ length: 10 }, (_, index) => [96 + index]),
    })
    expect(await pool.page(status.id, 2345, 10)).toEqual({ start: 2345, rows: [] })
    expect(await allRows(pool, status, 300)).toEqual(Array.from({ length: 2345 }, (_, index) => [index + 1]))
  })

  it('tell when they saw the store', async () => {
    const before = Date.now()
    const { asOf } = await run(pool, 'SELECT 1')
    expect(asOf).toBeGreaterThanOrEqual(before)
    expect(asOf).toBeLessThanOrEqual(Date.now())
  })

  it('come from EXPLAIN and from PRAGMAs that tell something', async () => {
    const plan = await run(pool, 'EXPLAIN QUERY PLAN SELECT * FROM airports')
    expect(plan.columns.map(({ name }) => name)).toEqual(['id', 'parent', 'notused', 'detail'])
    expect((await allRows(pool, plan))[0]?.[3]).toBe('SCAN airports')
    expect((await run(pool, 'explain select 1')).state).toBe('done')
    expect(await rowsOf('PRAGMA page_size')).toEqual([[4096]])
    expect(await rowsOf(`SELECT name FROM pragma_table_info('airports')`)).toEqual([['iata'], ['city']])
    expect(await rowsOf('PRAGMA table_info(nothing)')).toEqual([])
    expect(await rowsOf('SELECT count(*) FROM _penstock_columns')).toEqual([[7]])
  })

  it('of rollups name the types of their windows', async () => {
    store.writer.exec(`
      CREATE TABLE "hours/state" (window_start INTEGER, window_end INTEGER, _1 INTEGER);
      CREATE VIEW hours AS SELECT window_start AS "window_start", window_end AS window_end, _1 AS n FROM "hours/state";
      INSERT INTO _penstock_columns VALUES ('hours', 'rollup', 'window_start', 0, 'timestamp'),
        ('hours', 'rollup', 'window_end', 1, 'timestamp'), ('hours', 'rollup', 'n', 2, 'integer')`)
    const { columns } = await run(pool, 'SELECT * FROM hours')
    expect(columns.map(({ name, type }) => `${name} ${String(type)}`)).toEqual([
      ...['window_start timestamp', 'window_end timestamp', 'n integer'],
    ])
  })
})
