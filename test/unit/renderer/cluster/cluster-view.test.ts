import { cleanup, fireEvent, render, screen } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import ClusterView from '../../../../src-renderer/features/cluster/ClusterView.svelte'
import { clusterFigures } from '../../../../src-renderer/features/cluster/cluster-figures.ts'
import { troublesOf } from '../../../../src-renderer/features/cluster/troubles.ts'
import type { FakeCalls } from '../fake-client.ts'
import { settle } from '../fake-clock.ts'
import { FakeClusters } from '../fake-clusters.ts'
import { FakeEngine, type Scenario } from '../fake-engine.ts'
import InApp from '../InApp.svelte'
import { createTestApp } from '../test-app.ts'
import { textOf as text } from '../text-of.ts'

const stops: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of stops.splice(0)) stop()
})

async function open(address: string, scenario: Scenario, calls: FakeCalls = {}): Promise<number[]> {
  const { clusters } = new FakeEngine({ scenario })
  const asked: number[] = []
  const { app } = createTestApp(
    {
      connections: { list: () => Promise.resolve({ connections: clusters.connections() }) },
      cluster: {
        get: () => Promise.resolve(clusters.cluster()),
        brokerConfig: ({ broker }) => {
          asked.push(broker)
          return Promise.resolve(clusters.brokerConfig(broker))
        },
        ...calls.cluster,
      },
    },
    address,
  )
  stops.push(app.start())
  render(InApp, { props: { app, component: ClusterView, props: { active: true } } })
  await show()
  return asked
}

async function show(): Promise<void> {
  await settle()
  await tick()
  await settle()
  await tick()
}

describe('the cluster', () => {
  it('shows its brokers, its controller, and how the first broker is set', async () => {
    const asked = await open('/cluster/orders-cluster', 'kafka')
    const rows = screen.getAllByTestId('BrokersCard_row').map(text)
    expect(rows).toHaveLength(3)
    expect(rows[1]).toMatch(/^2 controller kafka-2\.internal:9093 eu-west-1b /)
    expect(asked).toEqual([1])
    expect(text(screen.getAllByTestId('ClusterPage_config_row')[0])).toBe(
      'advertised.listeners SASL_SSL://kafka-1.internal:9093 in the broker’s file',
    )
  })

  it('opens the configuration of the broker in the address, and hides what the cluster keeps secret', async () => {
    const asked = await open('/cluster/orders-cluster?broker=3', 'kafka')
    expect(asked).toEqual([3])
    await fireEvent.input(screen.getByTestId('ClusterPage_config_search'), { target: { value: 'keystore' } })
    expect(screen.getAllByTestId('ClusterPage_config_row').map(text)).toEqual([
      'ssl.keystore.password kept secret by the cluster in the broker’s file',
    ])
  })

  it('lists partitions in trouble, those that are offline first', async () => {
    await open('/cluster/orders-cluster', 'kafka-broken')
    const rows = screen.getAllByTestId('TroublesCard_table_row').map(text)
    expect(rows[0]).toBe('payments[3] offline none 3 1 2 3 1 2')
    expect(rows[1]).toBe('payments[0] under-replicated 3 3 1 2 2')
  })

  it('says that all is well where it is', async () => {
    await open('/cluster/orders-cluster', 'kafka')
    expect(text(screen.getByTestId('TroublesCard'))).toContain('every partition has a leader')
  })

  it('claims nothing before it was read, and says what failed', async () => {
    await open('/cluster/orders-cluster', 'kafka-empty')
    expect(text(screen.getByTestId('EmptyState'))).toContain('Nothing is known of this cluster yet')
    cleanup()
    await open('/cluster/orders-cluster', 'kafka', {
      cluster: { get: () => Promise.reject(new AppError('CONNECTION_FAILED', 'No broker answers.')) },
    })
    expect(text(screen.getByRole('alert'))).toContain('The cluster could not be read No broker answers.')
  })
})

describe('figures of a cluster', () => {
  const cluster = new FakeClusters('broken', () => 1_800_000_000_000).cluster()

  it('colour what is wrong', () => {
    const tones = Object.fromEntries(clusterFigures(cluster).map(({ name, tone }) => [name, tone]))
    expect([tones['Under-replicated'], tones['Offline'], tones['Brokers']]).toEqual([
      'warn',
      'error',
      undefined,
    ])
  })

  it('do not add up sizes of which one is not known', () => {
    const [first, ...others] = cluster.brokers
    if (first === undefined) throw new Error('no broker')
    const figures = clusterFigures({ ...cluster, brokers: [{ ...first, sizeBytes: null }, ...others] })
    expect(figures.find(({ name }) => name === 'Logs')?.value).toBe('–')
  })

  it('list a partition once that is offline and under-replicated', () => {
    const keys = troublesOf(cluster).map(({ partition }) => partition)
    expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted())
    expect(troublesOf(cluster)[0]?.isOffline).toBe(true)
  })
})
