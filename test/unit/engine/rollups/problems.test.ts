import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { planRollups } from '../../../../src-main/engine/rollups/plan-rollups.ts'
import { problemsOf, RollupBench, shape, workspaceOf } from './rollup-bench.ts'

describe('what a measure cannot be', () => {
  test.each([
    [
      'count(distinct city)',
      /exact count of distinct values cannot be merged.*\| write approx_count_distinct\(city\)/,
    ],
    ['sum(distinct amount)', /sum\(DISTINCT \.\.\.\) cannot be merged/],
    ['median(weight)', /exact median cannot be merged.*percentile_approx/],
    ['group_concat(city)', /list of all values cannot be kept/],
    ['nonsense(amount)', /nonsense is no aggregate that a rollup can keep \| there are count, sum/],
    ['sum(nowhere)', /t has no column "nowhere" \| there are at, city, amount/],
    ['sum(amuont + weight)', /t has no column "amuont" \| write "amount"/],
    ['sum("no where")', /t has no column "no where"/],
    ['sum(city)', /sum needs numbers, and city is text/],
    ['avg(sum(amount))', /misuse of aggregate.*\| write one aggregate over the columns of a row/],
    ['sum(amount) / count(*)', /"\/" cannot stand here \| make each aggregate a measure, and compute/],
    [
      'percentile_cont(0.5) within group (order by weight)',
      /ordered values cannot be merged.*percentile_approx/,
    ],
    ['sum(amount) over (partition by city)', /"over" cannot stand here \| write one aggregate/],
    ['count(*) filter (where nowhere > 1)', /t has no column "nowhere"/],
    ['count(*) filter amount > 1', /the filter is not complete/],
    ['count(*) over ()', /"over" cannot stand here/],
    ['amount', /"amount" is no aggregate \| for example max\(amount\)/],
    ['amount + 1', /is no aggregate/],
    ['sum(amount', /a bracket is not closed \| write \) where the aggregate ends/],
    ['sum()', /sum has nothing to aggregate/],
    ['sum(*)', /sum\(\*\) has no meaning/],
    ['sum(amount, weight)', /sum takes one argument \| for example sum\(amount\)/],
    ['min(city, amount)', /min takes one argument \| .* write min_by\(value, other\)/],
    ['sum(nonsense(amount))', /no such function: nonsense \| a measure may use the functions of SQLite/],
    ['sum(amount order by at)', /near "order": syntax error \| write one aggregate over the columns/],
    ['sum(row_number() over ())', /misuse of window function.*\| write one aggregate over the columns/],
    ['max((select 1))', /no SELECT inside/],
    ['max(:value)', /no parameters/],
    ['count(*) filter (where city in t)', /cannot look into t: it would change with it \| write it over/],
    [
      'sum(amount + random() % 2)',
      /random\(\) is another each time.*\| write it over the columns of one row/,
    ],
    ['count(*) filter (where at > unixepoch() * 1000)', /unixepoch\(\) is another each time.*_ingested_at/],
    ["count(*) filter (where at > strftime('%s'))", /strftime\(\) is another each time.*_ingested_at/],
    ["count(*) filter (where at > julianday('Now'))", /'Now' is another each time.*_ingested_at/],
    ['max(current_timestamp)', /current_timestamp is another each time.*_ingested_at/],
    ['percentile_approx(weight, 99)', /share between 0 and 1/],
    ['percentile_approx(weight)', /share between 0 and 1/],
    ['last(amount, city)', /last goes by city, which is no timestamp/],
  ])('%s', (measure, problem) => {
    const [first, second] = problemsOf(`r: { from: t, measures: { m: ${JSON.stringify(measure)} } }`)
    expect(first).toMatch(problem)
    expect(first).toMatch(/^rollups\.r\.measures\.m: measure m: /)
    expect(second).toBeUndefined()
  })
})

test.each([
  "count(*) filter (where city in ('now and then', 'b'))",
  'count(*) filter (where city in (values (1), (2)))',
  "max(strftime('%Y', at / 1000, 'unixepoch'))",
  "count(*) filter (where date(at / 1000, 'unixepoch') > '2026-01-01')",
])('what comes from the row alone is a measure: %s', (measure) => {
  expect(problemsOf(`r: { from: t, measures: { m: ${JSON.stringify(measure)} } }`)).toEqual([])
})

test('a problem is shown where it is written', () => {
  const scratch = new Database(':memory:')
  const rollups = [
    'a:',
    '  from: t',
    '  window:',
    '    every: 1h',
    '    on: city',
    '  by: [city,',
    '    nothing]',
    '  measures:',
    '    n: sum(nowhere)',
    'b:',
    '  measures: { n: n }',
    '  window: { every: 90s,',
    '    on: window_start }',
    '  from: c',
    'c: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) } }',
  ].join('\n')
  const { problems } = planRollups(workspaceOf(rollups), [shape], scratch)
  scratch.close()
  const line = (text: string): number => 5 + rollups.split('\n').findIndex((each) => each.includes(text))
  expect(problems.map(({ path, line: at }) => [path, at])).toEqual([
    ['rollups.a.window.on', line('on: city')],
    ['rollups.a.by[1]', line('nothing]')],
    ['rollups.a.measures.n', line('sum(nowhere)')],
    ['rollups.b.window.every', line('every: 90s')],
  ])
})

test('a comment may end a filter', () => {
  const bench = new RollupBench(`
r:
  from: t
  measures:
    n: |
      count(*) filter (where amount > 5 -- large
      )
`)
  const row = { at: 0, city: '', weight: 0 }
  bench.land([
    { ...row, amount: 5 },
    { ...row, amount: 6 },
  ])
  expect(bench.rows('SELECT n FROM r')).toEqual([[1]])
})

describe('what a rollup cannot be made from', () => {
  test.each([
    [
      'r: { from: t, window: { every: 1h, on: city }, measures: { n: count(*) } }',
      /city is text and no timestamp.*at, _timestamp/,
    ],
    [
      'r: { from: t, window: { every: 1h, on: any }, measures: { n: count(*) } }',
      /any is an expression of no certain type.*name a timestamp column that steps pass on as it is: at/,
    ],
    [
      'r: { from: t, window: { every: 1h, on: nothing }, measures: { n: count(*) } }',
      /t has no column "nothing"/,
    ],
    [
      'r: { from: t, by: [cty], measures: { n: count(*) } }',
      /rollups\.r\.by\[0\]: t has no column "cty" \| write "city"/,
    ],
    [
      'a: { from: t, window: { every: 1h, over: 2h, on: at }, measures: { n: count(*) } }\nr: { from: a, measures: { n: n } }',
      /windows of a overlap, so that rows would count several times/,
    ],
    [
      'a: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) } }\nr: { from: a, window: { every: 15m, on: window_start }, measures: { n: n } }',
      /windows of a do not fit into these evenly/,
    ],
    [
      'a: { from: t, window: { every: 1h, on: at }, measures: { n: count(*) } }\nr: { from: a, window: { every: 1d, on: window_start, zone: Asia/Kolkata }, measures: { n: n } }',
      /use the same zone in both/,
    ],
    [
      'a: { from: t, window: { every: 3d, on: at }, measures: { n: count(*) } }\nr: { from: a, window: { every: 21d, on: window_start }, measures: { n: n } }',
      /windows of a do not fit into these evenly \| weeks begin on Mondays: write every: 1d in a, or make it from t/,
    ],
    [
      'a: { from: t, measures: { n: avg(amount) } }\nr: { from: a, measures: { n: avg(n) } }',
      /avg\(n\) is not what the rows would give \| write n: it is merged as it should be/,
    ],
    ['a: { from: t, measures: { n: count(*) } }\nr: { from: a, measures: { n: m } }', /a has no measure "m"/],
    [
      'a: { from: t, measures: { n: count(*) } }\nr: { from: a, by: city, measures: { n: n } }',
      /a has no column "city"/,
    ],
  ])('%s', (rollups, problem) => {
    expect(problemsOf(rollups).at(-1)).toMatch(problem)
  })

  test.each([
    ['r: { from: tt, measures: { n: count(*) } }', /no table or rollup "tt".*write "t"/s],
    ['r: { from: r, measures: { n: count(*) } }', /r is made from itself/],
    ['a: { from: b, measures: { n: n } }\nb: { from: a, measures: { n: n } }', /made from itself/],
    ['t: { from: t, measures: { n: count(*) } }', /"t" is already the name of a table/],
    [
      'r: { from: t, by: [n], measures: { n: count(*) } }',
      /"n" is already the name of a column of this rollup/,
    ],
    [
      'r: { from: t, window: { every: 1h, on: at }, measures: { window_end: count(*) } }',
      /already the name of a window column/,
    ],
    ['r: { from: t, window: { every: 7h, on: at }, measures: { n: count(*) } }', /fill a day evenly/],
    ['r: { from: t, window: { every: 36h, on: at }, measures: { n: count(*) } }', /last whole days/],
    ['r: { from: t, window: { every: 500ms, on: at }, measures: { n: count(*) } }', /whole seconds/],
    [
      'r: { from: t, window: { every: 1h, over: 90m, on: at }, measures: { n: count(*) } }',
      /over is no multiple of every/,
    ],
    [
      'r: { from: t, window: { every: 1s, over: 1d, on: at }, measures: { n: count(*) } }',
      /would be in 86400 windows/,
    ],
    [
      'r: { from: t, window: { every: 1h, on: at, zone: Mars/Olympus }, measures: { n: count(*) } }',
      /is no time zone/,
    ],
    ['r: { from: t, measures: {} }', /there are no measures/],
    ['r: { from: t, measures: { n: count(*) }, retain: { age: 1d } }', /without windows nothing grows old/],
  ])('%s', (rollups, problem) => {
    expect(() => workspaceOf(rollups)).toThrow(problem)
  })
})
