import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '#contract/live.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import {
  relationRows,
  type RelationSort,
  sortedRelations,
} from '../../../../src-renderer/features/store/relation-rows.ts'
import StoreView from '../../../../src-renderer/features/store/StoreView.svelte'
import type { App } from '../../../../src-renderer/state/app.ts'
import { route } from '../../../../src-renderer/state/router.svelte.ts'
import { AppError } from '#contract/errors.ts'
import type { FakeCalls } from '../fake-client.ts'
import { FakeQueries } from '../query/fake-queries.ts'
import { settle } from '../fake-clock.ts'
import { FakeEngine, type Scenario } from '../fake-engine.ts'
import InApp from '../InApp.svelte'
import { createTestApp } from '../test-app.ts'
import { textOf } from '../text-of.ts'

const stops: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of stops.splice(0)) stop()
})

interface Changes {
  query?: FakeCalls['query']
  /** Whether the history of its sizes can be read. */
  hasHistory?: boolean
  workspace?: Partial<WorkspaceView>
  snapshot?: Partial<LiveSnapshot>
}

async function open(scenario: Scenario, address = '/store', changes: Changes = {}): Promise<App> {
  const engine = new FakeEngine({ scenario })
  const { app } = createTestApp(
    {
      workspace: { get: () => Promise.resolve({ ...engine.workspace, ...changes.workspace }) },
      live: {
        next: ({ after }) =>
          after === null
            ? Promise.resolve({ ...engine.snapshot(), ...changes.snapshot })
            : new Promise(() => undefined),
      },
      query: changes.query ?? {},
      statistics:
        changes.hasHistory === true ? { storeSize: (range) => Promise.resolve(engine.storeSize(range)) } : {},
      snapshots: {
        watch: ({ after }) =>
          after === null
            ? Promise.resolve({ version: 1, run: null, nextAt: null })
            : new Promise(() => undefined),
      },
    },
    address,
  )
  stops.push(app.start())
  render(InApp, { props: { app, component: StoreView, props: { active: true } } })
  await settle()
  await tick()
  return app
}

describe('the store', () => {
  it('marks tables that are being filled', async () => {
    await open('filling')
    const tags = screen
      .getAllByTestId('RelationsCard_row')
      .map((row) => within(row).queryByTestId('FillingTag'))
    expect(tags.map((tag) => tag?.textContent)).toEqual(['filling waits', 'filling 27 %', undefined])
  })

  it('shows its sizes against the limit, and claims no growth that it did not see', async () => {
    await open('busy')
    expect(textOf(screen.getByTestId('SizeCards_file'))).toMatch(/^Store file 1\.2 GB of 4 GB /)
    expect(textOf(screen.getByTestId('SizeCards_used'))).toMatch(/of 4 GB at the limit ingest waits$/)
    expect(textOf(screen.getByTestId('SizeCards_growth'))).toBe('Growth – known after a minute of figures')
  })

  it('knows its growth from its history, also of before the page was opened', async () => {
    await open('busy', '/store', { hasHistory: true })
    expect(textOf(screen.getByTestId('SizeCards_growth'))).toMatch(
      /^Growth \+90 kB\/s limit reached in 8 h \d+ min at this rate$/,
    )
    expect(screen.getByTestId('GrowthCard').textContent).toContain('last 5 min')
  })

  it('says why its history cannot be read', async () => {
    await open('busy')
    expect(within(screen.getByTestId('GrowthCard')).getByText('The sizes could not be read')).toBeTruthy()
  })

  it('says that the limit is reached', async () => {
    await open('broken')
    expect(textOf(screen.getByTestId('SizeCards_growth'))).toContain('the limit is reached: ingest waits')
  })

  it('lists tables, rollups and lookups with what they hold and how long', async () => {
    await open('rollups')
    const rows = screen.getAllByTestId('RelationsCard_row').map(textOf)
    expect(rows).toHaveLength(7)
    expect(rows[0]).toMatch(/^flights table 300k .* 33 MB .* 300k rows$/)
    expect(rows[2]).toMatch(/^delays_by_hour rollup 18\.2k .* – 410 .* 90 d$/)
    expect(rows[6]).toMatch(/^airports lookup 3\.4k – – – – – its newest version$/)
  })

  it('measures sizes on a word, those of rollups and lookups too', async () => {
    const queries = new FakeQueries()
    const page = {
      start: 0,
      rows: [
        ['flights', 41_000_000],
        ['delays_by_hour', 27_800_000],
      ],
    }
    const client = { ...queries.client.query, page: () => Promise.resolve(page) }
    await open('rollups', '/store', { query: client })
    const rows = (): string[] => screen.getAllByTestId('RelationsCard_row').map(textOf)
    expect(rows()[2]).not.toContain('MB')
    await fireEvent.click(screen.getByTestId('RelationsCard_measure'))
    await settle()
    expect(screen.getByTestId('RelationsCard_measure').textContent).toBe('Measuring…')
    queries.set('q1', { state: 'done', rows: 2, asOf: Date.now() })
    await settle()
    await tick()
    expect(rows()[0]).toContain('41 MB')
    expect(rows()[2]).toContain('27.8 MB')
    expect(screen.getByTestId('RelationsCard').textContent).toContain('as measured now')
    expect(queries.calls.at(-1)).toBe('close q1')
  })

  it('says why sizes could not be measured', async () => {
    const start = (): Promise<never> =>
      Promise.reject(new AppError('ENGINE_FAILED', 'The engine has stopped.'))
    await open('busy', '/store', { query: { start } })
    await fireEvent.click(screen.getByTestId('RelationsCard_measure'))
    await settle()
    await tick()
    expect(screen.getByText('not measured').getAttribute('title')).toBe('The engine has stopped.')
    expect(screen.getByTestId('RelationsCard_measure').textContent).toBe('Measure sizes')
  })

  it('asks where a snapshot goes when it is led to from elsewhere', async () => {
    const app = await open('busy', '/store?snapshot=new')
    expect(screen.getByTestId('SnapshotBar_form')).toBeTruthy()
    expect(app.router.current).toEqual(route('store'))
    expect(document.activeElement).toBe(screen.getByTestId('SnapshotBar_file'))
    await fireEvent.click(screen.getByText('Not now'))
    expect(screen.queryByTestId('SnapshotBar_form')).toBeNull()
    await fireEvent.click(screen.getByTestId('StoreView_snapshot'))
    await fireEvent.keyDown(screen.getByTestId('SnapshotBar_file'), { key: 'Escape' })
    expect(screen.queryByTestId('SnapshotBar_form')).toBeNull()
  })

  it('of a snapshot does not grow and is not copied', async () => {
    const snapshot = { file: '/s.db', takenAt: 1, penstock: '1' }
    await open('busy', '/store', { workspace: { snapshot }, snapshot: { state: 'snapshot' } })
    expect(screen.queryByTestId('StoreView_snapshot')).toBeNull()
    expect(screen.getByText('snapshot')).toBeTruthy()
    expect(screen.queryByTestId('SizeCards_growth')).toBeNull()
    expect(textOf(screen.getByTestId('SizeCards_rows'))).toMatch(/batches when the snapshot was taken$/)
    expect(screen.getByText('sizes are not measured yet')).toBeTruthy()
  })

  it('says where nothing is declared', async () => {
    await open('busy', '/store', { workspace: { tables: [], rollups: [], lookups: [] } })
    expect(textOf(screen.getByTestId('RelationsCard'))).toContain('Nothing is declared')
  })
})

describe('what is in the store', () => {
  it('leads to its page, and is not known before the first figures', () => {
    const { workspace } = new FakeEngine({ scenario: 'rollups' })
    const rows = relationRows(workspace, null)
    expect(rows.map(({ kind, name, target }) => [kind, name, target.view])).toEqual([
      ['table', 'flights', 'pipelines'],
      ['table', 'late_flights', 'pipelines'],
      ['rollup', 'delays_by_hour', 'pipelines'],
      ['rollup', 'delays_by_day', 'pipelines'],
      ['rollup', 'busiest_routes', 'pipelines'],
      ['rollup', 'airport_totals', 'pipelines'],
      ['lookup', 'airports', 'query'],
    ])
    expect(rows.every(({ rows: count, bytes }) => count === null && bytes === null)).toBe(true)
    expect(rows[3]?.target).toEqual(route('pipelines', 'late_flights', { rollup: 'delays_by_day' }))
  })

  it('can be ordered; what is not known comes last, and of equal ones the order of the workspace holds', () => {
    const { workspace } = new FakeEngine({ scenario: 'rollups' })
    const bytes = [5, 20, null, null, null, null, 20]
    const rows = relationRows(workspace, null).map((row, n) => ({ ...row, bytes: bytes[n] ?? null }))
    const names = (sort: RelationSort, descending: boolean): string[] =>
      sortedRelations(rows, { sort, descending }).map(({ name }) => name)
    expect(names('bytes', true).slice(0, 4)).toEqual([
      'late_flights',
      'airports',
      'flights',
      'delays_by_hour',
    ])
    expect(names('bytes', false).slice(0, 4)).toEqual([
      'flights',
      'late_flights',
      'airports',
      'delays_by_hour',
    ])
    expect(names('name', false).slice(0, 3)).toEqual(['airport_totals', 'airports', 'busiest_routes'])
    expect(names('kind', false)).toEqual(rows.map(({ name }) => name))
  })

  it('is ordered by what is clicked', async () => {
    await open('rollups', '/store')
    const first = (): string => textOf(screen.getAllByTestId('RelationsCard_row')[0] ?? document.body)
    const before = first()
    await fireEvent.click(screen.getByTestId('SortHeader_name'))
    expect(first()).toMatch(/^airport_totals/)
    expect(screen.getByTestId('SortHeader_name').closest('th')?.getAttribute('aria-sort')).toBe('ascending')
    await fireEvent.click(screen.getByTestId('SortHeader_rows'))
    expect(screen.getByTestId('SortHeader_rows').closest('th')?.getAttribute('aria-sort')).toBe('descending')
    await fireEvent.click(screen.getByTestId('SortHeader_kind'))
    expect(first()).toBe(before)
  })
})
