import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { QueryPool } from '../../../../src-main/engine/query/query-pool.ts'
import { run } from './support/statements.ts'
import { StoreFixture } from './support/store-fixture.ts'

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

describe('statements that are wrong', () => {
  const store = new StoreFixture()
  let pool: QueryPool
  beforeAll(async () => {
    pool = await store.openPool()
  })
  afterAll(() => store.remove())

  /** The caret stands before the text at fault. */
  it.each([
    ['^selec 1', 'Syntax error near "selec".'],
    ['  -- first\n ^selec 1', 'Syntax error near "selec".'],
    ['SELECT (1) + (2) ^) FROM airports', 'Syntax error near ")".'],
    ['SELECT 1, 2 FROM ^FROM airports', 'Syntax error near "FROM".'],
    ['SELECT city FROM airports city ^city', 'Syntax error near "city".'],
    ['SELECT 1 FROM airports WHERE iata = (1^', 'The statement ends too early.'],
    ['SELECT iata, ^nope FROM airports', 'No such column: nope.'],
    ['SELECT 1 AS nope, ^a.nope FROM airports a', 'No such column: a.nope.'],
    ['SELECT 1 FROM ^nowhere', 'No such table: nowhere.'],
    ['SELECT 1 FROM ^"no""where"', 'No such table: no"where.'],
    ['SELECT ^nope(1)', 'No such function: nope.'],
    ['SELECT ^length(1, 2)', 'Wrong number of arguments to function length().'],
    ['SELECT ^iata FROM airports a, airports b', 'Ambiguous column name: iata.'],
    ['SELECT 1, ^1x', 'Unknown token 1x.'],
    ["SELECT 'a', ^'abc", "Unknown token 'abc."],
  ])('are pointed at: %s', async (marked, message) => {
    const status = await run(pool, marked.replace('^', ''))
    expect(status).toMatchObject({ state: 'failed', error: { code: 'QUERY_INVALID', message } })
    expect(status.errorOffset).toBe(marked.indexOf('^'))
  })

  it('are not pointed at where SQLite does not tell', async () => {
    const status = await run(pool, 'SELECT (SELECT 1, 2) = 1')
    expect(status).toMatchObject({ state: 'failed', error: { code: 'QUERY_INVALID' }, errorOffset: null })
  })

  it('fail on the way, with the rows so far', async () => {
    const sql = `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 300)
      SELECT CASE WHEN x < 300 THEN x ELSE json('{') END FROM c`
    const status = await run(pool, sql)
    expect(status).toMatchObject({
      state: 'failed',
      error: { code: 'QUERY_INVALID', message: 'Malformed JSON.' },
    })
    expect(status.rows).toBeGreaterThanOrEqual(100)
    expect((await pool.page(status.id, 0, 1)).rows).toEqual([[1]])
  })
})
