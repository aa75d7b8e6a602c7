import { afterEach, describe, expect, it } from 'vitest'
import type { App } from '../../../../src-renderer/state/app.ts'
import { partRoute, route } from '../../../../src-renderer/state/router.svelte.ts'
import { settle } from '../fake-clock.ts'
import { FakeEngine, type Scenario } from '../fake-engine.ts'
import { createTestApp } from '../test-app.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function open(scenario: Scenario, address = '/overview'): Promise<App> {
  const engine = new FakeEngine({ scenario })
  const { app } = createTestApp(
    {
      connections: { list: () => Promise.resolve({ connections: engine.clusters.connections() }) },
      live: {
        next: ({ after }) =>
          after === null ? Promise.resolve(engine.snapshot()) : new Promise(() => undefined),
      },
    },
    address,
  )
  stops.push(app.start())
  await settle()
  return app
}

describe('the connection that is looked at', () => {
  it('is the first one where nothing else was said', async () => {
    const { clusters } = await open('kafka-large')
    expect(clusters.chosen?.name).toBe('prod-eu')
  })

  it('is none where the workspace has none', async () => {
    const { clusters } = await open('busy')
    expect([clusters.list, clusters.chosen, clusters.nameIn('topics')]).toEqual([[], null, null])
  })

  it('is that of the address, in a view that is about one', async () => {
    const { clusters, router } = await open('kafka-large', '/topics/staging')
    expect(clusters.chosen?.name).toBe('staging')
    router.go(route('pipelines', 'staging'))
    expect(clusters.chosen?.name).toBe('prod-eu')
  })

  it('is remembered once chosen, and the view goes to it', async () => {
    const { clusters, router, preferences } = await open('kafka-large', '/topics/prod-eu/orders')
    clusters.choose('staging')
    expect(router.current).toEqual(route('topics', 'staging'))
    expect(preferences.read('connection')).toBe('staging')
    router.go(route('query'))
    clusters.choose('prod-eu')
    expect(router.current).toEqual(route('query'))
    expect(clusters.chosen?.name).toBe('prod-eu')
  })

  it('leads from the messages of a topic to the topics of another one', async () => {
    const { clusters, router } = await open('kafka-large')
    router.go(partRoute('messages', 'prod-eu', 'orders'))
    clusters.choose('staging')
    expect(router.current).toEqual(route('topics', 'staging'))
  })

  it('of a view stays that of its address, also where it is not declared', async () => {
    const { clusters } = await open('kafka-large', '/topics/renamed')
    expect([clusters.nameIn('topics'), clusters.find('renamed')]).toEqual(['renamed', null])
  })
})

describe('the state of a connection', () => {
  it('is that of the live feed, which is sooner than the declaration', async () => {
    const engine = new FakeEngine({ scenario: 'kafka' })
    const { app } = createTestApp({
      connections: { list: () => Promise.resolve({ connections: engine.clusters.connections() }) },
      live: {
        next: ({ after }) =>
          after === null
            ? Promise.resolve({
                ...engine.snapshot(),
                connections: [{ name: 'orders-cluster', state: 'waiting', reason: 'cut', since: 7 }],
              })
            : new Promise(() => undefined),
      },
    })
    stops.push(app.start())
    await settle()
    const chosen = app.clusters.chosen
    expect([chosen?.state, chosen?.reason, chosen?.since]).toEqual(['waiting', 'cut', 7])
  })
})
