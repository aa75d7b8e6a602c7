import { describe, expect, test } from 'vitest'
import { limits } from '../../../src-main/contract/limits.ts'
import { searching } from '../support/searching.ts'
import { clientSettings } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const cluster = sharedCluster()
const { tools } = cluster
const settings = clientSettings(cluster.address, 'plaintext')

async function topicOf(partitions: number): Promise<string> {
  const topic = cluster.topicName('running')
  await tools.createTopics({ name: topic, partitions })
  return topic
}

describe('a running search', () => {
  test('is stopped at once, keeps what it has found, and says what it has not seen', async () => {
    const topic = await topicOf(2)
    await tools.load({ topic, count: 200_000, pad: 20 })
    const messages = searching(settings)
    // Takes so long for each record that the search is far from its end when it is first told of.
    const slow = 'length(hex(hex(hex(hex(hex(value)))))) < 0'
    const id = messages.start(topic, { filter: { sql: `value ->> '$.id' = 7 OR ${slow}` } })
    await messages.until(id, ({ scanned }) => scanned > 0)
    const stopped = messages.handlers['messages.stop']({ id })
    expect(stopped.state).toBe('stopped')
    const { status } = await messages.found(id)
    const seen = status.partitions.reduce((sum, { from, to }) => sum + Number(to) - Number(from), 0)
    expect([status.state, status.scanned]).toEqual(['stopped', seen])
    const left = (200_000 - seen).toLocaleString('en-US')
    expect(status.notLookedAt.join()).toContain(
      `${left} offsets not looked at, because the search was stopped`,
    )
  })

  test('reads nothing while it is paused', async () => {
    const topic = await topicOf(1)
    await tools.load({ topic, count: 50_000 })
    const messages = searching(settings)
    const id = messages.start(topic, { filter: { text: 'nowhere' } })
    expect(messages.handlers['messages.pause']({ id }).state).toBe('paused')
    const paused = await messages.until(id, ({ total }) => total === 50_000)
    expect([paused.state, paused.scanned]).toEqual(['paused', 0])
    messages.handlers['messages.resume']({ id })
    const status = await messages.until(id, ({ state }) => state === 'done')
    expect([status.scanned, status.matches]).toEqual([50_000, 0])
  })

  test('is not told more often than its watchers can bear', async () => {
    const topic = await topicOf(1)
    await tools.load({ topic, count: 200_000 })
    const messages = searching(settings)
    const id = messages.start(topic, { filter: { sql: `value ->> '$.id' < 0` } })
    const status = await messages.until(id, ({ state }) => state === 'done')
    // At its start, its end, and in between every so many milliseconds.
    expect(status.version).toBeLessThanOrEqual(6 + status.elapsedMs / limits.liveIntervalMs)
  })

  test('makes room for newer ones when it is over', async () => {
    const topic = await topicOf(1)
    const messages = searching(settings)
    const first = messages.start(topic)
    await messages.until(first, ({ state }) => state === 'done')
    for (let count = 0; count < limits.searchesKept; count++) messages.start(topic)
    await expect(messages.found(first)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a live search', () => {
  test('takes up partitions that are added, from their beginning', async () => {
    const topic = await topicOf(1)
    const messages = searching(settings)
    const id = messages.start(topic, { live: true, start: { at: 'newest' } })
    const some = messages.start(topic, { live: true, partitions: [0] })
    await messages.until(id, ({ partitions }) => partitions.length === 1)
    await tools.addPartitions(topic, 3)
    await tools.produce(topic, [
      { partition: 2, value: 'added' },
      { partition: 0, value: 'first' },
    ])
    await messages.until(id, ({ matches }) => matches === 2)
    const { status, values } = await messages.found(id)
    expect(values.toSorted()).toEqual(['added', 'first'])
    expect(status.partitions.map(({ partition, state }) => [partition, state])).toEqual([
      [0, 'reading'],
      [1, 'reading'],
      [2, 'reading'],
    ])
    expect(status.notLookedAt).toEqual([])
    expect((await messages.found(some)).status.partitions.length).toBe(1)
    expect(messages.handlers['messages.stop']({ id }).state).toBe('stopped')
  })

  test.for(['newest', 'oldest'] as const)(
    'from the %s goes on with what arrives, and keeps the newest',
    async (at) => {
      const topic = await topicOf(2)
      await tools.produce(topic, [{ partition: 0, value: 'before' }])
      const messages = searching(settings)
      const id = messages.start(topic, { live: true, limit: 3, start: { at } })
      await messages.until(id, ({ matches }) => matches === 1)
      await tools.produce(topic, [
        { partition: 0, value: 'a' },
        { partition: 0, value: 'b' },
        { partition: 0, value: 'c' },
      ])
      await messages.until(id, ({ matches, dropped }) => matches + dropped === 4)
      await tools.produce(topic, [{ partition: 1, value: 'd' }])
      await messages.until(id, ({ matches, dropped }) => matches + dropped === 5)
      const { status, values } = await messages.found(id)
      expect(values).toEqual(at === 'newest' ? ['d', 'c', 'b'] : ['b', 'c', 'd'])
      expect([status.state, status.dropped, status.total]).toEqual(['running', 2, 5])
      expect(messages.handlers['messages.stop']({ id }).state).toBe('stopped')
    },
  )

  test('shows only what matches', async () => {
    const topic = await topicOf(1)
    const messages = searching(settings)
    const id = messages.start(topic, { live: true, start: { at: 'newest' }, filter: { text: 'yes' } })
    await messages.until(id, ({ partitions }) => partitions.length === 1)
    await tools.produce(topic, [{ value: 'no' }, { value: 'Yes' }])
    await messages.until(id, ({ scanned }) => scanned === 2)
    expect((await messages.found(id)).values).toEqual(['Yes'])
  })
})
