/** Statements that a rollup answers give the same rows from it; those that it nearly answers are refused. */
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { rollupAnswer } from '../../../../../../src-main/engine/query/advice/rollup/rollup-answer.ts'
import type { Rollup } from '../../../../../../src-main/workspace/model.ts'
import { rollup } from '../../../../../support/workspaces.ts'
import { day, hour, storedRollup, windowOf } from './stored-rollup.ts'

const flights = {
  name: 'flights',
  columns: [
    { name: 'at', sqlType: 'INTEGER' },
    { name: 'delay', sqlType: 'INTEGER' },
    { name: 'origin', sqlType: 'TEXT' },
    { name: 'stops', sqlType: 'INTEGER' },
  ],
  retainAgeMs: null,
}
const measures = {
  flights: 'count(*)',
  late: 'count(*) filter (where delay > 15)',
  known: 'count(delay)',
  minutes: 'sum(delay)',
  delay: 'avg(delay)',
  worst: 'max( "delay" )',
  best: 'min(delay)',
}
const byHour = rollup('by_hour', 'flights', measures, { window: windowOf(hour), by: ['origin', 'stops'] })
const rollups = [byHour]

const database = new Database(':memory:')
database.exec(`CREATE TABLE flights (at INTEGER, delay INTEGER, origin TEXT, stops INTEGER) STRICT;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)
  INSERT INTO flights SELECT 978307200000 + i * 1234567 % ${10 * day}, nullif(i * 7919 % 200 - 50, 0),
    nullif('A' || (i * 31 % 12), 'A5'), i / 7 % 3 FROM n`)
database.exec(storedRollup(byHour))
afterAll(() => {
  database.close()
})

function answer(sql: string, list: readonly Rollup[] = rollups): string | null | undefined {
  const found = rollupAnswer(sql, [flights], list)
  return found === null ? undefined : found.sql
}

describe('statements that are answered give the same rows', () => {
  it.each([
    'SELECT origin, count(*) FROM flights GROUP BY origin',
    'select f.origin, count(1) as n from flights as f group by f.origin having n > 3 order by n desc, origin limit 5',
    'SELECT "origin" o, sum(delay) / count(delay), round(total(delay)) FROM main.flights GROUP BY o ORDER BY 1',
    `SELECT ${'('.repeat(19)}count(*)${')'.repeat(19)} FROM flights`,
    'SELECT count(*), sum(delay), min(delay), max(delay), avg(delay) FROM flights',
    "SELECT count(*) FROM flights WHERE origin = 'no such'",
    'SELECT stops, avg(delay) AS delay FROM flights GROUP BY stops HAVING avg(delay) > -100 ORDER BY delay',
    'SELECT origin, count(*) FILTER (WHERE delay > 15) * 100.0 / count(*) FROM flights GROUP BY 1',
    "SELECT stops, max(delay) FROM flights WHERE origin IN ('A1', 'A2') AND NOT (stops = 1) GROUP BY stops",
    "SELECT stops, count(*) FROM flights WHERE (origin LIKE 'A1%' OR origin IS NULL) GROUP BY stops",
    `SELECT at / ${hour} AS hour, origin, stops, avg(delay), count(*) FROM flights GROUP BY hour, origin, stops`,
    `SELECT at - at % ${hour} AS hour, origin, stops, avg(delay) a FROM flights GROUP BY 1, 2, 3 HAVING a > 0`,
    `SELECT at / ${hour} * ${hour}, sum(delay) FROM flights GROUP BY 1 ORDER BY sum(delay) DESC, 1`,
    `SELECT at / 1000 / 60 / 60 % 24 AS hour_of_day, count(*) FROM flights GROUP BY hour_of_day`,
    "SELECT date(at / 1000, 'unixepoch') AS day, count(*) FROM flights GROUP BY day ORDER BY day",
    "SELECT strftime('%Y-%m-%d %H', at / 1000, 'unixepoch') AS hour, origin, count(*) FROM flights GROUP BY 1, 2",
    "SELECT count(*) FROM flights WHERE date(at / 1000, 'unixepoch') = '2001-01-03'",
    `SELECT origin, count(*) FROM flights WHERE at >= 978307200 * 1000 AND at <= ${978307200000 + 2 * day - 1} GROUP BY 1`,
    "SELECT count(*) FROM flights WHERE at BETWEEN unixepoch('2001-01-02') * 1000 AND 978566399999",
    `SELECT origin FROM flights WHERE ${978307200000 + day} <= at GROUP BY origin; -- all`,
  ])('%s', (sql) => {
    const rewritten = answer(sql)
    expect(rewritten).toContain('FROM by_hour')
    const rows = (text: string): unknown[] => {
      const statement = database.prepare(text).raw()
      const names = statement.columns().map(({ name }) => name)
      return [
        names,
        ...statement
          .all()
          .map((row) => JSON.stringify(row, rounded))
          .sort(),
      ]
    }
    const expected = rows(sql)
    expect(expected.length).toBeGreaterThan(1)
    expect(rows(rewritten ?? '')).toEqual(expected)
  })

  it('reads as a person would write it', () => {
    expect(
      answer('SELECT origin, count(*) AS n, max(delay) FROM flights GROUP BY origin ORDER BY n DESC'),
    ).toBe(
      'SELECT origin, sum(flights) AS n, max(worst) AS "max(delay)"\nFROM by_hour\nGROUP BY origin\nORDER BY n DESC',
    )
    const hours = `SELECT at / ${hour} AS hour, origin, stops, count(*) AS flights FROM flights WHERE stops = 1 GROUP BY 1, 2, 3`
    expect(answer(hours)).toBe(
      `SELECT window_start / ${hour} AS hour, origin, stops, flights\nFROM by_hour\nWHERE stops = 1`,
    )
  })

  it('names the rollup where it holds what is needed, but the statement is for a person to write', () => {
    expect(
      rollupAnswer('SELECT lower(origin), count(*) FROM flights GROUP BY origin', [flights], rollups),
    ).toEqual({
      rollup: 'by_hour',
      table: 'flights',
      columns: ['window_start', 'window_end', 'origin', 'stops', ...Object.keys(measures)],
      sql: null,
      chain: ['by_hour'],
    })
  })
})

describe('near misses are refused', () => {
  it.each([
    ['another filter', 'SELECT count(*) FROM flights WHERE delay > 15'],
    ['a filter of another measure', 'SELECT count(*) FILTER (WHERE delay > 16) FROM flights'],
    [
      'a filter that the measure has and the aggregate not',
      'SELECT sum(delay) FILTER (WHERE delay > 15) FROM flights',
    ],
    [
      'a filter over a column that is no key, beside one that is',
      "SELECT count(*) FROM flights WHERE origin = 'A1' OR delay > 3",
    ],
    ['a number beside a column of text', 'SELECT count(*) FROM flights WHERE origin = 5'],
    ['a text beside a column of numbers', "SELECT count(*) FROM flights WHERE stops = '1'"],
    ['a function in a filter', "SELECT count(*) FROM flights WHERE lower(origin) = 'a1'"],
    ['another group', 'SELECT delay, count(*) FROM flights GROUP BY delay'],
    ['a group by an expression', 'SELECT upper(origin), count(*) FROM flights GROUP BY 1'],
    ['another measure', 'SELECT sum(stops) FROM flights GROUP BY origin'],
    ['another column of the same measure', 'SELECT max(stops) FROM flights'],
    ['a distinct count', 'SELECT count(DISTINCT origin) FROM flights'],
    [
      'a measure in ORDER BY only',
      'SELECT origin, count(*) FROM flights GROUP BY origin ORDER BY sum(stops)',
    ],
    [
      'a measure in HAVING only',
      'SELECT origin, count(*) FROM flights GROUP BY origin HAVING max(stops) > 1',
    ],
    ['a list', 'SELECT group_concat(origin) FROM flights'],
    [
      'a name that stands for two',
      'SELECT count(*) AS n, sum(delay) AS n FROM flights GROUP BY origin HAVING n > 3',
    ],
    [
      'a comparison of what lost its type',
      'SELECT origin AS n, count(*) FROM flights GROUP BY origin HAVING n > 9',
    ],
    ['a column that is not grouped by', 'SELECT origin, stops, count(*) FROM flights GROUP BY origin'],
    ['the greatest of two', 'SELECT max(delay, 3) FROM flights'],
    ['no aggregate', 'SELECT abs(5) FROM flights'],
    ['rows', 'SELECT * FROM flights'],
    ['a finer time', `SELECT at / ${hour / 2}, count(*) FROM flights GROUP BY 1`],
    ['a time that windows do not fit into', `SELECT at / ${hour + 1}, count(*) FROM flights GROUP BY 1`],
    [
      'a time of day in minutes',
      "SELECT strftime('%H:%M', at / 1000, 'unixepoch'), count(*) FROM flights GROUP BY 1",
    ],
    ['the local day', "SELECT date(at / 1000, 'unixepoch', 'localtime'), count(*) FROM flights GROUP BY 1"],
    ['a day of another zone', `SELECT (at + ${hour / 2}) / ${day}, count(*) FROM flights GROUP BY 1`],
    ['the time within its hour', `SELECT at % ${hour}, count(*) FROM flights GROUP BY 1`],
    ['a time between windows', 'SELECT count(*) FROM flights WHERE at >= 978307200001'],
    [
      'an end that leaves a millisecond out',
      `SELECT count(*) FROM flights WHERE at <= ${978307200000 + day}`,
    ],
    ['a time that is not known', 'SELECT count(*) FROM flights WHERE at >= (unixepoch() - 3600) * 1000'],
    ['a time column that is no event time', `SELECT delay / ${hour}, count(*) FROM flights GROUP BY 1`],
    ['a join', 'SELECT count(*) FROM flights f JOIN airports a ON a.iata = f.origin'],
    ['two tables', 'SELECT count(*) FROM flights, airports'],
    ['a part of a statement', 'SELECT * FROM (SELECT origin, count(*) FROM flights GROUP BY 1)'],
    ['a common table', 'WITH x AS (SELECT 1) SELECT count(*) FROM flights'],
    ['a union', 'SELECT count(*) FROM flights UNION SELECT 1'],
    ['a window function', 'SELECT origin, sum(count(*)) OVER () FROM flights GROUP BY origin'],
    ['a collation', 'SELECT origin, count(*) FROM flights GROUP BY origin COLLATE NOCASE'],
    ['a parameter', 'SELECT count(*) FROM flights WHERE stops = ?'],
    ['another table', 'SELECT count(*) FROM late_flights'],
    ['the rollup itself', 'SELECT sum(flights) FROM by_hour'],
    ['a row number', 'SELECT max(rowid) FROM flights'],
    ['brackets without end', `SELECT ${'('.repeat(21)}count(*)${')'.repeat(21)} FROM flights`],
    ['a statement as long as a book', `SELECT count(*)${', count(*)'.repeat(1000)} FROM flights`],
    ['a plan', 'EXPLAIN SELECT count(*) FROM flights'],
  ])('%s', (_why, sql) => {
    expect(answer(sql)).toBeUndefined()
  })

  const days = "SELECT date(at / 1000, 'unixepoch') AS day, count(*) FROM flights GROUP BY 1"
  const all = 'SELECT origin, count(*) FROM flights GROUP BY 1'
  it.each([
    ['windows of another zone', windowOf(day, { zone: 'Europe/Berlin' }), days],
    ['windows that are longer', windowOf(2 * day), days],
    [
      'weeks, which begin on Mondays',
      windowOf(7 * day),
      `SELECT at / ${7 * day}, count(*) FROM flights GROUP BY 1`,
    ],
    ['windows that overlap', windowOf(hour, { overMs: 4 * hour }), all],
  ])('%s', (_why, window, sql) => {
    const other = rollup('other', 'flights', { n: 'count(*)' }, { window, by: ['origin'] })
    expect(answer(sql, [other])).toBeUndefined()
  })

  it('windows of another zone hold what does not ask for time', () => {
    const other = rollup(
      'berlin',
      'flights',
      { n: 'count(*)' },
      { window: windowOf(hour, { zone: 'Europe/Berlin' }), by: ['origin'] },
    )
    expect(answer(all, [other])).toContain('FROM berlin')
    expect(answer('SELECT count(*) FROM flights WHERE at >= 978307200000', [other])).toBeUndefined()
  })

  it('windows that go before the rows of their table', () => {
    const kept = { ...byHour, retainAgeMs: day }
    expect(answer(all, [kept])).toBeUndefined()
    const short = { ...flights, retainAgeMs: day }
    expect(rollupAnswer(all, [short], [kept])?.sql).toContain('FROM by_hour')
  })

  it('an average of averages', () => {
    const other = rollup(
      'other',
      'flights',
      { delay: 'avg(delay)', n: 'count(*)' },
      { by: ['origin', 'stops'] },
    )
    expect(answer('SELECT origin, avg(delay) FROM flights GROUP BY origin', [other])).toBeUndefined()
    expect(answer('SELECT origin, stops, avg(delay) FROM flights GROUP BY stops, origin', [other])).toBe(
      'SELECT origin, stops, delay AS "avg(delay)"\nFROM other',
    )
  })
})

describe('rollups of rollups', () => {
  const byDay = rollup(
    'by_day',
    'by_hour',
    { flights: 'flights', delays: 'sum(minutes)', wrong: 'max(minutes)' },
    { window: windowOf(day, { on: 'window_start' }) },
  )
  it('are told over the rows, and the one with the fewest groups answers', () => {
    expect(
      rollupAnswer('SELECT sum(delay), count(*) FROM flights', [flights], [byHour, byDay]),
    ).toMatchObject({
      sql: 'SELECT sum(delays) AS "sum(delay)", coalesce(sum(flights), 0) AS "count(*)"\nFROM by_day',
      chain: ['by_day', 'by_hour'],
    })
    expect(answer(`SELECT at / ${hour}, count(*) FROM flights GROUP BY 1`, [byHour, byDay])).toContain(
      'FROM by_hour',
    )
  })
})

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(12)) : value
}
