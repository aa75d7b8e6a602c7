import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Row, RollupBench } from './rollup-bench.ts'

const hour = 3_600_000
const row = (
  at: number | null,
  city: string | null,
  amount: bigint | number | null,
  weight: number | null = null,
): Row => ({
  at,
  city,
  amount,
  weight,
})

describe('measures of one batch', () => {
  test('counts, sums, extremes and averages by window and column, NULL keys apart', () => {
    const bench = new RollupBench(`
r:
  from: t
  window: { every: 1h, on: at }
  by: [city]
  measures:
    rows: count(*)
    amounts: count(amount)
    total: sum(amount)
    least: min(amount)
    most: max(amount)
    mean: avg(amount)
    large: count(*) filter (where amount > 5)
`)
    bench.land([
      row(0, 'a', 1),
      row(hour - 1, 'a', 9),
      row(hour, 'a', 5),
      row(10, null, 7),
      row(10, null, null),
      row(10, '', 2),
    ])
    expect(bench.rows('SELECT * FROM r ORDER BY window_start, city')).toEqual([
      [0, hour, null, 2, 1, 7, 7, 7, 7, 1],
      [0, hour, '', 1, 1, 2, 2, 2, 2, 0],
      [0, hour, 'a', 2, 2, 10, 1, 9, 5, 1],
      [hour, 2 * hour, 'a', 1, 1, 5, 5, 5, 5, 0],
    ])
  })

  test('rows before 1970 and without time: the first have windows, the others are counted', () => {
    const bench = new RollupBench('r: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) } }')
    bench.land([row(-1, 'a', 1), row(-hour, 'a', 1), row(null, 'a', 1)])
    expect(bench.rows('SELECT window_start, n FROM r')).toEqual([[-hour, 2]])
    expect(bench.set.states[0]).toMatchObject({ untimed: 1, rows: 3, groups: 1 })
  })

  test('sums of integers are exact up to 64 bits and go on as reals beyond', () => {
    const bench = new RollupBench('r: { from: t, by: [city], measures: { total: sum(amount) } }')
    const largest = 9_223_372_036_854_775_807n
    bench.land([row(0, 'exact', largest - 1n), row(0, 'beyond', largest), row(0, 'none', null)])
    bench.land([row(0, 'exact', 1n), row(0, 'beyond', largest), row(0, 'below', -largest - 1n)])
    bench.land([row(0, 'below', 1n)])
    const statement = bench.database.prepare('SELECT city, total FROM r ORDER BY city').safeIntegers().raw()
    expect(statement.all()).toEqual([
      ['below', -largest],
      ['beyond', 2 * Number(largest)],
      ['exact', largest],
      ['none', null],
    ])
  })

  test('sums over values of no certain type are integers while all are', () => {
    const bench = new RollupBench(
      'r: { from: t, by: [city], measures: { total: sum("any"), mean: avg("any") } }',
    )
    bench.land([
      { ...row(0, 'whole', 0), any: 3n },
      { ...row(0, 'mixed', 0), any: 3n },
      { ...row(0, 'mixed', 0), any: 0.5 },
    ])
    expect(bench.rows('SELECT city, total, typeof(total), mean FROM r ORDER BY city')).toEqual([
      ['mixed', 3.5, 'real', 1.75],
      ['whole', 3, 'integer', 3],
    ])
  })

  test('first and last go by event time, then by offset, whatever the batches', () => {
    const bench = new RollupBench(
      `r: { from: t, window: { every: 1d, on: at }, measures: { first: first(amount), last: last(amount), words: last(city), weight: last(weight), bytes: first(note), kind: last("any") } }`,
    )
    bench.land([
      { ...row(5, 'b', 2, 0.1), note: Buffer.from([0, 1]), any: 'x' },
      { ...row(5, 'c', 3, 0.2), note: Buffer.from([2]), any: 2.5 },
    ])
    bench.land([{ ...row(1, 'a', 9_007_199_254_740_993n, 0.3), note: null, any: 7n }])
    expect(
      bench.database
        .prepare('SELECT first, last, words, weight, bytes, kind FROM r')
        .safeIntegers()
        .raw()
        .all(),
    ).toEqual([[9_007_199_254_740_993n, 3n, 'c', 0.2, Buffer.from([0, 1]), 2.5]])
  })
})

describe('values and places at the edges of their types', () => {
  test('min_by and max_by go by integers of all 64 bits', () => {
    const bench = new RollupBench(
      'r: { from: t, measures: { least: "min_by(city, amount)", most: "max_by(city, amount)" } }',
    )
    const largest = 9_223_372_036_854_775_807n
    const amounts = { a: -largest - 1n, b: -1n, c: 0n, d: 4_611_686_018_427_387_905n, e: largest }
    for (const [city, amount] of Object.entries(amounts).toReversed()) {
      bench.land([row(0, city, amount)])
    }
    expect(bench.rows('SELECT least, most FROM r')).toEqual([['a', 'e']])
  })

  test('first and last give back texts with NUL, bytes and infinities, and older SQLite reads them', () => {
    const bench = new RollupBench(
      `r: { from: t, measures: { words: 'first(city, at)', bytes: 'first(note, at)', kind: 'first("any", at)', weight: 'first(weight, at)', kind2: 'last("any", at)', weight2: 'last(weight, at)' } }`,
    )
    const infinite = Number.POSITIVE_INFINITY
    const bytes = Buffer.from([0, 255, 65])
    bench.land([
      { ...row(1, 'a\0b', 1, infinite), note: bytes, any: '\0z' },
      { ...row(2, '', 1, -infinite), note: Buffer.from([]), any: bytes },
    ])
    expect(bench.rows('SELECT words, bytes, kind, weight, kind2, weight2 FROM r')).toEqual([
      ['a\0b', bytes, '\0z', infinite, bytes, -infinite],
    ])
    // unhex came with 3.41, and there are many tools with an older one.
    expect(bench.rows("SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%unhex%'")).toEqual([[0]])
  })

  test('the variance counts texts as SQL does, and goes to infinity where squares do', () => {
    const bench = new RollupBench('r: { from: t, measures: { spread: var_pop("any") } }')
    bench.land([
      { ...row(0, '', 0), any: '5' },
      { ...row(0, '', 0), any: 7n },
      { ...row(0, '', 0), any: 'x9' },
    ])
    expect(bench.rows('SELECT round(spread, 9) FROM r')).toEqual([[8.666666667]])
    bench.land([{ ...row(0, '', 0), any: 1e300 }])
    bench.restart('r: { from: t, measures: { spread: var_pop("any") } }')
    expect(bench.rows('SELECT spread FROM r')).toEqual([[Number.POSITIVE_INFINITY]])
  })

  test('a rollup of a rollup with values too large to be squared has an infinite variance', () => {
    const bench = new RollupBench(`
hours: { from: t, window: { every: 1h, on: at }, measures: { spread: var_pop(weight) } }
ever: { from: hours, measures: { spread: spread } }
`)
    bench.land([row(0, 'a', 1, 1e300), row(1, 'a', 1, 1), row(hour, 'a', 1, 2)])
    expect(bench.rows('SELECT spread FROM ever')).toEqual([[Number.POSITIVE_INFINITY]])
  })
})

describe('rollups over time', () => {
  const definition =
    'r: { from: t, window: { every: 1h, on: at }, by: [city], measures: { n: count(*), total: sum(amount) } }'

  test('a new rollup takes in what the table holds already, and batches meanwhile', () => {
    const bench = new RollupBench('r: { from: t, measures: { n: count(*) } }')
    bench.land(Array.from({ length: 60_000 }, (_, index) => row(index, 'a', 1)))
    bench.restart(definition)
    bench.land([row(1, 'a', 1)])
    expect(bench.rows('SELECT * FROM r')).toEqual([])
    bench.catchUp()
    bench.land([row(2, 'b', 5)])
    expect(bench.rows('SELECT city, n, total FROM r')).toEqual([
      ['a', 60_001, 60_001],
      ['b', 1, 5],
    ])
    expect(bench.events[0]).toBe(
      'rollup-made r: r was changed and is made anew from the 60000 rows that t holds',
    )
  })

  test('a new rollup of a rollup has all that this one holds, and the event says so', () => {
    const hours = 'hours: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) } }'
    const bench = new RollupBench(hours)
    bench.land([row(0, 'a', 1), row(hour, 'a', 1)])
    bench.restart(`${hours}\never: { from: hours, measures: { n: n } }`)
    bench.land([row(1, 'a', 1)])
    expect(bench.rows('SELECT n FROM ever')).toEqual([[3]])
    expect(bench.events).toEqual(['rollup-made ever: ever is new and is made from what hours holds'])
  })

  test('after a restart nothing is taken in twice', () => {
    const bench = new RollupBench(definition)
    bench.land([row(0, 'a', 1)])
    bench.restart(definition)
    bench.catchUp()
    bench.land([row(0, 'a', 2)])
    expect(bench.rows('SELECT n, total FROM r')).toEqual([[2, 3]])
  })

  test('windows go after their age, counted from the newest one; later rows for them are counted', () => {
    const bench = new RollupBench(
      'r: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) }, retain: { age: 2h } }',
    )
    bench.land([row(0, 'a', 1), row(5 * hour, 'a', 1)])
    bench.evict(4e12)
    expect(bench.rows('SELECT window_start FROM r')).toEqual([[5 * hour]])
    bench.land([row(1, 'a', 1), row(4 * hour, 'a', 1)])
    expect(bench.rows('SELECT window_start, n FROM r')).toEqual([
      [4 * hour, 1],
      [5 * hour, 1],
    ])
    expect(bench.set.states[0]).toMatchObject({ evicted: 1, missed: 1, groups: 2 })
  })

  test('a row that its rollup misses is missing in what is made of it, and is counted there, too', () => {
    const bench = new RollupBench(`
hours: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) }, retain: { age: 2h } }
ever: { from: hours, measures: { n: n } }
`)
    bench.land([row(0, 'a', 1), row(5 * hour, 'a', 1)])
    bench.land([row(1, 'a', 1), row(5 * hour, 'a', 1)])
    expect(bench.rows('SELECT n FROM ever')).toEqual([[3]])
    expect(bench.set.states.map(({ missed }) => missed)).toEqual([1, 1])
  })

  test('a clock far ahead does not make the others old', () => {
    const bench = new RollupBench(
      'r: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) }, retain: { age: 2h } }',
    )
    const now = 1_700_000_000_000
    bench.land([row(now, 'a', 1), row(8.64e15 - 1, 'a', 1)], now)
    bench.evict(now)
    bench.land([row(now, 'a', 1)], now)
    expect(bench.rows('SELECT n FROM r')).toEqual([[2], [1]])
  })

  test('a clock far ahead in an old capture does not make its history old', () => {
    const bench = new RollupBench(
      'r: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) }, retain: { age: 2h } }',
    )
    const now = 1_700_000_000_000
    bench.land([row(0, 'a', 1), row(3 * hour, 'a', 1), row(4e12, 'a', 1)], now)
    bench.evict(now)
    bench.land([row(4 * hour, 'a', 1), row(0, 'a', 1)], now)
    bench.evict(now)
    expect(bench.rows('SELECT n FROM r ORDER BY window_start')).toEqual([[1], [1], [1]])
    expect(bench.set.states[0]).toMatchObject({ evicted: 1, missed: 1 })
  })

  test('without windows, first and last go by the event time of the source', () => {
    const bench = new RollupBench(
      "r: { from: t, measures: { first: first(city), last: last(city), written: 'last(city, _offset)' } }",
      'at',
    )
    bench.land([row(2000, 'b', 1), row(3000, 'c', 1)])
    bench.land([row(1000, 'a', 1), row(null, 'd', 1)])
    expect(bench.rows('SELECT * FROM r')).toEqual([['a', 'c', 'd']])
  })

  test('what a rollup of a rollup does not keep itself is counted there as missed, and rows without time as untimed', () => {
    const bench = new RollupBench(`
minutes: { from: t, window: { every: 1m, on: at }, measures: { n: count(*) }, retain: { age: 9h } }
hours: { from: minutes, window: { every: 1h, on: window_start }, measures: { n: n }, retain: { age: 2h } }
days: { from: hours, window: { every: 1d, on: window_start, zone: UTC }, measures: { n: n } }
`)
    bench.land([row(10 * hour, 'a', 1), row(null, 'a', 1)])
    bench.land([row(8 * hour - 1, 'a', 1), row(8 * hour, 'a', 1), row(hour - 1, 'a', 1), row(null, 'a', 1)])
    expect(bench.rows('SELECT n FROM hours ORDER BY window_start')).toEqual([[1], [1]])
    expect(bench.set.states.map(({ name, missed, untimed }) => [name, missed, untimed])).toEqual([
      ['minutes', 1, 2],
      ['hours', 2, 2],
      ['days', 2, 2],
    ])
  })

  test('what another tool has dropped of a rollup is made anew from the rows', () => {
    const text = 'r: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) } }'
    const bench = new RollupBench(text)
    bench.land([row(0, 'a', 1), row(1, 'a', 1)])
    bench.database.exec('DROP TABLE "r/state"')
    bench.restart(text, true)
    bench.catchUp()
    expect(bench.rows('SELECT n FROM r')).toEqual([[2]])
    expect(bench.events[0]).toBe('rollup-made r: r is new and is made from the 2 rows that t holds')
  })

  test('keeping windows for another time, or for ever, leaves those that are there', () => {
    const kept = (retain: string): string =>
      `r: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) }${retain} }`
    const bench = new RollupBench(kept(', retain: { age: 90d }'))
    bench.land([row(0, 'a', 1)])
    bench.database.exec('DELETE FROM t')
    for (const retain of ['', ', retain: { age: 2h }', ', retain: { age: 9d }']) {
      bench.restart(kept(retain))
      expect(bench.rows('SELECT n FROM r')).toEqual([[1]])
    }
    expect(bench.events).toEqual([])
  })

  test('a row that makes a measure fail leaves the rollup behind, says so, and lands all the same', () => {
    const bench = new RollupBench(`
sound: { from: t, measures: { n: count(*) } }
r: { from: t, measures: { n: 'sum(abs(amount))' } }
`)
    bench.land([row(0, 'a', 1)])
    bench.land([row(0, 'a', -9_223_372_036_854_775_808n)])
    bench.land([row(0, 'a', 1)])
    expect(bench.rows('SELECT count(*) FROM t')).toEqual([[3]])
    expect(bench.rows('SELECT n FROM sound')).toEqual([[3]])
    expect(bench.rows('SELECT n FROM r')).toEqual([[1]])
    const problem = 'integer overflow, in one of the rows 2 to 2 of t'
    expect(bench.set.states.map((state) => state.problem)).toEqual(['', problem])
    expect(bench.events).toEqual([
      `rollup-failed r: r is not kept up to date any more: ${problem}. Change its measures, or leave such rows out with filter (where ...)`,
    ])
  })

  test('a rollup of a rollup gives what the rows give', () => {
    const bench = new RollupBench(`
hours:
  from: t
  window: { every: 1h, on: at }
  by: [city]
  measures: { n: count(*), total: sum(amount), mean: avg(weight), spread: stddev(weight), last: last(amount), worst: max(amount) }
days:
  from: hours
  window: { every: 1d, on: window_start }
  measures: { n: sum(n), total: total, mean: mean, spread: spread, last: last, worst: max(worst) }
straight:
  from: t
  window: { every: 1d, on: at }
  measures: { n: count(*), total: sum(amount), mean: avg(weight), spread: stddev(weight), last: last(amount), worst: max(amount) }
`)
    for (let batch = 0; batch < 5; batch++) {
      bench.land(
        Array.from({ length: 50 }, (_, index) =>
          row(
            (index * 7 + batch) * 1_080_000,
            String.fromCharCode(97 + (index % 3)),
            index * batch,
            (index * batch) % 11,
          ),
        ),
      )
    }
    const [days, straight] = ['days', 'straight'].map(
      (name) => bench.rows(`SELECT * FROM ${name}`) as number[][],
    )
    expect(days?.length).toBeGreaterThan(3)
    days?.forEach((day, at) => {
      day.forEach((value, column) => {
        expect(value).toBeCloseTo(straight?.[at]?.[column] ?? Number.NaN, 9)
      })
    })
  })
})

const streams = fc.array(
  fc.array(
    fc.record({
      at: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: -5, max: 60 }).map((n) => n * 400_000 + 17) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      city: fc.constantFrom('a', 'b', '', null),
      amount: fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constant(null)),
      weight: fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
        fc.constant(null),
      ),
    }),
    { maxLength: 20 },
  ),
  { maxLength: 8 },
)

test('kept rollups are what a recomputation from the rows gives, whatever the batches, order and restarts', () => {
  const text = `
tumbling:
  from: t
  window: { every: 1h, on: at }
  by: [city]
  measures: { n: count(*), c: count(weight), total: sum(amount), least: min(weight), most: max(city), some: sum(amount) filter (where weight > 0), distinct_amounts: approx_count_distinct(amount), spread: var_pop(weight), first: first(amount) }
sliding:
  from: t
  window: { every: 1h, over: 3h, on: at }
  measures: { n: count(*), total: sum(amount) }
coarse:
  from: tumbling
  by: [city]
  measures: { n: n, total: total, distinct_amounts: distinct_amounts, spread: spread }
`
  const start = `(at - ((at % ${String(hour)}) + ${String(hour)}) % ${String(hour)})`
  const first = (of: string): string =>
    `(SELECT amount FROM t AS u WHERE ${of} AND amount IS NOT NULL AND at IS NOT NULL ORDER BY at, _offset LIMIT 1)`
  const mean = (group: string): string =>
    `(SELECT avg(u.weight) FROM t AS u WHERE u.at IS NOT NULL AND u.city IS t.city${group})`
  const spread = (group: string): string =>
    `sum((weight - ${mean(group)}) * (weight - ${mean(group)})) / count(weight)`
  const sameWindow = `${start.replaceAll('at', 'u.at')} = ${start.replaceAll('at', 't.at')}`
  const wanted = {
    tumbling: `SELECT ${start} AS w, ${start} + ${String(hour)}, city, count(*), count(weight), sum(amount), min(weight), max(city),
        sum(amount) FILTER (WHERE weight > 0), count(DISTINCT amount), ${spread(` AND ${sameWindow}`)},
        ${first(`${sameWindow} AND u.city IS t.city`)}
      FROM t WHERE at IS NOT NULL GROUP BY w, city ORDER BY w, city`,
    sliding: `SELECT ${start} - b.value * ${String(hour)} AS w, ${start} - b.value * ${String(hour)} + 3 * ${String(hour)}, count(*), sum(amount)
      FROM t, json_each('[0,1,2]') b WHERE at IS NOT NULL GROUP BY w ORDER BY w`,
    coarse: `SELECT city, count(*), sum(amount), count(DISTINCT amount), ${spread('')} FROM t WHERE at IS NOT NULL GROUP BY city ORDER BY city`,
  }
  const order = { tumbling: '1, 3', sliding: '1', coarse: '1' }
  fc.assert(
    fc.property(streams, fc.array(fc.boolean(), { maxLength: 8 }), (batches, restarts) => {
      const bench = new RollupBench(text)
      batches.forEach((batch, index) => {
        bench.land(batch)
        if (restarts[index] === true) bench.restart(text)
      })
      for (const name of ['tumbling', 'sliding', 'coarse'] as const) {
        const kept = bench.rows(`SELECT * FROM ${name} ORDER BY ${order[name]}`) as unknown[][]
        const recomputed = bench.rows(wanted[name]) as unknown[][]
        expect(kept.length).toBe(recomputed.length)
        kept.forEach((values, at) => {
          values.forEach((value, column) => {
            const other = recomputed[at]?.[column]
            const isReal =
              typeof value === 'number' && typeof other === 'number' && !Number.isSafeInteger(other)
            if (isReal)
              expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(other)))
            else expect(value).toEqual(other)
          })
        })
      }
      expect(bench.rows('PRAGMA integrity_check')).toEqual([['ok']])
      bench.database.close()
    }),
    { numRuns: 30 },
  )
}, 60_000)
