import { describe, expect, test } from 'vitest'
import { searching } from '../support/searching.ts'
import { clientSettings } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const cluster = sharedCluster()
const { tools } = cluster
const settings = clientSettings(cluster.address, 'plaintext')
const base = Date.UTC(2026, 0, 1)

/** Three partitions, the last one empty; record n at second n, in partition n % 2. */
async function numbers(count: number): Promise<string> {
  const topic = cluster.topicName('starts')
  // These records are older than a broker keeps them by default.
  await tools.createTopics({ name: topic, partitions: 3, config: { 'retention.ms': '-1' } })
  const records = Array.from({ length: count }, (_, n) => ({
    partition: n % 2,
    key: `k${n}`,
    value: `${n}`,
    timestamp: base + n * 1000,
  }))
  await tools.produce(topic, records)
  return topic
}

describe('a search', () => {
  test('from the newest gives the newest of all partitions, newest first', async () => {
    const topic = await numbers(50)
    const { status, values } = await searching(settings).search(topic, { start: { at: 'newest' }, limit: 5 })
    expect(values).toEqual(['49', '48', '47', '46', '45'])
    expect(status).toMatchObject({ state: 'done', matches: 5, scanned: 5, total: 50, error: null })
    expect(status.partitions.map(({ from, to, records }) => [from, to, records])).toEqual([
      ['23', '25', 2],
      ['22', '25', 3],
      ['0', '0', 0],
    ])
    expect(status.notLookedAt).toEqual([
      'partitions 0, 1: 45 offsets not looked at, because the limit of 5 matches was reached',
    ])
  })

  test('from the newest goes on to the oldest where the limit allows', async () => {
    const topic = await numbers(21)
    const { status, values } = await searching(settings).search(topic, { start: { at: 'newest' } })
    expect(values).toEqual(Array.from({ length: 21 }, (_, n) => String(20 - n)))
    expect(status).toMatchObject({
      scanned: 21,
      firstTimestamp: base,
      lastTimestamp: base + 20_000,
      notLookedAt: [],
    })
  })

  test('from the oldest gives the oldest first, over all partitions', async () => {
    const topic = await numbers(30)
    const { status, values } = await searching(settings).search(topic, { limit: 4 })
    expect(values).toEqual(['0', '1', '2', '3'])
    expect(status.partitions.map(({ from, to, state }) => [from, to, state])).toEqual([
      ['0', '2', 'waiting'],
      ['0', '2', 'waiting'],
      ['0', '0', 'done'],
    ])
  })

  test('from an offset to an offset', async () => {
    const topic = await numbers(30)
    const { places } = await searching(settings).search(topic, {
      start: { at: 'offset', offset: '12' },
      end: { at: 'offset', offset: '14' },
    })
    expect(places.toSorted()).toEqual(['0:12', '0:13', '1:12', '1:13'])
  })

  test('from a time to a time', async () => {
    const topic = await numbers(30)
    const { values, status } = await searching(settings).search(topic, {
      start: { at: 'time', timeMs: base + 9500 },
      end: { at: 'time', timeMs: base + 13_000 },
    })
    expect([values, status.total]).toEqual([['10', '11', '12'], 3])
  })

  test('from some time ago, and from a time after the newest', async () => {
    const topic = await numbers(4)
    await tools.produce(topic, [{ partition: 2, value: 'now', timestamp: Date.now() }])
    const messages = searching(settings)
    expect((await messages.search(topic, { start: { at: 'ago', ms: 3_600_000 } })).values).toEqual(['now'])
    const later = await messages.search(topic, { start: { at: 'time', timeMs: Date.now() + 3_600_000 } })
    expect([later.values, later.status.state, later.status.total]).toEqual([[], 'done', 0])
  })

  test('in one partition looks at no other', async () => {
    const topic = await numbers(10)
    const { places, status } = await searching(settings).search(topic, { partitions: [1] })
    expect([places, status.partitions.length]).toEqual([['1:0', '1:1', '1:2', '1:3', '1:4'], 1])
  })

  test('of an empty topic is done at once', async () => {
    const topic = cluster.topicName('empty')
    await tools.createTopics({ name: topic, partitions: 20 })
    const messages = searching(settings)
    for (const at of ['newest', 'oldest'] as const) {
      const { status } = await messages.search(topic, { start: { at } })
      expect(status).toMatchObject({ state: 'done', scanned: 0, total: 0, notLookedAt: [] })
    }
  })

  test('of a topic or partition that is not there fails and says so', async () => {
    const topic = await numbers(1)
    const messages = searching(settings)
    const absent = await messages.search(cluster.topicName('absent'))
    expect(absent.status).toMatchObject({ state: 'failed', error: { code: 'NOT_FOUND' } })
    const { status } = await messages.search(topic, { partitions: [0, 9] })
    expect(status.error?.message).toBe(`${topic} has no partition 9`)
  })
})

describe('what retention has taken', () => {
  test('before the search began is said', async () => {
    const topic = await numbers(20)
    await tools.deleteRecords(topic, 0, 4)
    const { status, places } = await searching(settings).search(topic, {
      start: { at: 'offset', offset: '1' },
    })
    expect(places.filter((place) => place.startsWith('0:'))).toEqual([
      '0:4',
      '0:5',
      '0:6',
      '0:7',
      '0:8',
      '0:9',
    ])
    expect(status.notLookedAt).toEqual([
      'partition 0: offsets 1 to 3 are gone from the log (retention or deletion)',
    ])
  })

  test.for(['oldest', 'newest'] as const)('while it runs from the %s is said', async (at) => {
    const topic = await numbers(20)
    const messages = searching(settings)
    const id = messages.start(topic, { start: { at } })
    messages.handlers['messages.pause']({ id })
    await messages.until(id, ({ total }) => total === 20)
    await tools.deleteRecords(topic, 0, 7)
    messages.handlers['messages.resume']({ id })
    await messages.until(id, ({ state }) => state !== 'running')
    const { status, places } = await messages.found(id)
    expect(places.filter((place) => place.startsWith('0:')).toSorted()).toEqual(['0:7', '0:8', '0:9'])
    expect([status.state, status.matches, status.notLookedAt]).toEqual([
      'done',
      13,
      ['partition 0: offsets 0 to 6 are gone from the log (retention or deletion)'],
    ])
  })

  test('a topic that was deleted meanwhile ends in its own words', async () => {
    const topic = await numbers(20)
    const messages = searching(settings)
    const id = messages.start(topic)
    messages.handlers['messages.pause']({ id })
    await messages.until(id, ({ total }) => total === 20)
    await tools.deleteTopics(topic)
    messages.handlers['messages.resume']({ id })
    const status = await messages.until(id, ({ state }) => state !== 'running')
    expect(status.partitions.map(({ state, reason }) => [state, reason])).toEqual([
      ['failed', 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['failed', 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['done', ''],
    ])
    expect(status.notLookedAt).toEqual([
      'partitions 0, 1: 20 offsets not looked at: UNKNOWN_TOPIC_OR_PARTITION',
    ])
  })
})
