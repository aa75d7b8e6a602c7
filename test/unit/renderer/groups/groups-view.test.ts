import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import GroupsView from '../../../../src-renderer/features/groups/GroupsView.svelte'
import type { FakeCalls } from '../fake-client.ts'
import { settle } from '../fake-clock.ts'
import { FakeEngine, type Scenario } from '../fake-engine.ts'
import InApp from '../InApp.svelte'
import { type FakeAddress, createTestApp } from '../test-app.ts'
import { textOf as text } from '../text-of.ts'

const stops: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of stops.splice(0)) stop()
})

async function open(address: string, scenario: Scenario, calls: FakeCalls = {}): Promise<FakeAddress> {
  const engine = new FakeEngine({ scenario })
  const { clusters } = engine
  const { app, address: bar } = createTestApp(
    {
      connections: { list: () => Promise.resolve({ connections: clusters.connections() }) },
      groups: {
        list: (request) => Promise.resolve(clusters.groups(request)),
        get: ({ group }) => Promise.resolve().then(() => clusters.group(group)),
        history: () => new Promise(() => undefined),
        ...calls.groups,
      },
    },
    address,
  )
  stops.push(app.start())
  render(InApp, { props: { app, component: GroupsView, props: { active: true } } })
  await show()
  return bar
}

async function show(): Promise<void> {
  await settle()
  await tick()
  await settle()
  await tick()
}

describe('the groups', () => {
  it('are listed with state, lag in records and in time, and where it is going', async () => {
    await open('/groups/orders-cluster', 'kafka')
    const rows = screen.getAllByTestId('GroupsList_table_row').map(text)
    expect(rows).toHaveLength(5)
    expect(rows[0]).toMatch(
      /^connect-s3-sink-orders stable 5 orders and 2 more [\d.]+k [\d.]+ s \+[\d.]+\/s –$/,
    )
    expect(rows[1]).toMatch(/^fraud-scoring new protocol stable 3 orders 0 none 0\/s$/)
  })

  it('are ordered and narrowed through the address', async () => {
    const address = await open('/groups/orders-cluster', 'kafka')
    await fireEvent.click(screen.getByTestId('SortHeader_lag'))
    await fireEvent.input(screen.getByTestId('SearchField'), { target: { value: 'order' } })
    await show()
    expect(address.visited).toEqual(['/groups/orders-cluster?search=order&sort=lag&order=descending'])
    expect(screen.getAllByTestId('GroupsList_table_row')).toHaveLength(2)
  })

  it('say in plain words what could not be seen', async () => {
    await open('/groups/prod-eu', 'kafka-large')
    expect(text(screen.getByTestId('NotSeen'))).toBe(
      'Not seen 12 groups: the cluster does not allow this user to describe them.',
    )
  })

  it('say what failed', async () => {
    const list = (): Promise<never> =>
      Promise.reject(new AppError('KAFKA_FAILED', 'Group authorization failed.'))
    await open('/groups/orders-cluster', 'kafka', { groups: { list } })
    expect(text(screen.getByRole('alert'))).toContain(
      'The groups could not be read Group authorization failed.',
    )
  })

  it('are explained where there is none', async () => {
    const list = (): Promise<{ total: number; groups: []; at: number; intervalMs: number; notSeen: [] }> =>
      Promise.resolve({ total: 0, groups: [], at: Date.now(), intervalMs: 1000, notSeen: [] })
    await open('/groups/orders-cluster', 'kafka', { groups: { list } })
    expect(text(screen.getByTestId('EmptyState'))).toContain('This cluster has no consumer group')
  })
})

describe('one group', () => {
  it('shows its partitions with the worst first, notes, and members with what they read', async () => {
    await open('/groups/orders-cluster/connect-s3-sink-orders', 'kafka')
    expect(text(screen.getByTestId('GroupPage_state'))).toBe('stable')
    const rows = screen.getAllByTestId('GroupPartitions_table_row').map(text)
    expect(rows[0]).toMatch(/^orders\[1\] 1,80\d,\d{3},\d{3} 1,802,441,977 [\d.]+k /)
    expect(rows.join('\n')).toContain(
      'committed offset is no longer in the log; lag counts from the earliest one',
    )
    expect(text(screen.getAllByTestId('MembersCard_row')[0])).toContain('orders 0 · payments 0, 5, 10')
  })

  it('says where nothing is committed, and does not call that a lag of 0', async () => {
    await open('/groups/orders-cluster/connect-s3-sink-orders', 'kafka')
    await fireEvent.click(screen.getByTestId('SortHeader_lag'))
    await tick()
    const table = within(screen.getByTestId('GroupPartitions')).getByRole('table')
    expect(table.getAttribute('aria-rowcount')).toBe('23')
    await fireEvent.click(screen.getByTestId('SortHeader_topic'))
    await fireEvent.click(screen.getByTestId('SortHeader_topic'))
    await tick()
    expect(text(screen.getAllByTestId('GroupPartitions_table_row')[0])).toMatch(
      /^payments\[11\] nothing 1,802,451,747 – – /,
    )
  })

  it('says what could not be seen of it', async () => {
    await open('/groups/orders-cluster/warehouse-sync', 'kafka')
    expect(text(screen.getByTestId('NotSeen'))).toContain('Time behind')
    expect(text(screen.getByTestId('GroupPage_state'))).toBe('rebalancing')
  })

  it('that is not there leads back to those that are', async () => {
    await open('/groups/orders-cluster/gone', 'kafka')
    expect(text(screen.getByTestId('GroupPage_unknown'))).toContain(
      'There is no group “gone” on orders-cluster',
    )
    expect(screen.getByText('All groups').getAttribute('href')).toBe('/groups/orders-cluster')
  })
})
