import { describe, expect, it } from 'vitest'
import { column, step, table } from '../../../support/workspaces.ts'
import { type BenchRecord, KeyedBench, keyOf } from './keyed-bench.ts'

const columns = [column('id', 'integer'), column('status', 'text'), column('at', 'timestamp')]
const row = (offset: number, id: number | null, status: string, at = 0, partition = 0): BenchRecord => ({
  ...{ values: [id, status, at], offset, partition },
})
const latest = (options: Parameters<typeof keyOf>[1] = {}): KeyedBench =>
  new KeyedBench(columns, [table('t', 's', [], { key: keyOf(['id'], options) })])
const statuses = 'SELECT id, status FROM t ORDER BY id'

describe('a table with a key', () => {
  it('keeps one row per key: the one that arrived last, in one batch or in several', () => {
    const bench = latest()
    bench.batch([row(1, 1, 'new'), row(2, 2, 'new'), row(3, 1, 'paid')])
    bench.batch([row(4, 2, 'paid'), row(5, 1, 'sent'), row(6, 3, 'new')])
    expect(bench.all(statuses)).toEqual([
      { id: 1, status: 'sent' },
      { id: 2, status: 'paid' },
      { id: 3, status: 'new' },
    ])
    expect(bench.counts()).toMatchObject({ rows: 3, landed: 6, updated: 3, deleted: 0, stale: 0 })
  })

  it('takes the newest by a column whatever comes first, and counts what is older', () => {
    const bench = latest({ newestBy: 'at' })
    bench.batch([row(1, 1, 'late', 30), row(2, 1, 'early', 10)])
    bench.batch([row(3, 1, 'middle', 20), row(4, 1, 'later', 40), row(5, 2, 'only', 5)])
    expect(bench.all(statuses)).toEqual([
      { id: 1, status: 'later' },
      { id: 2, status: 'only' },
    ])
    expect(bench.counts()).toMatchObject({ rows: 2, landed: 3, updated: 1, stale: 2 })
  })

  it('settles equal times by the later offset, also when that came first', () => {
    const bench = latest({ newestBy: 'at' })
    bench.batch([row(9, 1, 'ninth', 10, 1)])
    bench.batch([row(4, 1, 'fourth', 10, 0)])
    expect(bench.all(statuses)).toEqual([{ id: 1, status: 'ninth' }])
  })

  it('takes a row without a time for older than any other', () => {
    const bench = latest({ newestBy: 'at' })
    bench.batch([{ values: [1, 'untimed', null], offset: 1 }])
    bench.batch([row(2, 1, 'timed', -5)])
    bench.batch([{ values: [1, 'untimed again', null], offset: 3 }])
    expect(bench.all(statuses)).toEqual([{ id: 1, status: 'timed' }])
  })

  it('deletes the row of a record that meets the condition; a later record brings it back', () => {
    const bench = latest({ deleteWhen: "status = 'cancelled' -- as agreed" })
    bench.batch([row(1, 1, 'new'), row(2, 2, 'new')])
    bench.batch([row(3, 1, 'cancelled'), row(4, 3, 'new'), row(5, 3, 'cancelled'), row(6, 9, 'cancelled')])
    expect(bench.all(statuses)).toEqual([{ id: 2, status: 'new' }])
    expect(bench.counts()).toMatchObject({ rows: 1, landed: 3, updated: 0, deleted: 2, stale: 0 })
    bench.batch([row(7, 1, 'again'), row(8, 2, 'cancelled'), row(9, 2, 'again')])
    expect(bench.all(statuses)).toEqual([
      { id: 1, status: 'again' },
      { id: 2, status: 'again' },
    ])
    expect(bench.counts()).toMatchObject({ rows: 2, landed: 5, updated: 0, deleted: 3 })
  })

  it('lets no older record undo a delete, in any batch', () => {
    const bench = latest({ newestBy: 'at', deleteWhen: "status = 'cancelled'" })
    bench.batch([row(1, 1, 'new', 10), row(2, 1, 'cancelled', 30)])
    bench.batch([row(3, 1, 'paid', 20), row(4, 2, 'cancelled', 30)])
    bench.batch([row(5, 2, 'new', 10), row(6, 2, 'cancelled', 5)])
    expect(bench.all(statuses)).toEqual([])
    expect(bench.counts()).toMatchObject({ rows: 0, landed: 1, deleted: 1, stale: 3 })
    bench.batch([row(7, 1, 'anew', 31)])
    bench.batch([row(8, 1, 'old', 29)])
    expect(bench.all(statuses)).toEqual([{ id: 1, status: 'anew' }])
  })

  it('deletes what is there when a delete without a time comes, and keeps older records out', () => {
    const bench = latest({ newestBy: 'at', deleteWhen: "status = 'gone'" })
    bench.batch([row(1, 1, 'new', 10), row(2, 2, 'new', 10)])
    bench.batch([
      { values: [1, 'gone', null], offset: 3 },
      { values: [3, 'gone', null], offset: 4 },
    ])
    expect(bench.all(statuses)).toEqual([{ id: 2, status: 'new' }])
    bench.batch([row(5, 1, 'old', 9), row(6, 3, 'first', 1)])
    bench.batch([
      row(7, 1, 'newer', 11),
      { values: [2, 'gone', null], offset: 8 },
      row(9, 2, 'same time', 10),
    ])
    expect(bench.all(statuses)).toEqual([
      { id: 1, status: 'newer' },
      { id: 2, status: 'same time' },
      { id: 3, status: 'first' },
    ])
    expect(bench.counts()).toMatchObject({ rows: 3, landed: 5, deleted: 2, stale: 1 })
  })

  it('ignores a delete that is older than the row', () => {
    const bench = latest({ newestBy: 'at', deleteWhen: "status = 'cancelled'" })
    bench.batch([row(1, 1, 'new', 10)])
    bench.batch([row(2, 1, 'cancelled', 9)])
    expect(bench.all(statuses)).toEqual([{ id: 1, status: 'new' }])
    expect(bench.counts()).toMatchObject({ rows: 1, stale: 1 })
  })

  it('puts records in the order of their offsets where a step gives them in another', () => {
    const steps = [step('sorted', 'SELECT * FROM input ORDER BY status')]
    const bench = new KeyedBench(columns, [table('t', 's', steps, { key: keyOf(['id']) })])
    bench.batch([row(1, 1, 'z'), row(2, 1, 'a')])
    expect(bench.all(statuses)).toEqual([{ id: 1, status: 'a' }])
  })

  it('takes several columns as a key', () => {
    const steps = [step('some', 'SELECT id, status, at FROM input')]
    const bench = new KeyedBench(columns, [table('t', 's', steps, { key: keyOf(['status', 'ID']) })])
    bench.batch([row(1, 1, 'a', 1), row(2, 1, 'b', 2), row(3, 2, 'a', 3), row(4, 1, 'a', 4)])
    expect(bench.all('SELECT id, status, at FROM t ORDER BY id, status')).toEqual([
      { id: 1, status: 'a', at: 4 },
      { id: 1, status: 'b', at: 2 },
      { id: 2, status: 'a', at: 3 },
    ])
  })

  it('lands a group for each key and batch', () => {
    const steps = [step('counted', 'SELECT id, count(*) AS n FROM input GROUP BY id')]
    const bench = new KeyedBench(columns, [table('t', 's', steps, { key: keyOf(['id']) })])
    bench.batch([row(1, 1, ''), row(2, 1, ''), row(3, 2, '')])
    bench.batch([row(4, 1, '')])
    expect(bench.all('SELECT id, n FROM t ORDER BY id')).toEqual([
      { id: 1, n: 1 },
      { id: 2, n: 1 },
    ])
  })
})

describe('keys that are alike', () => {
  const landed = (
    type: 'text' | 'integer' | 'real' | 'json',
    keys: readonly (string | number)[],
  ): unknown[] => {
    const own = [column('k', type), column('n', 'integer')]
    const bench = new KeyedBench(own, [table('t', 's', [], { key: keyOf(['k']) })])
    bench.batch(keys.map((key, offset) => ({ values: [key, offset], offset })))
    return bench.all('SELECT n FROM t ORDER BY n').map((found) => (found as { n: number }).n)
  }

  it('are told apart by case, accents and trailing spaces', () => {
    expect(landed('text', ['a', 'A', 'ä', 'a ', 'a'])).toEqual([1, 2, 3, 4])
  })

  it('are one where numbers are equal', () => {
    expect(landed('real', [0, -0, 1.5, 1.5])).toEqual([1, 3])
    expect(landed('integer', [9007199254740991, 9007199254740990, 0, -0])).toEqual([0, 1, 3])
  })

  it('are told apart at their far end', () => {
    const long = 'x'.repeat(20_000)
    expect(landed('text', [`${long}1`, `${long}2`, `${long}1`])).toEqual([1, 2])
  })

  it('differ in an untyped column between a number and its text, and not between 1 and 1.0', () => {
    const steps = [
      step(
        'mixed',
        "SELECT CASE n WHEN 0 THEN 1 WHEN 1 THEN '1' WHEN 2 THEN 1.0 ELSE x'31' END AS k, n FROM input",
      ),
    ]
    const deleteWhen = 'n = 4'
    const bench = new KeyedBench(
      ...([
        [column('n', 'integer')],
        [table('t', 's', steps, { key: keyOf(['k'], { deleteWhen }) })],
      ] as const),
    )
    bench.batch([0, 1, 2, 3].map((n, offset) => ({ values: [n], offset })))
    expect(bench.all('SELECT typeof(k) AS t, n FROM t ORDER BY n')).toEqual([
      { t: 'text', n: 1 },
      { t: 'integer', n: 2 },
      { t: 'blob', n: 3 },
    ])
    bench.batch([{ values: [4], offset: 9 }])
    expect(bench.all('SELECT n FROM t ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }])
  })
})

describe('rows without a key', () => {
  it('make dead letters of their records, many at once, and the others land', () => {
    const bench = latest()
    const records = Array.from({ length: 500 }, (_, index) => row(index, index % 2 === 0 ? null : index, 's'))
    const { failures, steps } = bench.batch(records)
    expect(failures).toHaveLength(250)
    expect(failures[1]).toMatchObject({
      ...{
        row: 3,
        offset: 2n,
        table: 't',
        step: 'land',
        reason: 'id is NULL, and a row of this table is known by it',
      },
    })
    expect(steps).toMatchObject([{ step: 'land', rowsIn: 500, rowsOut: 250, filtered: 0, failed: 250 }])
    expect(bench.counts()).toMatchObject({ rows: 250, landed: 250 })
  })

  it('take the other rows of their record with them', () => {
    const steps = [
      step('kept', "SELECT * FROM input WHERE status <> 'drop'"),
      step(
        'twice',
        "SELECT kept.*, iif(value = 1, 1, nullif(kept.id, 2)) AS n FROM kept, json_each('[1,2]')",
      ),
    ]
    const bench = new KeyedBench(columns, [table('t', 's', steps, { key: keyOf(['id', 'n']) })])
    const result = bench.batch([row(1, 1, ''), row(2, 2, ''), row(3, 3, ''), row(4, 4, 'drop')])
    expect(bench.all('SELECT id, n FROM t ORDER BY id, n')).toEqual([
      { id: 1, n: 1 },
      { id: 3, n: 1 },
      { id: 3, n: 3 },
    ])
    expect(result.failures.map(({ row: at, reason }) => [at, reason.split(',')[0]])).toEqual([
      [2, 'n is NULL'],
    ])
  })

  it('are found one by one where a step groups', () => {
    const steps = [step('counted', 'SELECT id, count(*) AS n FROM input GROUP BY id')]
    const bench = new KeyedBench(columns, [table('t', 's', steps, { key: keyOf(['id']) })])
    const result = bench.batch([row(1, 1, ''), row(2, null, ''), row(3, 1, ''), row(4, null, '')])
    expect(result.failures.map(({ row: at }) => at).sort()).toEqual([2, 4])
    expect(bench.all('SELECT id, n FROM t')).toEqual([{ id: 1, n: 2 }])
    expect(bench.counts()).toMatchObject({ rows: 1, landed: 1 })
  })

  it('and records that a step cannot take do not disturb each other', () => {
    const steps = [step('parsed', "SELECT id, json_extract(status, '$.a') AS a FROM input")]
    const bench = new KeyedBench(columns, [table('t', 's', steps, { key: keyOf(['id']) })])
    const result = bench.batch([
      ...[
        row(1, 1, '{"a":1}'),
        row(2, null, '{"a":2}'),
        row(3, 3, 'bad'),
        row(4, 4, '{"a":4}'),
        row(5, 1, '{"a":5}'),
      ],
    ])
    expect(bench.all('SELECT id, a FROM t ORDER BY id')).toEqual([
      { id: 1, a: 5 },
      { id: 4, a: 4 },
    ])
    expect(result.failures.map(({ row: at }) => at).sort()).toEqual([2, 3])
    expect(bench.counts()).toMatchObject({ rows: 2, landed: 3, updated: 1 })
    expect(result.steps).toMatchObject([{ rowsIn: 5, rowsOut: 3, failed: 2 }])
  })
})
