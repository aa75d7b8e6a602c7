/** What the console says of tables with a key, and of those without duplicates. */
import { describe, expect, it } from 'vitest'
import { stageFigures } from '../../../src-renderer/features/overview/graph-figures.ts'
import { keyFigures } from '../../../src-renderer/features/pipelines/key-figures.ts'
import { stepRows } from '../../../src-renderer/features/pipelines/step-rows.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import { FakeEngine } from './fake-engine.ts'

type Table = WorkspaceView['tables'][number]
const counts = {
  rows: 1200,
  landed: 5000,
  updated: 3000,
  deleted: 700,
  stale: 12,
  duplicates: 44,
  evicted: 100,
}

function shown(extra: Partial<Table>) {
  const engine = new FakeEngine({ scenario: 'busy', now: () => 1_800_000_000_000 })
  const snapshot = engine.snapshot()
  const tables = engine.workspace.tables.map((table) => ({ ...table, ...extra }))
  const name = tables[0]?.name ?? ''
  const live = snapshot.tables.map((table) => ({ ...table, ...counts }))
  const table = tables[0] ?? { key: [], newestBy: null, deleteWhen: null, deduplicate: null }
  const workspace = { ...engine.workspace, tables }
  return {
    stage: stageFigures(
      { id: `table:${name}`, kind: 'table', table: name, source: '' },
      { workspace, snapshot: { ...snapshot, tables: live } },
    ),
    figures: keyFigures(table, live[0] ?? null),
    before: keyFigures(table, null),
  }
}

describe('a table in the console', () => {
  it('that only appends says nothing of keys', () => {
    const { stage, figures } = shown({})
    expect([stage.caption, stage.detail]).toEqual(['table', '1,200 rows, 100 evicted'])
    expect(figures).toEqual([])
  })

  it('with a key shows it, and what its records did', () => {
    const { stage, figures, before } = shown({
      key: ['shop', 'order_id'],
      newestBy: 'at',
      deleteWhen: 'gone',
    })
    expect(stage.caption).toBe('keyed table')
    expect(stage.detail).toBe(
      '1,200 rows, 100 evicted; one row by shop, order_id\n3,000 updated, 700 deleted, 12 stale',
    )
    expect(figures.map(({ name, value }) => [name, value])).toEqual([
      ['Key', 'shop, order_id'],
      ['Updated', '3k'],
      ['Deleted', '700'],
      ['Stale', '12'],
    ])
    expect(figures[0]?.title).toBe('The record with the newest at wins; a row is deleted when gone')
    expect(before.map(({ value }) => value)).toEqual(['shop, order_id', '–', '–', '–'])
  })

  it('without duplicates says of what, and how many were left out', () => {
    const { stage, figures } = shown({ deduplicate: { by: ['order_id'], withinMs: 3_600_000 } })
    expect([stage.caption, stage.detail.split('\n')[1]]).toEqual([
      'distinct',
      '44 duplicates by order_id left out',
    ])
    expect(figures).toEqual([
      { name: 'No duplicates of', value: 'order_id', title: 'A key is remembered for 1 h' },
      { name: 'Duplicates', value: '44', title: '44 records left out because their key had landed' },
    ])
  })
})

describe('the steps of a table without steps', () => {
  it('tell how many records had no key', () => {
    const engine = new FakeEngine({ scenario: 'busy', now: () => 1_800_000_000_000 })
    const [first] = engine.workspace.tables
    if (first === undefined) throw new Error('no table')
    const table = { ...first, steps: [] }
    const snapshot = engine.snapshot()
    const step = { table: table.name, step: 'land', rowsIn: 10, rowsOut: 7, filtered: 0, failed: 3, ms: 1 }
    const rates = { rowsInPerSecond: 0, rowsOutPerSecond: 0, failedPerSecond: 0 }
    const rows = stepRows(table, engine.workspace, { ...snapshot, steps: [{ ...step, ...rates }] })
    expect(rows.at(-1)).toMatchObject({ name: 'land', failed: 3 })
  })
})
