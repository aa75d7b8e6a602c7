import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte'
import { afterEach, expect, it } from 'vitest'
import type { LiveBackfill } from '#contract/live.ts'
import type { Relation, SchemaView } from '#contract/query.ts'
import TablesTree from '../../../../src-renderer/features/query/TablesTree.svelte'
import { Polled } from '../../../../src-renderer/state/polled.svelte.ts'
import { settle } from '../fake-clock.ts'
import { completePage } from '../test-app.ts'

const stops: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of stops.splice(0)) stop()
})

const relation = (name: string, kind: Relation['kind'] = 'table'): Relation => ({
  name,
  kind,
  rows: 10,
  columns: ['id', 'city'].map((column) => ({ name: column, type: 'text', sqlType: 'TEXT' })),
  indexes: [],
  primaryKey: [],
})
const schema: SchemaView = {
  version: '1',
  relations: [relation('late'), relation('orders'), relation('by_city', 'rollup')],
}
const of = { source: 'orders', records: 10, total: 40, rows: 4, problem: '' }

async function open(backfills: LiveBackfill[]): Promise<(name: string) => HTMLElement> {
  completePage()
  const polled = new Polled({ load: () => Promise.resolve(schema), everyMs: 1e9 })
  stops.push(polled.start())
  await settle()
  const props = { schema: polled, liveRows: new Map(), oninsert: () => undefined, onopen: () => undefined }
  render(TablesTree, { props: { ...props, backfills } })
  return (name) => screen.getByRole('treeitem', { name: new RegExp(name, 'u') })
}

it('a table that is being filled is marked, with why its result is not whole', async () => {
  const row = await open([{ ...of, table: 'late', columns: [] }])
  const [mark, ...others] = screen.getAllByTestId('TablesTree_filling')
  expect(others).toEqual([])
  expect(row('late').contains(mark ?? null)).toBe(true)
  expect(mark?.textContent).toBe('filling')
  expect(mark?.title).toBe(
    'Not whole yet: what is asked of it may lack rows or values.\nFilling the table from the records that orders had read before: 10 of about 40 records.',
  )
})

it('of columns that are being filled, the table and these columns are marked', async () => {
  const row = await open([{ ...of, table: 'orders', columns: ['city'] }])
  await fireEvent.keyDown(row('orders'), { key: 'ArrowRight' })
  const columns = screen.getAllByTestId('TablesTree_column')
  expect(columns.map((column) => within(column).queryByTestId('TablesTree_filling')?.textContent)).toEqual([
    undefined,
    'filling',
  ])
  expect(within(row('orders')).getByTestId('TablesTree_filling').title).toContain('Filling column city from')
})

it('whole tables have no mark', async () => {
  await open([])
  expect(screen.getAllByTestId('TablesTree_relation')).toHaveLength(3)
  expect(screen.queryByTestId('TablesTree_filling')).toBeNull()
})
