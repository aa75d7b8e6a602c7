import { cleanup, render, screen, within } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '#contract/live.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import PipelinesView from '../../../../src-renderer/features/pipelines/PipelinesView.svelte'
import type { App } from '../../../../src-renderer/state/app.ts'
import { settle } from '../fake-clock.ts'
import { FakeEngine } from '../fake-engine.ts'
import InApp from '../InApp.svelte'
import { createTestApp, type FakeAddress } from '../test-app.ts'
import { textOf } from '../text-of.ts'

const stops: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of stops.splice(0)) stop()
})

interface Opened {
  app: App
  address: FakeAddress
  /** Publishes one more snapshot. */
  publish: (change: Partial<LiveSnapshot>) => Promise<void>
  /** Takes over another version of the workspace. */
  change: (names: readonly string[]) => Promise<void>
}

async function open(first: string, names = ['flights', 'late_flights']): Promise<Opened> {
  const engine = new FakeEngine({ scenario: 'filling', now: () => Date.UTC(2026, 10, 25, 12, 30) })
  const versionOf = (wanted: readonly string[]): WorkspaceView => ({
    ...engine.workspace,
    tables: engine.workspace.tables.filter(({ name }) => wanted.includes(name)),
  })
  let view = versionOf(names)
  let tell: (snapshot: LiveSnapshot) => void = () => undefined
  const { app, address } = createTestApp(
    {
      workspace: { get: () => Promise.resolve(view) },
      live: {
        next: ({ after }) =>
          after === null
            ? Promise.resolve(engine.snapshot())
            : new Promise<LiveSnapshot>((resolve) => (tell = resolve)),
      },
      statistics: {
        pipeline: (range) => Promise.resolve(engine.pipeline(range)),
        batches: () => Promise.resolve({ batches: [] }),
      },
      deadLetters: { list: () => Promise.resolve({ letters: [] }) },
    },
    first,
  )
  stops.push(app.start())
  render(InApp, { props: { app, component: PipelinesView, props: { active: true } } })
  const settled = async (): Promise<void> => {
    await settle()
    await tick()
  }
  await settled()
  return {
    app,
    address,
    publish: async (change) => {
      tell({ ...engine.snapshot(), ...change })
      await settled()
    },
    change: async (wanted) => {
      view = versionOf(wanted)
      await app.workspace.load()
      await settled()
    },
  }
}

describe('a table that is being filled', () => {
  it('says on its page how far it is, and is silent when it is whole', async () => {
    const { publish } = await open('/pipelines/late_flights')
    const bar = screen.getByRole('progressbar', { name: 'Filling the table of late_flights' })
    expect(bar.getAttribute('aria-valuenow')).toBe('27')
    expect(bar.getAttribute('aria-valuetext')).toBe('27 %, 1,080,000 of about 4,000,000 records')
    expect(textOf(screen.getByTestId('FillingStrip'))).toContain(
      '27 % Filling the table 1,080,000 of about 4,000,000 records · 237,600 rows',
    )
    await publish({ backfills: [] })
    expect(screen.queryByTestId('FillingStrip')).toBeNull()
  })

  it('says how long it still takes at the pace that was seen', async () => {
    const { publish, app } = await open('/pipelines/late_flights')
    const { at, backfills = [] } = app.live.snapshot ?? { at: 0 }
    const later = backfills.map((backfill) => ({ ...backfill, records: backfill.records + 20_000 }))
    await publish({ at: at + 10_000, backfills: later })
    expect(textOf(screen.getByTestId('FillingStrip'))).toContain('records · 2k/s · 237,600 rows')
    expect(screen.getByTestId('FillingStrip_left').textContent).toBe('about 24 min left')
  })

  it('names the columns, and what it waits for in place of a time', async () => {
    await open('/pipelines/flights')
    const strip = screen.getByTestId('FillingStrip')
    expect(textOf(strip)).toContain('Filling columns origin_city, destination_city')
    expect(textOf(within(strip).getByTestId('FillingStrip_problem'))).toBe(
      'waiting kafka-1.internal:9093 does not answer',
    )
    expect(within(strip).queryByTestId('FillingStrip_left')).toBeNull()
    const spoken = screen.getAllByRole('status').map(textOf)
    expect(spoken).toContain(
      'Filling columns origin_city, destination_city. It waits: kafka-1.internal:9093 does not answer',
    )
  })

  it('waits with everything else while the engine is paused', async () => {
    const { publish } = await open('/pipelines/late_flights')
    await publish({ state: 'paused', reason: 'Paused from the console.' })
    const problem = screen.getByTestId('FillingStrip_problem')
    expect(textOf(problem)).toBe('paused Paused from the console.')
    expect(screen.queryByTestId('FillingStrip_left')).toBeNull()
  })

  it('is marked in the list beside its state', async () => {
    await open('/pipelines')
    const rows = screen.getAllByTestId('PipelinesList_row')
    expect(rows.map((row) => textOf(within(row).getByTestId('FillingTag')))).toEqual([
      'filling waits',
      'filling 27 %',
    ])
    expect(rows.map((row) => textOf(within(row).getByTestId('Tag')))).toEqual(['running', 'running'])
  })
})

describe('a workspace that changes while a person looks', () => {
  it('keeps the page of the only table when another comes', async () => {
    const { address, change } = await open('/pipelines', ['flights'])
    expect(address.visited).toEqual(['/pipelines/flights'])
    await change(['flights', 'late_flights'])
    expect(screen.getByTestId('PipelinePage').textContent).toContain('flights')
    expect(screen.queryByTestId('PipelinesList')).toBeNull()
  })

  it('keeps the list when all but one table go', async () => {
    const { address, change } = await open('/pipelines')
    await change(['late_flights'])
    expect(screen.getAllByTestId('PipelinesList_row')).toHaveLength(1)
    expect(address.visited).toEqual(['/pipelines'])
  })

  it('says that the table in sight was removed, and shows it again when it is back', async () => {
    const { change } = await open('/pipelines/late_flights')
    await change(['flights'])
    const unknown = screen.getByTestId('PipelinesView_unknown')
    expect(unknown.textContent).toContain('The table “late_flights” was removed')
    const query = within(unknown).getByRole('link', { name: 'Query its rows' })
    expect(decodeURIComponent(query.getAttribute('href') ?? '')).toMatch(/late_flights.*LIMIT/u)
    await change(['flights', 'late_flights'])
    expect(screen.getByTestId('PipelinePage').textContent).toContain('late_flights')
  })
})
