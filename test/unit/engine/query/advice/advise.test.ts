/** Advice is what was measured: statements of a history over a store, with indexes and rollups that help, and those that do not. */
import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { AdviceFindings } from '../../../../../src-main/contract/advice.ts'
import type { HistoryEntry } from '../../../../../src-main/contract/query.ts'
import { advise } from '../../../../../src-main/engine/query/advice/advise.ts'
import type { AdvisedTable } from '../../../../../src-main/engine/query/advice/advised-workspace.ts'
import { askedStatements } from '../../../../../src-main/engine/query/advice/asked-statements.ts'
import { indexCandidates } from '../../../../../src-main/engine/query/advice/index-candidates.ts'
import { indexesYaml } from '../../../../../src-main/engine/query/advice/proposal-words.ts'
import { systemSchema } from '../../../../../src-main/engine/store/system-schema.ts'
import { rollup } from '../../../../support/workspaces.ts'

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

describe('the line for penstock.yaml', () => {
  it.each([
    [[], ['at'], 'indexes: [at]'],
    [[['order_id'], ['customer', 'at']], ['at'], 'indexes: [order_id, [customer, at], at]'],
    [[], ['on', 'Größe'], 'indexes: [["on", "Größe"]]'],
  ])('has what the table has, and what is proposed', (indexes, proposed, line) => {
    expect(indexesYaml({ indexes }, proposed)).toBe(line)
  })
})

describe('advice', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-advice-'))
  const storeFile = path.join(folder, 'store file.db')
  const database = new Database(storeFile)
  database.pragma('journal_mode = WAL')
  database.exec(systemSchema)
  database.exec(`CREATE TABLE t (order_id INTEGER, customer TEXT, at INTEGER, amount REAL);
    CREATE TABLE small (order_id INTEGER);
    WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 300000)
    INSERT INTO t SELECT value, 'c' || value % 500, value * 1000, value % 97 FROM n;
    INSERT INTO small VALUES (1), (2), (3);
    CREATE TABLE by_customer AS SELECT customer, count(*) AS n FROM t GROUP BY 1;
    INSERT INTO sys_rollups VALUES ('by_customer', 't', 't', 300000, 500, 0, 0, 0, NULL, NULL, '', 300000, '')`)
  afterAll(() => {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const entry = (sql: string, durationMs: number, state: HistoryEntry['state'] = 'done'): HistoryEntry => ({
    ...{ id: 1, sql, at: 0, durationMs, rows: 1, state, error: null },
  })
  const advised = (name: string, extra: Partial<AdvisedTable> = {}): AdvisedTable => ({
    ...{ name, indexes: [], hasKey: false, retainAgeMs: null, eventTime: 'at', ...extra },
  })
  const window = { everyMs: 3_600_000, overMs: null, on: 'at', zone: null }
  const workspace = {
    tables: [advised('t', { indexes: [['amount']], retainAgeMs: 1000 }), advised('small')],
    rollups: [
      rollup('by_customer', 't', { n: 'count(*)' }, { by: ['customer'] }),
      rollup('by_hour', 't', { n: 'count(*)' }, { window, by: [] }),
    ],
  }

  it('proposes what was measured to be quicker, with how often it was asked for and the plans', async () => {
    const lookup = 'SELECT * FROM t WHERE order_id = 777'
    const history = [
      entry(lookup, 30),
      entry(lookup, 40),
      entry('SELECT amount FROM t WHERE order_id = 778', 20),
      entry("SELECT sum(amount) FROM t WHERE customer = 'c7' AND at > 50000000", 500),
      entry('SELECT * FROM small WHERE order_id = 3', 900),
      entry('SELECT customer, count(*) AS n FROM t GROUP BY customer', 900),
      entry('SELECT * FROM elsewhere WHERE x = 1', 900),
      entry('SELECT * FROM t WHERE amount = 5', 900, 'failed'),
    ]
    const reports: AdviceFindings[] = []
    const found = await advise({ storeFile, workspace, asked: askedStatements(history) }, async (sofar) => {
      reports.push(sofar)
    })
    expect(found).toMatchObject({ statements: 6, considered: 6, scanning: 5, tried: 5 })
    expect(reports.map(({ tried }) => tried)).toEqual([0, 1, 2, 3, 4, 5])
    expect(
      found.indexes.map(({ columns: by, statements }) => [
        by,
        statements.map(({ runs, totalMs }) => [runs, totalMs]),
      ]),
    ).toEqual([
      [['customer', 'at'], [[1, 500]]],
      [
        ['order_id'],
        [
          [2, 70],
          [1, 20],
        ],
      ],
    ])
    const [ranged] = found.indexes
    expect(ranged).toMatchObject({
      table: 't',
      yaml: 'indexes: [amount, [customer, at]]',
      reason:
        'It also serves other ranges of the event time at (by_hour has windows over it, t keeps rows by their age).',
      sampledRows: 300_000,
      tableRows: 300_000,
    })
    for (const { beforeMs, afterMs, planBefore, planAfter } of found.indexes.flatMap(
      ({ statements }) => statements,
    )) {
      expect(afterMs).toBeLessThan(beforeMs / 2)
      expect(planBefore).toEqual(['SCAN t'])
      expect(planAfter.join()).toContain('INDEX new_index (')
    }
    expect(found.rollups).toMatchObject([
      {
        ...{ rollup: 'by_customer', table: 't', columns: ['customer', 'n'], note: '' },
        sql: 'SELECT customer, n\nFROM by_customer',
        statement: { runs: 1, totalMs: 900, planAfter: ['SCAN by_customer'] },
      },
    ])
  })

  it('proposes the event time for ranges of it, also where the newest rows are all within', async () => {
    const history = [entry('SELECT count(*) FROM t WHERE at >= 290000000', 90)]
    const found = await advise({
      storeFile,
      workspace,
      asked: askedStatements(history),
      sample: { rows: 100_000, bytes: 1e9 },
    })
    expect(found.indexes).toMatchObject([{ columns: ['at'], sampledRows: 100_000, tableRows: 300_000 }])
    expect(found.indexes[0]?.reason).toContain('ranges of the event time at')
  })

  it('takes no more rows than its memory holds', async () => {
    const history = [entry('SELECT count(*) FROM t WHERE order_id = 5', 90)]
    const found = await advise({
      storeFile,
      workspace,
      asked: askedStatements(history),
      sample: { rows: 300_000, bytes: 5_000_000 },
    })
    expect(found.indexes[0]?.sampledRows).toBeLessThan(120_000)
    expect(found.indexes[0]?.sampledRows).toBeGreaterThan(50_000)
  })

  it('says nothing where the index is there', async () => {
    database.exec('CREATE INDEX there ON t (order_id)')
    const history = [entry('SELECT * FROM t WHERE order_id = 777', 30)]
    expect(await advise({ storeFile, workspace, asked: askedStatements(history) })).toMatchObject({
      scanning: 0,
      indexes: [],
    })
    database.exec('DROP INDEX there')
  })

  it.each([
    ['that is not caught up', 'UPDATE sys_rollups SET applied_row = 299999'],
    ['that has given up', "UPDATE sys_rollups SET problem = 'disk'"],
    ['that missed rows', 'UPDATE sys_rollups SET missed = 1'],
    ['that has rows without event time', 'UPDATE sys_rollups SET untimed = 1'],
  ])('points at no rollup %s', async (_why, sql) => {
    database.exec(sql)
    const history = [entry('SELECT customer, count(*) FROM t GROUP BY customer', 30)]
    expect((await advise({ storeFile, workspace, asked: askedStatements(history) })).rollups).toEqual([])
    database.exec("UPDATE sys_rollups SET applied_row = 300000, problem = '', missed = 0, untimed = 0")
  })
})
