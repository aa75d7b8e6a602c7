import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import TopicsView from '../../../../src-renderer/features/topics/TopicsView.svelte'
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

async function open(
  address: string,
  scenario: Scenario,
  calls: Pick<FakeCalls, 'topics' | 'workspace'> = {},
): Promise<FakeAddress> {
  const engine = new FakeEngine({ scenario })
  const { clusters } = engine
  const { app, address: bar } = createTestApp(
    {
      workspace: { get: () => Promise.resolve(engine.workspace), ...calls.workspace },
      live: {
        next: ({ after }) =>
          after === null ? Promise.resolve(engine.snapshot()) : new Promise(() => undefined),
      },
      connections: { list: () => Promise.resolve({ connections: clusters.connections() }) },
      topics: {
        list: (request) => Promise.resolve(clusters.topics(request)),
        get: ({ topic }) => Promise.resolve().then(() => clusters.topic(topic)),
        history: () => new Promise(() => undefined),
        ...calls.topics,
      },
    },
    address,
  )
  stops.push(app.start())
  render(InApp, { props: { app, component: TopicsView, props: { active: true } } })
  await show()
  return bar
}

async function show(): Promise<void> {
  await settle()
  await tick()
  await settle()
  await tick()
}

describe('the topics', () => {
  it('are listed with what is known of each', async () => {
    await open('/topics/orders-cluster', 'kafka')
    const rows = screen.getAllByTestId('TopicsList_table_row').map(text)
    expect(rows).toHaveLength(3)
    expect(rows[0]).toMatch(/^customers 6 [\d.]+\/s [\d.]+ B\/s [\d.]+ MB compacted – /)
    expect(rows[1]).toMatch(/^orders 4 [\d.]+k\/s [\d.]+ MB\/s [\d.]+ GB 7 d 1\.2k now$/)
  })

  it('are drawn only where they are in sight, however many there are', async () => {
    await open('/topics/prod-eu', 'kafka-large')
    expect(text(screen.getByTestId('ListNote'))).toBe('2,000 topics measured every 5 s')
    expect(screen.getAllByTestId('TopicsList_table_row').length).toBeLessThan(60)
    expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('2001')
  })

  it('are narrowed and ordered through the address', async () => {
    const address = await open('/topics/prod-eu', 'kafka-large')
    await fireEvent.input(screen.getByTestId('SearchField'), { target: { value: 'billing.audit' } })
    await fireEvent.click(screen.getByTestId('SortHeader_recordsPerSecond'))
    await fireEvent.click(screen.getByTestId('TopicsList_internal'))
    await show()
    expect(address.visited).toEqual([
      '/topics/prod-eu?search=billing.audit&sort=recordsPerSecond&order=descending&internal=yes',
    ])
    expect(text(screen.getByTestId('ListNote'))).toMatch(/^31 topics|^32 topics/)
    const head = screen.getByTestId('SortHeader_recordsPerSecond').closest('th')
    expect(head?.getAttribute('aria-sort')).toBe('descending')
  })

  it('say which name is not found, and lead back', async () => {
    await open('/topics/orders-cluster?search=nothing', 'kafka')
    expect(text(screen.getByTestId('EmptyState'))).toContain('No topic has “nothing” in its name')
    await fireEvent.click(screen.getByText('Show all topics'))
    await show()
    expect(screen.getAllByTestId('TopicsList_table_row')).toHaveLength(3)
  })

  it('lead from row to row by arrow keys', async () => {
    await open('/topics/orders-cluster', 'kafka')
    const links = screen.getAllByTestId('TopicsList_table_row').map((row) => within(row).getByRole('link'))
    links[0]?.focus()
    await fireEvent.keyDown(links[0] ?? document.body, { key: 'ArrowDown' })
    await tick()
    expect(document.activeElement).toBe(links[1])
  })

  it('mark partitions in trouble in words', async () => {
    await open('/topics/orders-cluster', 'kafka-broken')
    expect(text(screen.getAllByTestId('TopicsList_table_row')[2])).toContain(
      '1 of 12 partitions offline, 5 of 12 partitions under-replicated',
    )
  })

  it('grey out while the connection waits, and say why and since when', async () => {
    await open('/topics/orders-cluster', 'kafka-broken')
    expect(screen.getByTestId('TopicsList').dataset['stale']).toBe('true')
    expect(text(screen.getByTestId('ClusterScope_waiting'))).toMatch(
      /orders-cluster is not connected .*refused the password.*since \d\d:\d\d:\d\d · tried again by itself · test it/,
    )
    expect(text(screen.getByTestId('ListNote'))).toContain('figures of')
  })

  it('claim nothing of a cluster that was not read yet', async () => {
    await open('/topics/orders-cluster', 'kafka-empty')
    expect(text(screen.getByTestId('EmptyState'))).toContain('Nothing is known of this cluster yet')
    expect(text(screen.getByTestId('ListNote'))).toBe('being read for the first time')
  })

  it('of a snapshot that remembers none are not waited for', async () => {
    const snapshot = { file: '/s.db', takenAt: 1000, penstock: '1' }
    const { workspace } = new FakeEngine({ scenario: 'kafka' })
    await open('/topics/orders-cluster', 'kafka', {
      workspace: { get: () => Promise.resolve({ ...workspace, snapshot }) },
      topics: { list: () => Promise.resolve({ total: 0, topics: [], at: null, intervalMs: 1000 }) },
    })
    expect(screen.getByText('The snapshot holds nothing of this cluster')).toBeTruthy()
    expect(screen.queryByTestId('ListNote')).toBeNull()
  })

  it('say what failed and try again at a word', async () => {
    let tries = 0
    const list = (): Promise<never> => {
      tries += 1
      return Promise.reject(new AppError('CONNECTION_FAILED', 'kafka-1:9092 does not answer.'))
    }
    await open('/topics/orders-cluster', 'kafka', { topics: { list } })
    expect(text(screen.getByRole('alert'))).toMatch(/could not be read kafka-1:9092 does not answer\. /)
    await fireEvent.click(screen.getByTestId('ErrorState_retry'))
    await show()
    expect(tries).toBe(2)
  })

  it('say what would be here where there is no connection', async () => {
    await open('/topics', 'busy')
    expect(text(screen.getByTestId('ClusterScope_none'))).toContain(
      'No connection to Kafka yet Topics of a cluster with their rates, sizes and lag are listed here.',
    )
  })

  it('of a connection that is not declared lead to those that are', async () => {
    await open('/topics/renamed', 'kafka-large')
    expect(text(screen.getByTestId('ClusterScope_none'))).toContain('There is no connection “renamed”')
    expect(screen.getByText('staging').getAttribute('href')).toBe('/topics/staging')
  })
})

describe('one topic', () => {
  it('shows its figures, partitions, readers, schemas and configuration', async () => {
    await open('/topics/orders-cluster/payments', 'kafka')
    expect(text(screen.getByTestId('TopicPage_figures'))).toMatch(/Partitions 12 in 3 copies/)
    const table = within(screen.getByTestId('PartitionsCard')).getByRole('table')
    expect(table.getAttribute('aria-rowcount')).toBe('13')
    expect(text(screen.getByTestId('ReadersCard'))).toContain('order-fulfilment stable 1.2k')
    expect(text(screen.getByTestId('SchemasCard'))).toContain('payments-value AVRO 3 41')
    expect(text(screen.getAllByTestId('TopicPage_config_row')[0])).toBe(
      'min.insync.replicas 2 set for all brokers',
    )
  })

  it('leads to its messages and to the groups that read it', async () => {
    await open('/topics/orders-cluster/payments', 'kafka')
    expect(screen.getByTestId('TopicHeader_messages').getAttribute('href')).toBe(
      '/topics/orders-cluster/payments/messages',
    )
    expect(
      within(screen.getAllByTestId('ReadersCard_group')[0] ?? document.body)
        .getByRole('link')
        .getAttribute('href'),
    ).toBe('/groups/orders-cluster/warehouse-sync')
    expect(screen.getByTestId('TopicHeader_topics').getAttribute('aria-current')).toBe('page')
  })

  it('marks a partition without a leader and an uneven share', async () => {
    await open('/topics/orders-cluster/payments', 'kafka-broken')
    expect(text(screen.getAllByTestId('PartitionsCard_table_row')[3])).toMatch(
      /^3 – – – – – none .*0 of 3 in sync/,
    )
  })

  it('says what could not be seen', async () => {
    await open('/topics/orders-cluster/__consumer_offsets', 'kafka')
    expect(text(screen.getByTestId('NotSeen'))).toContain('does not allow DescribeLogDirs')
  })

  it('that is not there leads back to those that are', async () => {
    await open('/topics/orders-cluster/deleted', 'kafka')
    expect(text(screen.getByTestId('TopicPage_unknown'))).toContain(
      'There is no topic “deleted” on orders-cluster',
    )
    expect(screen.getByText('All topics').getAttribute('href')).toBe('/topics/orders-cluster')
  })
})
