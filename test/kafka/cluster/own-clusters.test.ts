import { describe, expect, test } from 'vitest'
import { clientSettings } from '../support/settings.ts'
import { ownCluster } from '../support/suite.ts'
import { untilAnswer, watching } from '../support/watching.ts'

const signal = new AbortController().signal

describe('a fresh cluster', () => {
  test('is looked at without a trace: no topic is made', async () => {
    const cluster = await ownCluster({ brokers: 1 })
    const seen = watching(clientSettings(cluster.address, 'plaintext'))
    const view = await seen.handlers['cluster.get']({ connection: 'test' }, signal)
    expect(await seen.groups()).toEqual([])
    expect(await seen.topics({ internal: true })).toEqual([])
    await expect(seen.group('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(seen.topic('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(view).toMatchObject({
      ...{ controller: 1, topics: 0, partitions: 0, underReplicatedCount: 0, offlineCount: 0, notSeen: [] },
      brokers: [{ id: 1, isController: true, leads: 0, replicas: 0 }],
    })
    await cluster.tools.createTopics({ name: 'first' })
    expect((await seen.topic('first')).topic.name).toBe('first')
    expect((await seen.topics({ internal: true })).map(({ name }) => name)).toEqual(['first'])
  })
})

describe('compaction', () => {
  test('leaves no lag for what it took away', async () => {
    const properties = { 'log.cleaner.backoff.ms': '200', 'log.initial.task.delay.ms': '100' }
    const cluster = await ownCluster({ brokers: 1, properties })
    const compacted = {
      ...{ 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.001', 'segment.ms': '200' },
      ...{ 'max.compaction.lag.ms': '200' },
    }
    await cluster.tools.createTopics({ name: 'latest', config: compacted })
    const record = (key: string, id: number) => ({ partition: 0, key, value: `${key}${String(id)}` })
    await cluster.tools.produce(
      'latest',
      Array.from({ length: 200 }, (_, id) => record('a', id)),
    )
    await cluster.tools.commit('reader', 'latest', [0])
    const seen = watching(clientSettings(cluster.address, 'plaintext'))
    let id = 0
    // The newest segment is not compacted, and a new one begins with a record after its time.
    const partition = await untilAnswer(
      async () => {
        await cluster.tools.produce('latest', [record('b', id++)])
        return seen.partition('reader')
      },
      (one) => one?.lag !== null && Number(one?.lag) < 50,
    )
    expect(Number(partition?.latest)).toBeGreaterThan(200)
    expect(partition?.lag).toBeGreaterThanOrEqual(2)
    expect(partition?.note).toMatch(/offsets hold no record/)
  })
})

/** Starting three brokers twice takes long where little else may run beside. */
const patient = { timeout: 180_000 }

describe('a cluster of three', () => {
  test(
    'shows brokers and partitions in trouble, goes on without one, and comes back by itself',
    patient,
    async () => {
      const cluster = await ownCluster({ brokers: 3 })
      await cluster.tools.createTopics(
        { name: 'safe', assignments: { 0: [1, 2, 3], 1: [2, 3, 1] } },
        { name: 'lone', assignments: { 0: [3], 1: [1] } },
      )
      const settings = clientSettings(cluster.address, 'plaintext', { connectTimeoutMs: 2000 })
      const seen = watching(settings)
      const view = () => seen.handlers['cluster.get']({ connection: 'test' }, signal)
      const whole = await untilAnswer(view, ({ brokers }) =>
        brokers.every(({ sizeBytes }) => sizeBytes !== null),
      )
      expect(whole).toMatchObject({ underReplicatedCount: 0, offlineCount: 0, topics: 2, partitions: 4 })
      expect(whole.brokers).toMatchObject([
        { id: 1, leads: 2, replicas: 3 },
        { id: 2, leads: 1, replicas: 2 },
        { id: 3, leads: 1, replicas: 3 },
      ])
      expect(whole.brokers.filter(({ isController }) => isController)).toHaveLength(1)
      const config = await seen.handlers['cluster.brokerConfig']({ connection: 'test', broker: 2 }, signal)
      expect(config.config.find(({ name }) => name === 'node.id')).toMatchObject({
        ...{ value: '2', isDefault: false, source: 'static', isReadOnly: true },
      })

      await cluster.nodes[2]?.kill()
      const troubled = await untilAnswer(
        view,
        ({ offlineCount, underReplicatedCount }) => offlineCount === 1 && underReplicatedCount === 3,
      )
      expect(troubled.offline).toMatchObject([{ topic: 'lone', partition: 0, leader: -1 }])
      expect(troubled.brokers.map(({ id }) => id)).toEqual([1, 2])
      await cluster.tools.produce('safe', [{ partition: 0, value: 'x' }])
      const before = await untilAnswer(
        () => seen.topic('safe'),
        ({ topic }) => topic.records === 1,
      )

      await Promise.all(cluster.nodes.slice(0, 2).map((node) => node.kill()))
      const down = await untilAnswer(view, ({ notSeen }) =>
        notSeen.some((words) => words.includes('cannot connect')),
      )
      expect(down.at).toBeLessThanOrEqual(Date.now())
      const [kept] = await seen.topics({ search: 'safe' })
      expect(kept).toMatchObject({ records: 1, partitions: 2 })
      const other = watching({ ...settings })
      await expect(other.topics()).rejects.toMatchObject({
        code: 'CONNECTION_FAILED',
        message: expect.stringContaining('cannot connect'),
      })

      await Promise.all(cluster.nodes.map((node) => node.start()))
      const back = await untilAnswer(
        view,
        (now) =>
          now.underReplicatedCount === 0 &&
          now.offlineCount === 0 &&
          now.brokers.length === 3 &&
          now.notSeen.length === 0,
      )
      expect(back.at).toBeGreaterThan(before.at)
      await untilAnswer(
        () => other.topics(),
        (topics) => topics.length === 2,
      )
    },
  )
})
