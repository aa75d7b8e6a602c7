/** Whatever statement is put together from these parts: where a rollup is said to answer it, both give the same rows. */
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { rollupAnswer } from '../../../../../../src-main/engine/query/advice/rollup/rollup-answer.ts'
import { rollup } from '../../../../../support/workspaces.ts'
import { day, hour, storedRollup, windowOf } from './stored-rollup.ts'

const begun = 978_307_200_000
const table = {
  name: 'flights',
  columns: [
    { name: 'at', sqlType: 'INTEGER' },
    { name: 'delay', sqlType: 'INTEGER' },
    { name: 'origin', sqlType: 'TEXT' },
    { name: 'stops', sqlType: 'INTEGER' },
    { name: 'fare', sqlType: 'REAL' },
  ],
  retainAgeMs: null,
}
const measures = {
  flights: 'count(*)',
  late: 'count(*) FILTER (WHERE delay > 15)',
  known: 'count(delay)',
  minutes: 'sum(delay)',
  delay: 'avg(delay)',
  worst: 'max(delay)',
  best: 'min(delay)',
  fares: 'sum(fare)',
}
const rollups = [
  rollup('by_hour', 'flights', measures, { window: windowOf(hour), by: ['origin', 'stops'] }),
  rollup('by_day', 'flights', { n: 'count(*)', worst: 'max(delay)' }, { window: windowOf(day) }),
  rollup(
    'by_origin',
    'flights',
    { n: 'count(*)', mean: 'avg(fare)', f: 'count(fare)', s: 'sum(fare)' },
    { by: ['origin'] },
  ),
  rollup('all_time', 'flights', { n: 'count(*)', delay: 'max(delay)' }),
]

const database = new Database(':memory:')
database.exec(`CREATE TABLE flights (at INTEGER, delay INTEGER, origin TEXT, stops INTEGER, fare REAL) STRICT;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400)
  INSERT INTO flights SELECT ${String(begun)} + i * 7654321 % ${String(3 * day)}, nullif(i * 7919 % 60 - 20, 0),
    nullif((i * 31 % 5) || '', '3'), nullif(i / 7 % 3, 2), nullif(i % 11, 4) / 4.0 FROM n`)
for (const one of rollups) database.exec(storedRollup(one))
afterAll(() => {
  database.close()
})

const keys = [
  'origin',
  'stops',
  'f.origin',
  'at / 3600000',
  'at / 86400000',
  'at - at % 3600000',
  'at / 1000 / 3600 % 24',
  'at / 1800000',
  "date(at / 1000, 'unixepoch')",
  "strftime('%H', at / 1000, 'unixepoch')",
  "strftime('%Y-%m-%d %H', at / 1000, 'unixepoch')",
  'delay',
  'upper(origin)',
]
const values = [
  'count(*)',
  'count(1)',
  'count(delay)',
  'count(fare)',
  'sum(delay)',
  'sum(fare)',
  'total(delay)',
  'avg(delay)',
  'avg(fare)',
  'max(delay)',
  'min(delay)',
  'max(fare)',
  'max(delay, 3)',
  'count(*) FILTER (WHERE delay > 15)',
  'sum(delay) FILTER (WHERE delay > 15)',
  'count(DISTINCT origin)',
  'round(avg(delay), 2)',
  'max(delay) - min(delay)',
  'coalesce(sum(delay), 0) * 1.5',
  'CASE WHEN count(*) > 9 THEN max(delay) ELSE -1 END',
  '7',
]
const names = [
  '',
  '',
  '',
  ' AS n',
  ' n',
  ' AS delay',
  ' AS origin',
  ' AS flights',
  ' AS worst',
  ' AS "count(*)"',
  ' AS stops',
]
const filters = [
  "origin = '1'",
  'origin = 1',
  'origin > 1',
  "f.origin IN ('1', '2', '4')",
  "origin LIKE '1%'",
  'origin IS NULL',
  'origin IS NOT NULL',
  "NOT (origin = '2')",
  'stops = 1',
  "stops = '1'",
  'stops BETWEEN 0 AND 1',
  "(stops = 0 OR origin = '1')",
  'origin = stops',
  'delay > 15',
  'at >= 978307200000 + 5',
  `at >= ${String(begun + 5 * hour)}`,
  `at > ${String(begun + 5 * hour)}`,
  `at < ${String(begun + day)}`,
  `at <= ${String(begun + day)}`,
  `at <= ${String(begun + day - 1)}`,
  `${String(begun + day)} > at`,
  `at BETWEEN ${String(begun)} AND ${String(begun + 2 * day - 1)}`,
  "at >= unixepoch('2001-01-02') * 1000",
  "date(at / 1000, 'unixepoch') = '2001-01-02'",
  "strftime('%H', at / 1000, 'unixepoch') < '12'",
]
const conditions = [
  'count(*) > 9',
  'n > 9',
  'flights > 9',
  'delay > 10',
  'max(delay) > 30',
  "origin = '1'",
  'worst > 30',
  'min(fare) > 0',
]
const orders = [
  '1',
  '2',
  'n',
  'delay DESC',
  'origin',
  'count(*) DESC',
  'max(delay), 1',
  '-n',
  'worst',
  'min(fare)',
  'flights DESC NULLS LAST',
]

const of = (list: readonly string[]) => fc.constantFrom(...list)
const item = fc.tuple(fc.oneof(of(keys), of(values), of(values)), of(names)).map(([sql, name]) => sql + name)
const statement = fc.record({
  items: fc.array(item, { minLength: 1, maxLength: 4 }),
  where: fc.array(of(filters), { maxLength: 2 }),
  groupBy: fc.array(of([...keys, '1', '2', 'n', 'origin', 'stops']), { maxLength: 3 }),
  having: fc.option(of(conditions), { nil: '', freq: 3 }),
  orderBy: fc.option(of(orders), { nil: '', freq: 3 }),
})

it('answers with the rows of the statement, or not at all', () => {
  let answered = 0
  fc.assert(
    fc.property(statement, ({ items, where, groupBy, having, orderBy }) => {
      const sql = [
        `SELECT ${items.join(', ')} FROM flights f`,
        ...(where.length === 0 ? [] : [`WHERE ${where.join(' AND ')}`]),
        ...(groupBy.length === 0 ? [] : [`GROUP BY ${groupBy.join(', ')}`]),
        ...(having === '' ? [] : [`HAVING ${having}`]),
        ...(orderBy === '' ? [] : [`ORDER BY ${orderBy}`]),
      ].join(' ')
      const expected = rowsOf(sql)
      if (expected === null) return
      const rewritten = rollupAnswer(sql, [table], rollups)?.sql ?? null
      if (rewritten === null) return
      answered++
      expect(rowsOf(rewritten), `${sql}\n${rewritten}`).toEqual(expected)
    }),
    { numRuns: 5000 },
  )
  // Enough to mean something.
  expect(answered).toBeGreaterThan(80)
})

/** Null where SQLite does not take the statement, which a person would not have run. */
function rowsOf(sql: string): string[] | null {
  try {
    const prepared = database.prepare(sql).raw()
    const header = JSON.stringify(prepared.columns().map(({ name }) => name))
    return [
      header,
      ...prepared
        .all()
        .map((row) => JSON.stringify(row, rounded))
        .sort(),
    ]
  } catch {
    return null
  }
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(12)) : value
}
