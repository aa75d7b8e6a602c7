import { describe, expect, test } from 'vitest'
import { column, connection, topicSource, workspace } from '../../support/workspaces.ts'
import { clientSettings } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'
import { untilAnswer, watching } from '../support/watching.ts'

const cluster = sharedCluster()
const settings = clientSettings(cluster.address, 'plaintext')

describe('topics', () => {
  test('have offsets, sizes, retention and the time of the newest record', async () => {
    const name = cluster.topicName('seen')
    const config = { 'retention.ms': '86400000', 'cleanup.policy': 'compact,delete' }
    await cluster.tools.createTopics({ name, partitions: 2, config })
    await cluster.tools.produce(name, [
      { partition: 0, key: 'a', value: 'x'.repeat(1000), timestamp: Date.now() - 5000 },
      { partition: 0, key: 'b', value: 'y', timestamp: 1_700_000_000_000 },
      { partition: 1, key: 'c', value: 'z', timestamp: 1_700_000_000_123 },
    ])
    const seen = watching(settings)
    // Each figure comes in its own time: leaders of a topic that was just made may not answer yet.
    const detail = await untilAnswer(
      () => seen.topic(name),
      ({ topic, partitions, notSeen }) =>
        topic.sizeBytes !== null &&
        topic.retentionMs !== null &&
        partitions.every(({ lastRecordAt }) => lastRecordAt !== null) &&
        notSeen.length === 0,
    )
    expect(detail.topic).toMatchObject({
      ...{ name, partitions: 2, replication: 1, internal: false, records: 3 },
      ...{ retentionMs: 86_400_000, retentionBytes: -1, cleanupPolicy: 'compact,delete' },
      ...{ underReplicated: 0, offline: 0, consumers: [], lag: null },
    })
    expect(detail.topic.sizeBytes).toBeGreaterThan(1000)
    expect(Date.now() - (detail.topic.lastRecordAt ?? 0)).toBeLessThan(60_000)
    expect(detail.partitions).toMatchObject([
      { partition: 0, leader: 1, replicas: [1], inSync: [1], earliest: '0', latest: '2' },
      { partition: 1, earliest: '0', latest: '1', lastRecordAt: 1_700_000_000_123 },
    ])
    const own = detail.config.filter(({ isDefault }) => !isDefault)
    expect(own.map(({ name: entry, source }) => `${entry} ${source}`)).toEqual(
      expect.arrayContaining(['cleanup.policy topic', 'retention.ms topic']),
    )
    expect(detail.config.length).toBeGreaterThan(20)
    expect(detail.notSeen).toEqual([])
  })

  test('have rates and skew between two measurements, and history in the store', async () => {
    const name = cluster.topicName('moving')
    await cluster.tools.createTopics({ name, partitions: 4 })
    const seen = watching(settings)
    // Leaders of a topic that was just made may not answer yet.
    await untilAnswer(
      () => seen.topic(name),
      ({ partitions }) => partitions.every(({ latest }) => latest === '0'),
    )
    const load = await cluster.tools.startLoad({ topic: name, partitions: 2, rate: 200 })
    const detail = await untilAnswer(
      () => seen.topic(name),
      ({ topic, partitions }) => Number(topic.recordsPerSecond) > 100 && Number(partitions[0]?.skew) > 0,
    )
    await untilAnswer(
      async () => seen.rows.flatMap(({ topics }) => topics).filter((row) => row.topic === name),
      (rows) => rows.filter(({ partition, records }) => partition === 1 && records > 50).length >= 2,
    )
    await load.stop()
    expect(detail.partitions[3]).toMatchObject({ recordsPerSecond: 0, skew: 0 })
    expect(detail.partitions[0]?.skew).toBeGreaterThan(1)
    const values = (await seen.topic(name)).topic.spark.filter((value) => value !== null)
    expect(Math.max(...values)).toBeGreaterThan(100)
    const ends = await cluster.tools.offsets(name)
    const appended = ends.reduce((sum, { latest }) => sum + latest, 0)
    // All rows of the topic: a slice that ended while it was being opened has one for all partitions.
    const measured = await untilAnswer(
      async () =>
        seen.rows
          .flatMap(({ topics }) => topics)
          .filter((row) => row.topic === name)
          .reduce((sum, { records }) => sum + records, 0),
      (sum) => sum >= appended,
    )
    expect(measured).toBe(appended)
  })

  test('are found, sorted and paged', async () => {
    const word = cluster.topicName('paged')
    await cluster.tools.createTopics(
      { name: `${word}-A` },
      { name: `${word}-b`, partitions: 3 },
      { name: `${word}-c`, partitions: 2 },
    )
    await cluster.tools.produce(`${word}-c`, [{ value: 'x', timestamp: 1_700_000_000_000 }])
    const seen = watching(settings)
    const names = async (request: Parameters<typeof seen.topics>[0]) =>
      (await seen.topics({ search: word.toUpperCase(), ...request })).map(({ name }) => name.slice(-1))
    expect(await names({})).toEqual(['A', 'b', 'c'])
    expect(await names({ sort: 'partitions', descending: true })).toEqual(['b', 'c', 'A'])
    expect(await names({ sort: 'partitions', descending: true, start: 1, count: 1 })).toEqual(['c'])
    await untilAnswer(
      () => names({ sort: 'lastRecordAt', descending: false }),
      ([first]) => first === 'c',
    )
    expect(await seen.topics({ search: '__consumer_offsets' })).toEqual([])
  })

  test('that are made anew begin anew, and partitions that are added are seen', async () => {
    const name = cluster.topicName('anew')
    await cluster.tools.createTopics({ name })
    await cluster.tools.produce(name, [{ value: 'x' }, { value: 'y' }])
    const seen = watching(settings)
    expect((await seen.topic(name)).topic.records).toBe(2)
    await cluster.tools.deleteTopics(name)
    await cluster.tools.createTopics({ name, partitions: 3 })
    await cluster.tools.produce(name, [{ value: 'x', partition: 2 }])
    const detail = await untilAnswer(
      () => seen.topic(name).catch(() => null),
      (answer) => answer?.partitions.length === 3 && answer.topic.records === 1,
    )
    expect(detail?.topic.recordsPerSecond === null || detail?.topic.recordsPerSecond === 0).toBe(true)
  })

  test('that nobody made are not found, and a made one is found at once', async () => {
    const name = cluster.topicName('late')
    const seen = watching(settings)
    await seen.topics()
    await expect(seen.topic(name)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await cluster.tools.createTopics({ name })
    expect((await seen.topic(name)).topic.name).toBe(name)
  })

  test('say what of this workspace reads them, and how far it is behind', async () => {
    const name = cluster.topicName('read')
    await cluster.tools.createTopics({ name })
    await cluster.tools.produce(name, [{ value: 'a' }, { value: 'b' }, { value: 'c' }])
    const own = workspace('/nowhere', {
      connections: [connection('test', cluster.brokers('plaintext'))],
      sources: [topicSource('in', [column('id', 'integer')], { topics: [name], connection: 'test' })],
    })
    const seen = watching(settings, own)
    seen.watch.notePositions([{ source: 'in', topic: name, partition: 0, next: 1n }])
    const [row] = await untilAnswer(
      () => seen.topics({ search: name }),
      ([first]) => first?.lag !== null,
    )
    expect(row).toMatchObject({ consumers: ['in'], lag: 2 })
    const lags = await untilAnswer(
      async () => seen.rows.flatMap((rows) => rows.lags),
      (rows) => rows.length > 0,
    )
    expect(lags[0]).toMatchObject({
      ...{ seconds: 1, connection: 'test', group: '', source: 'in', topic: name, partition: 0 },
      ...{ committed: 1, latest: 3, lag: 2 },
    })
  })
})
