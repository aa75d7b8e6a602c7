import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { HistoryEntry } from '../../../../../src-main/contract/query.ts'
import { advise } from '../../../../../src-main/engine/query/advice/advise.ts'
import { rollupsFor } from '../../../../../src-main/engine/query/advice/rollup-hints.ts'
import { rollup, table } from '../../../../support/workspaces.ts'
import { indexCandidates } from '../../../../../src-main/engine/query/advice/index-candidates.ts'

const columns = ['order_id', 'customer', 'at', 'amount']

describe('candidates', () => {
  it.each([
    ['SELECT * FROM t WHERE order_id = 5', [['order_id']]],
    ["SELECT * FROM t WHERE customer = 'a' AND at > 5", [['customer', 'at'], ['customer'], ['at']]],
    ['SELECT * FROM t AS x WHERE 5 = x.order_id', [['order_id']]],
    [
      'SELECT max(at) FROM t WHERE at BETWEEN 1 AND 2 AND customer IN (1, 2)',
      [['customer', 'at'], ['customer'], ['at']],
    ],
    ['SELECT * FROM t ORDER BY at DESC LIMIT 5', [['at']]],
    ['SELECT customer, count(*) FROM t GROUP BY customer', []],
    ["SELECT * FROM t WHERE note = 'at = 5'", []],
  ])('%s', (sql, expected) => {
    expect(indexCandidates(sql, columns)).toEqual(expected)
  })
})

describe('rollups that keep what is computed', () => {
  const window = { everyMs: 3_600_000, overMs: null, on: 'at', zone: null }
  const rollups = [
    rollup('hours', 't', { n: 'count(*)' }, { window, by: ['customer'] }),
    rollup('other', 'u', { n: 'count(*)' }, { by: ['customer'] }),
  ]
  it.each([
    ['SELECT customer, sum(amount) FROM t GROUP BY customer ORDER BY 2', ['hours']],
    ['SELECT at / 3600000, count(*) FROM t GROUP BY 1', ['hours']],
    ['SELECT customer, at / 3600000 AS hour, max(amount) FROM t GROUP BY customer, hour', ['hours']],
    ['SELECT order_id, count(*) FROM t GROUP BY order_id', []],
    ['SELECT count(*) FROM t', []],
  ])('%s', (sql, expected) => {
    expect(rollupsFor(sql, { table: 't', columns }, rollups).map(({ name }) => name)).toEqual(expected)
  })
})

describe('advice', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-advice-'))
  const file = path.join(folder, 'store file.db')
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.exec(`CREATE TABLE t (order_id INTEGER, customer TEXT, at INTEGER, amount REAL);
    CREATE TABLE small (order_id INTEGER);
    WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 300000)
    INSERT INTO t SELECT value, 'c' || value % 500, value * 1000, value % 97 FROM n;
    INSERT INTO small VALUES (1), (2), (3)`)
  afterAll(() => {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const entry = (sql: string, durationMs: number, state: HistoryEntry['state'] = 'done'): HistoryEntry => ({
    ...{ id: 1, sql, at: 0, durationMs, rows: 1, state, error: null },
  })
  const parts = {
    tables: [table('t', 's', []), table('small', 's', [])],
    rollups: [
      rollup('by_customer', 't', { n: 'count(*)' }, { by: ['customer'] }),
      rollup('by_amount', 't', { n: 'count(*)' }, { by: ['amount'] }),
    ],
  }

  it('proposes what was measured to be quicker, with how often it was asked for', () => {
    const lookup = 'SELECT * FROM t WHERE order_id = 777'
    const { indexes: advice, rollups } = advise(file, parts, [
      entry(lookup, 30),
      entry(lookup, 40),
      entry("SELECT sum(amount) FROM t WHERE customer = 'c7' AND at > 50000000", 500),
      entry('SELECT * FROM small WHERE order_id = 3', 900),
      entry('SELECT customer, count(*) FROM t GROUP BY customer', 900),
      entry('SELECT * FROM elsewhere WHERE x = 1', 900),
      entry('SELECT * FROM t WHERE amount = 5', 900, 'failed'),
    ])
    expect(advice.map(({ table, columns: by, runs, totalMs }) => ({ table, by, runs, totalMs }))).toEqual([
      { table: 't', by: ['customer', 'at'], runs: 1, totalMs: 500 },
      { table: 't', by: ['order_id'], runs: 2, totalMs: 70 },
    ])
    expect(rollups).toEqual([
      {
        sql: 'SELECT customer, count(*) FROM t GROUP BY customer',
        ...{ runs: 1, totalMs: 900, table: 't', rollup: 'by_customer' },
      },
    ])
    for (const { beforeMs, afterMs, sampledRows } of advice) {
      expect(sampledRows).toBe(300_000)
      expect(afterMs).toBeLessThan(beforeMs / 2)
    }
  })

  it('says nothing where the index is there', () => {
    database.exec('CREATE INDEX there ON t (order_id)')
    expect(advise(file, parts, [entry('SELECT * FROM t WHERE order_id = 777', 30)]).indexes).toEqual([])
    database.exec('DROP INDEX there')
  })
})
