import { cleanup, fireEvent, render, screen } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import AppRoot from '../../../../src-renderer/App.svelte'
import { PaletteSearch } from '../../../../src-renderer/shell/palette-search.svelte.ts'
import { FakeClock, settle } from '../fake-clock.ts'
import { FakeEngine, type Scenario } from '../fake-engine.ts'
import { type FakeAddress, createTestApp } from '../test-app.ts'
import { textOf } from '../text-of.ts'

const stops: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of stops.splice(0)) stop()
})

function makeApp(scenario: Scenario): ReturnType<typeof createTestApp> & { searches: string[] } {
  const engine = new FakeEngine({ scenario })
  const searches: string[] = []
  const made = createTestApp(
    {
      workspace: { get: () => Promise.resolve(engine.workspace) },
      live: {
        next: ({ after }) =>
          after === null ? Promise.resolve(engine.snapshot()) : new Promise(() => undefined),
      },
      connections: { list: () => Promise.resolve({ connections: engine.clusters.connections() }) },
      topics: {
        list: (request) => {
          searches.push(request.search)
          return Promise.resolve(engine.clusters.topics(request))
        },
      },
      groups: { list: (request) => Promise.resolve(engine.clusters.groups(request)) },
    },
    '/pipelines',
  )
  stops.push(made.app.start())
  return { ...made, searches }
}

async function open(scenario: Scenario): Promise<FakeAddress> {
  const { app, address } = makeApp(scenario)
  render(AppRoot, { app })
  await settle()
  await tick()
  return address
}

describe('the connection', () => {
  it('is in sight with its name and that it is only read', async () => {
    await open('kafka')
    expect(textOf(screen.getByTestId('ConnectionSwitch'))).toBe('orders-cluster READ ONLY')
    expect(textOf(screen.getByTestId('StatusBar_connection'))).toBe('orders-cluster READ ONLY')
    expect(screen.getByTestId('ConnectionSwitch').tagName).toBe('SPAN')
    expect(textOf(screen.getByTestId('SideNav_connections'))).toBe('Connections')
  })

  it('is marked as production, and others that wait are named', async () => {
    await open('kafka-large')
    expect(textOf(screen.getByTestId('ConnectionSwitch'))).toBe('prod-eu PRODUCTION READ ONLY')
    expect(textOf(screen.getByTestId('StatusBar_waiting'))).toBe('partner-feed-us-east not connected')
    expect(screen.getByTestId('ConnectionSwitch').getAttribute('aria-haspopup')).toBe('menu')
  })

  it('says that it is not connected', async () => {
    await open('kafka-broken')
    expect(textOf(screen.getByTestId('StatusBar_connection'))).toBe('orders-cluster not connected READ ONLY')
    expect(textOf(screen.getByTestId('SideNav_connections'))).toBe('Connections 1')
  })

  it('is where g t, g g and g c lead', async () => {
    const address = await open('kafka')
    for (const [key, path] of [
      ['t', '/topics'],
      ['g', '/groups'],
      ['c', '/cluster'],
    ] as const) {
      await fireEvent.keyDown(document.body, { key: 'g' })
      await fireEvent.keyDown(document.body, { key })
      expect(address.visited.at(-1)).toBe(path)
    }
  })
})

describe('the search of the palette', () => {
  it('asks once a person stops typing, and leads to topics and groups', async () => {
    const { app, address, searches } = makeApp('kafka')
    await settle()
    const clock = new FakeClock()
    const search = new PaletteSearch(app, clock)
    search.look('or')
    search.look('order')
    await clock.advance(80)
    expect(searches).toEqual(['order'])
    expect(search.found.map(({ title, group }) => `${group}: ${title}`)).toEqual([
      'Topics of orders-cluster: orders',
      'Groups of orders-cluster: connect-s3-sink-orders',
      'Groups of orders-cluster: order-fulfilment',
    ])
    search.found[2]?.run()
    expect(address.visited.at(-1)).toBe('/groups/orders-cluster/order-fulfilment')
  })

  it('finds nothing for no words, and keeps nothing of earlier ones', async () => {
    const { app, searches } = makeApp('kafka')
    await settle()
    const clock = new FakeClock()
    const search = new PaletteSearch(app, clock)
    search.look('orders')
    await clock.advance(80)
    search.look('  ')
    await clock.advance(80)
    expect([search.found, searches]).toEqual([[], ['orders']])
  })
})
