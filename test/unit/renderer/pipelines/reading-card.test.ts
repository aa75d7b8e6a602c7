import { cleanup, render, screen } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import ReadingCard from '../../../../src-renderer/features/pipelines/ReadingCard.svelte'
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

async function open(scenario: Scenario): Promise<void> {
  const engine = new FakeEngine({ scenario })
  const { app } = createTestApp({
    connections: { list: () => Promise.resolve({ connections: engine.clusters.connections() }) },
    live: {
      next: ({ after }) =>
        after === null ? Promise.resolve(engine.snapshot()) : new Promise(() => undefined),
    },
  })
  stops.push(app.start())
  const [source] = engine.workspace.sources
  if (source === undefined) throw new Error('no source')
  render(InApp, { props: { app, component: ReadingCard, props: { source } } })
  await settle()
  await tick()
}

describe('where a source stands in its topics', () => {
  it('is its offsets by partition, its lag, and the state of its connection', async () => {
    await open('kafka')
    expect(screen.getAllByTestId('ReadingCard_row')).toHaveLength(4)
    expect(textOf(screen.getAllByTestId('ReadingCard_row')[0])).toMatch(/^orders\[0\] [\d,]+ [\d,]+ 301$/)
    const card = screen.getByTestId('ReadingCard').textContent
    expect(card).toContain('1,204 records to read, the oldest 52 ms old')
    expect(card).toContain('connected')
    expect(screen.queryByTestId('ReadingCard_gap')).toBeNull()
  })

  it('is told with the reason where it waits, and gaps lead to the rows about them', async () => {
    await open('kafka-broken')
    expect(textOf(screen.getByTestId('ReadingCard_status'))).toContain(
      'waiting The connection orders-cluster waits',
    )
    // Ends and lag of before are not those of now.
    expect(textOf(screen.getAllByTestId('ReadingCard_row')[0])).toMatch(/^orders\[0\] [\d,]+ – –$/)
    expect(textOf(screen.getByTestId('ReadingCard_gap'))).toMatch(
      /^gap 18,204 records were no longer in the log/,
    )
    const href = screen.getByText('which ones').getAttribute('href') ?? ''
    expect(new URLSearchParams(href.split('?')[1]).get('sql')).toContain(
      "FROM sys_gaps\nWHERE source = 'orders'",
    )
  })

  it('is not known before the first fetch', async () => {
    await open('kafka-empty')
    expect(screen.getByTestId('EmptyState').textContent).toContain('No offset is known yet')
  })
})
