import { describe, expect, test } from 'vitest'
import { type HeldRelation, lossesOf } from '../../../src-main/workspace/losses.ts'
import { rollup, source, step, table, workspace } from '../../support/workspaces.ts'
import type { Rollup, Workspace } from '../../../src-main/workspace/model.ts'

const hourly = { window: { everyMs: 3_600_000, overMs: null, on: 'at', zone: null } }
const daily = { window: { everyMs: 86_400_000, overMs: null, on: 'window_start', zone: null } }
const hours = rollup('hours', 't', { n: 'count(*)' }, hourly)
const days = rollup('days', 'hours', { n: 'n' }, daily)
const ever = rollup('ever', 'days', { n: 'n' })
const anew = (name: string, held: string): string => `rollup ${name} is made anew, from ${held} still holds`

function withRollups(...rollups: Rollup[]): Workspace {
  return workspace('/w', {
    sources: [source('s', 's.ndjson', [])],
    tables: [table('t', 's', [step('all', 'SELECT * FROM input')])],
    rollups,
  })
}

test('what is made of a rollup that is made anew is made anew, too', () => {
  const changed = { ...hours, by: ['city'] }
  expect(lossesOf(withRollups(hours, days, ever), withRollups(changed, days, ever))).toEqual([
    anew('hours', 'the rows that its table'),
    anew('days', 'what hours'),
    anew('ever', 'what days'),
  ])
})

test('how long windows are kept, what measures are called, and where they stand in the file, is no other rollup', () => {
  const position = { line: 9, column: 9 }
  const measures = hours.measures.map((measure) => ({ ...measure, name: 'rows' }))
  const moved = { ...hours, measures, retainAgeMs: null, position, places: { from: position } }
  expect(lossesOf(withRollups({ ...hours, retainAgeMs: 5 }, days), withRollups(moved, days))).toEqual([])
})

test('an appended table that goes over to another source gets twice what both read', () => {
  const t = (of: string, extra = {}) =>
    workspace('/w', {
      sources: [source(of, 's.ndjson', [])],
      tables: [table('t', of, [step('all', 'SELECT * FROM input')], extra)],
    })
  const words = ['table t goes over from source s to renamed; records that both read are in it twice']
  expect(lossesOf(t('s'), t('renamed'))).toEqual(words)
  const key = { columns: ['k'], newestBy: null, deleteWhen: null, position: { line: 1, column: 1 } }
  expect(lossesOf(t('s', { key }), t('renamed', { key }))).toEqual([])
  const holding = (rows: number) => ({
    ...{ rollups: new Map<string, HeldRelation>(), sizeBytes: 1 },
    tables: new Map([['t', { rows, evicted: 0 }]]),
  })
  expect(lossesOf(t('s'), t('renamed'), holding(0))).toEqual([])
  expect(lossesOf(t('s'), t('renamed'), holding(1))).toEqual(words)
})

describe('of a store at rest', () => {
  const relation = (rows: number, evicted: number) => ({ rows, evicted })
  const held = (table: HeldRelation, below: HeldRelation, groups = 5) => ({
    tables: new Map([['t', table]]),
    rollups: new Map([
      ['hours', below],
      ['days', relation(groups, 0)],
    ]),
    sizeBytes: 1000,
  })
  const before = withRollups(hours, days)

  test('nothing is lost by a rollup that is made anew of all that it was made from', () => {
    const after = withRollups(hours, { ...days, by: ['city'] })
    expect(lossesOf(before, after, held(relation(9, 0), relation(9, 0)))).toEqual([])
    expect(lossesOf(before, after, held(relation(9, 0), relation(9, 1)))).toEqual([
      anew('days', 'what hours'),
    ])
    expect(lossesOf(before, after, held(relation(9, 1), relation(9, 0)))).toEqual([
      anew('days', 'what hours'),
    ])
    expect(lossesOf(before, after, held(relation(9, 1), relation(9, 1), 0))).toEqual([])
  })

  test('what the store does not know may be lost', () => {
    const empty = { tables: new Map(), rollups: new Map([['hours', relation(1, 0)]]), sizeBytes: 1000 }
    expect(lossesOf(before, withRollups({ ...hours, by: ['city'] }), empty)).toEqual([
      anew('hours', 'the rows that its table'),
    ])
  })

  test('a removed rollup is lost where it has windows', () => {
    const words = (name: string): string => `rollup ${name} is removed with all its windows`
    const store = held(relation(9, 0), relation(9, 0), 0)
    expect(lossesOf(before, withRollups(), store)).toEqual([words('hours')])
  })

  test.each([
    [{ retainRows: 10 }, 9, false],
    [{ retainRows: 10 }, 10, false],
    [{ retainRows: 10 }, 11, true],
    [{ retainAgeMs: 10 }, 1, true],
    [{ retainBytes: 10 }, 1, true],
    [{ retainBytes: 10, retainAgeMs: 10, retainRows: 10 }, 0, false],
  ])('a table that keeps less loses rows where it has more: %j, %i rows', (bounds, rows, isLost) => {
    const after = { ...before, tables: before.tables.map((one) => ({ ...one, ...bounds })) }
    const losses = lossesOf(before, after, held(relation(rows, 0), relation(9, 0)))
    expect(losses).toEqual(isLost ? ['table t keeps less; its oldest rows go'] : [])
  })

  test('a smaller budget evicts where the store is larger', () => {
    const within = (budgetBytes: number): Workspace => ({
      ...before,
      store: { ...before.store, budgetBytes },
    })
    const store = held(relation(9, 0), relation(9, 0))
    expect(lossesOf(before, within(1000), store)).toEqual([])
    expect(lossesOf(before, within(999), store)).toHaveLength(1)
  })
})
