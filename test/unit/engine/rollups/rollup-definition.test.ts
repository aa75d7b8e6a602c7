/** What makes the kept windows of a rollup others, and what becomes of those that cannot go on. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { definitionOf } from '../../../../src-main/engine/rollups/rollup-definition.ts'
import type { RollupPlan } from '../../../../src-main/engine/rollups/rollup-plan.ts'
import { planOf, type Row, RollupBench, shape, workspaceOf } from './rollup-bench.ts'

const hour = 3_600_000
const written = (more = ''): string =>
  `r: { from: t, window: { every: 1h, on: at }, by: [city], measures: { n: count(*), total: sum(amount), most: max("any") }${more} }`
const row = (at: number): Row => ({ at, city: 'a', amount: 1, weight: null })

describe('the definition of a rollup', () => {
  const definition = (text: string): string => planOf(text).definition

  test('counts the event time that first and last go by although the rollup does not name it', () => {
    const ever = 'r: { from: t, measures: { last: last(city) } }'
    const named = "r: { from: t, measures: { last: 'last(city, at)' } }"
    expect(planOf(ever, shape, 'at').definition).not.toBe(planOf(ever).definition)
    expect(planOf(named, shape, 'at').definition).toBe(planOf(named).definition)
  })

  test.each([
    ['another window', written().replace('1h', '2h')],
    ['windows of a zone', written().replace('on: at', 'on: at, zone: Europe/Zurich')],
    ['sliding windows', written().replace('every: 1h', 'every: 1h, over: 2h')],
    ['another key', written().replace('[city]', '[amount]')],
    ['no key', written().replace('by: [city], ', '')],
    ['another measure', written().replace('sum(amount)', 'sum(weight)')],
    ['a filter', written().replace('count(*)', 'count(*) filter (where amount > 1)')],
    ['a measure more', written().replace('n: count(*)', 'n: count(*), least: min(amount)')],
  ])('changes with %s', (_, other) => {
    expect(definition(other)).not.toBe(definition(written()))
  })

  test('does not change with how long windows are kept, and what measures are called', () => {
    expect(definition(written(', retain: { age: 2h }'))).toBe(definition(written()))
    expect(definition(written().replace('{ n: ', '{ rows: '))).toBe(definition(written()))
  })

  test('changes with the types of columns where these are stored', () => {
    const typed = (type: 'text' | 'integer'): string =>
      planOf(written(), {
        ...shape,
        columns: shape.columns.map((column) => (column.name === 'any' ? { ...column, type } : column)),
      }).definition
    expect(new Set([typed('text'), typed('integer'), definition(written())]).size).toBe(3)
    const last = 'r: { from: t, measures: { m: "last(city, amount)" } }'
    const by = planOf(last, {
      ...shape,
      columns: shape.columns.map((one) => (one.name === 'amount' ? { ...one, type: 'timestamp' } : one)),
    })
    expect(by.states[0]?.sqlType).toBe(planOf(last).states[0]?.sqlType)
    expect(by.definition).not.toBe(definition(last))
  })

  const [rollup] = workspaceOf(written()).rollups
  const plan = planOf(written())
  const of = ({ keys, states, columns }: Pick<RollupPlan, 'keys' | 'states' | 'columns'>): string => {
    if (rollup === undefined) throw new Error('there is no rollup')
    return definitionOf(rollup, { keys, states, columns })
  }

  test('does not count by what SQL states are computed', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (fromRows, fromStates, merge) => {
        const states = plan.states.map((state) => ({ ...state, fromRows, fromStates, merge }))
        expect(of({ ...plan, states })).toBe(plan.definition)
      }),
    )
  })

  test('changes with the form of any state, and with any column', () => {
    const all = new Set([plan.definition])
    plan.states.forEach((_, at) => {
      const states = plan.states.map((state, index) =>
        index === at ? { ...state, kind: `${state.kind}+` } : state,
      )
      all.add(of({ ...plan, states }))
    })
    plan.columns.forEach((_, at) => {
      const columns = plan.columns.map((column, index) =>
        index === at ? { ...column, sqlType: 'BLOB' } : column,
      )
      all.add(of({ ...plan, columns }))
    })
    expect(all.size).toBe(1 + plan.states.length + plan.columns.length)
  })
})

describe('a store of another version of Penstock', () => {
  const windows = 'SELECT window_start, city, n, total FROM r ORDER BY window_start'
  const two = [
    [0, 'a', 1, 1],
    [hour, 'a', 2, 2],
  ]
  const stored = 'SELECT definition FROM sys_rollups'
  const { definition, earlierDefinition } = planOf(written())

  /** Two windows, of which the table holds one row; by a version that defined the rollup so. */
  function filled(as: string): RollupBench {
    const bench = new RollupBench(written())
    bench.land([row(0), row(hour), row(hour)])
    bench.evictRows()
    bench.database.prepare('UPDATE sys_rollups SET definition = ?').run(as)
    bench.events.length = 0
    return bench
  }

  test('goes on where it counted the same SQL, whatever else changed in the file', () => {
    const bench = filled(earlierDefinition)
    bench.restart(written())
    expect([bench.rows(windows), bench.rows(stored), bench.events]).toEqual([two, [[definition]], []])
  })

  test('goes on where the SQL is another, and file and columns are the same', () => {
    const bench = filled('0123456789abcdef0123456789abcdef')
    bench.restart(written(), true)
    expect([bench.rows(windows), bench.rows(stored), bench.events]).toEqual([two, [[definition]], []])
    bench.land([row(hour)])
    expect(bench.rows(windows)).toEqual([two[0], [hour, 'a', 3, 3]])
  })

  test('is kept aside where what is stored has another form and cannot be made again', () => {
    const bench = filled(definition.replace(/[^:]*$/u, 'other'))
    bench.restart(written(), true)
    bench.catchUp()
    expect(bench.rows(windows)).toEqual([[hour, 'a', 1, 1]])
    expect(bench.rows(windows.replace('FROM r', 'FROM sys_r_before'))).toEqual(two)
    expect(bench.events[0]).toMatch(
      /^rollup-made r: r is stored in another form now and is made anew from the 1 rows that t holds; 2 rows that the table no longer holds are not in it\. What it held before is in sys_r_before\. To drop that, run DROP VIEW/u,
    )
    const types = (relation: string): unknown[] =>
      bench.rows(`SELECT column_name, type FROM _penstock_columns WHERE relation = '${relation}' ORDER BY 1`)
    expect(types('sys_r_before')).toEqual(types('r'))
    const [, drops] = /run (DROP .*) in the store/u.exec(bench.events[0] ?? '') ?? []
    bench.database.exec(drops ?? '')
    expect(bench.rows("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%before%'")).toEqual([[0]])
    bench.land([row(hour)])
    expect(bench.rows(windows)).toEqual([[hour, 'a', 2, 2]])
  })

  test('is kept aside once only, and goes with its rollup', () => {
    const bench = filled(definition.replace(/[^:]*$/u, 'other'))
    bench.restart(written())
    bench.catchUp()
    bench.database.prepare('UPDATE sys_rollups SET definition = ?').run('of an unknown form')
    bench.restart(written())
    expect(bench.rows(windows.replace('FROM r', 'FROM sys_r_before'))).toEqual([[hour, 'a', 1, 1]])
    bench.restart('other: { from: t, measures: { n: count(*) } }')
    expect(
      bench.rows("SELECT name FROM sqlite_schema WHERE name LIKE '%r/%' OR name LIKE '%before%'"),
    ).toEqual([['other/state']])
    expect(bench.rows("SELECT count(*) FROM _penstock_columns WHERE relation LIKE '%before'")).toEqual([[0]])
  })

  test('is made anew without more where all rows are there, or a person changed it', () => {
    const whole = new RollupBench(written())
    whole.land([row(0)])
    whole.database.exec("UPDATE sys_rollups SET definition = 'of an unknown form'")
    whole.restart(written())
    const changed = filled(definition)
    changed.restart(written().replace('sum(amount)', 'sum(weight)'))
    for (const bench of [whole, changed])
      expect(bench.rows("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%before%'")).toEqual([[0]])
    expect(whole.events).toEqual([
      'rollup-made r: r is stored in another form now and is made anew from the 1 rows that t holds',
    ])
    expect(changed.events).toEqual([
      'rollup-made r: r was changed and is made anew from the 1 rows that t holds; 2 rows that the table no longer holds are not in it',
    ])
  })

  test('shows its windows by the new name of a measure', () => {
    const bench = filled(definition)
    bench.restart(written().replace('{ n: ', '{ rows: '))
    expect(bench.rows('SELECT rows FROM r ORDER BY 1')).toEqual([[1], [2]])
    expect(bench.events).toEqual([])
  })

  test('is kept aside with what is made of it', () => {
    const days = 'days: { from: r, window: { every: 1d, on: window_start }, measures: { n: n } }'
    const bench = new RollupBench(`${written()}\n${days}`)
    bench.land([row(0), row(hour), row(hour)])
    bench.evictRows()
    const change = bench.database.prepare("UPDATE sys_rollups SET definition = ? WHERE name = 'r'")
    change.run(definition.replace(/[^:]*$/u, 'other'))
    bench.restart(`${written()}\n${days}`)
    bench.catchUp()
    expect(bench.rows('SELECT n FROM days UNION ALL SELECT n FROM sys_days_before')).toEqual([[1], [3]])
  })
})
