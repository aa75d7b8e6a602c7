import { describe, expect, it } from 'vitest'
import { column, step, table } from '../../../support/workspaces.ts'
import { type BenchRecord, distinctBy, KeyedBench } from './keyed-bench.ts'

const columns = [column('id', 'integer'), column('at', 'timestamp')]
const now = 1_000_000
const row = (offset: number, id: number | null, at: number | null): BenchRecord => ({
  ...{ values: [id, at], offset, timestampMs: 500 },
})
const offsets = (bench: KeyedBench): unknown[] =>
  bench.all('SELECT _offset FROM t ORDER BY rowid').map((found) => (found as { _offset: number })._offset)
const timed = (steps = [step('all', 'SELECT * FROM input')]): KeyedBench =>
  new KeyedBench(
    ...([columns, [table('t', 's', steps, { deduplicate: distinctBy(['id'], 100) })], 'at'] as const),
  )

describe('a table without duplicates', () => {
  it('leaves out a key that landed inside the horizon, in its batch or before', () => {
    const bench = timed()
    bench.batch([row(1, 1, 1000), row(2, 1, 1050), row(3, 2, 1000), row(4, 1, 1101)], now)
    bench.batch([row(5, 1, 1150), row(6, 2, 1100), row(7, 2, 1101)], now)
    expect(offsets(bench)).toEqual([1, 3, 4, 7])
    expect(bench.counts()).toMatchObject({ rows: 4, landed: 4, duplicates: 3 })
  })

  it('decides the same however batches are cut', () => {
    const records = Array.from({ length: 60 }, (_, index) =>
      row(index, index % 3, 1000 + ((index * 37) % 400)),
    )
    const whole = timed()
    whole.batch(records, now)
    const cut = timed()
    for (const record of records) cut.batch([record], now)
    expect(offsets(cut)).toEqual(offsets(whole))
    expect(cut.counts().duplicates).toBe(whole.counts().duplicates)
    expect(whole.counts().duplicates).toBeGreaterThan(0)
  })

  it('compares with the records around it, and not where it is behind the newest by more than the horizon', () => {
    const bench = timed()
    bench.batch([row(1, 1, 1000), row(2, 1, 1300)], now)
    bench.batch([row(3, 1, 1150), row(4, 1, 1250), row(5, 1, 950)], now)
    expect(offsets(bench)).toEqual([1, 2, 3, 5])
  })

  it('lands rows without a key: they are known by nothing', () => {
    const bench = timed()
    expect(bench.batch([row(1, null, 1000), row(2, null, 1000)], now).failures).toEqual([])
    expect(offsets(bench)).toEqual([1, 2])
  })

  it('takes the event time of the record where the step does not give it, and else its timestamp', () => {
    const bench = timed([step('some', 'SELECT id FROM input')])
    bench.batch([row(1, 2, null), row(2, 2, 600), row(3, 2, 601), row(4, 1, 1000), row(5, 1, 1101)], now)
    expect(offsets(bench)).toEqual([1, 3, 4, 5])
  })

  it('forgets what is older than twice the horizon, and a clock in the future makes nothing forgotten', () => {
    const bench = timed()
    bench.batch([row(1, 1, 1000), row(2, 2, 1150), row(3, 3, 1201)], now)
    const seen = (): unknown[] => bench.all('SELECT id FROM _penstock_seen_t ORDER BY id')
    expect(seen()).toEqual([{ id: 2 }, { id: 3 }])
    bench.batch([row(4, 4, 4_000_000_000_000)], 1210)
    expect(seen()).toEqual([{ id: 2 }, { id: 3 }, { id: 4 }])
    bench.batch([row(5, 3, 1211), row(6, 4, 1212)], 1220)
    expect(offsets(bench)).toEqual([1, 2, 3, 4])
  })

  it('goes on comparing the records of an old capture after one of the future', () => {
    const bench = timed()
    bench.batch([row(1, 1, 1000), row(2, 9, 4_000_000_000_000), row(3, 1, 1010)], now)
    bench.batch([row(4, 1, 1020), row(5, 9, 4_000_000_000_001)], now + 1)
    expect(offsets(bench)).toEqual([1, 2])
    bench.batch([row(6, 1, 1101)], now + 1)
    expect(offsets(bench)).toEqual([1, 2, 6])
  })

  it('goes on comparing the records of an old capture after one without event time', () => {
    const bench = timed()
    bench.batch([row(1, 1, 1000), { ...row(2, 9, null), timestampMs: now }, row(3, 1, 1010)], now)
    bench.batch([row(4, 1, 1020), { ...row(5, 9, null), timestampMs: now }], now)
    expect(offsets(bench)).toEqual([1, 2])
  })

  it('forgets by the time of arrival where all clocks are ahead', () => {
    const bench = timed()
    for (const [id, arrival] of [1000, 1100, 1350].entries())
      bench.batch([row(id, id, 4_000_000_000_000)], arrival)
    expect(bench.all('SELECT id FROM _penstock_seen_t ORDER BY id')).toEqual([{ id: 2 }])
  })

  it('tells keys apart as SQL does', () => {
    const own = [column('k', 'text'), column('n', 'integer')]
    const tables = [table('t', 's', [], { deduplicate: distinctBy(['K', 'n'], 100) })]
    const bench = new KeyedBench(own, tables)
    bench.batch([
      ...['a', 'A', 'a', 'a '].map((k, offset) => ({ values: [k, 1], offset })),
      { values: ['a', 2], offset: 9 },
    ])
    expect(offsets(bench)).toEqual([0, 1, 3, 9])
  })

  it('goes back with the batch where a record fails', () => {
    const steps = [step('parsed', "SELECT id, json_extract(at, '$') AS at FROM input")]
    const own = [column('id', 'integer'), column('at', 'text')]
    const bench = new KeyedBench(own, [table('t', 's', steps, { deduplicate: distinctBy(['id'], 100) })])
    const text = (offset: number, id: number, at: string): BenchRecord => ({ values: [id, at], offset })
    const result = bench.batch([text(1, 1, '1'), text(2, 1, 'bad'), text(3, 1, '2'), text(4, 2, '3')], now)
    expect(result.failures).toHaveLength(1)
    expect(offsets(bench)).toEqual([1, 4])
    expect(bench.counts()).toMatchObject({ rows: 2, duplicates: 1 })
  })
})
