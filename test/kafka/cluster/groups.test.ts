import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { kcat } from '../support/kcat.ts'
import { clientSettings } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'
import { untilAnswer, watching } from '../support/watching.ts'

const cluster = sharedCluster()
const [broker = ''] = cluster.brokers('plaintext')
const settings = clientSettings(cluster.address, 'plaintext')

/** A topic with one partition and so many records, a second apart, the newest a minute old. */
async function topicOf(word: string, records: number, partitions = 1): Promise<string> {
  const name = cluster.topicName(word)
  await cluster.tools.createTopics({ name, partitions })
  const begin = Date.now() - (60 + records) * 1000
  if (records > 0) {
    await cluster.tools.produce(
      name,
      Array.from({ length: records }, (_, id) => ({
        ...{ partition: 0, value: JSON.stringify({ id }), timestamp: begin + id * 1000 },
      })),
    )
  }
  return name
}

const records = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ partition: 0, value: `v${id}` }))
const transaction = (topic: string, outcome: 'commit' | 'abort' | 'open') => ({ id: `${topic}-tx`, outcome })

describe('groups', () => {
  for (const protocol of ['classic', 'consumer'] as const) {
    test(`of Kafka's own consumer (${protocol}): state, members and assignments, then what is left to read`, async () => {
      const topic = await topicOf('joined', 5, 2)
      const group = `${topic}-group`
      const seen = watching(settings)
      const member = await cluster.tools.join({ group, topics: [topic], protocol })
      const detail = await untilAnswer(
        () => seen.group(group).catch(() => null),
        (answer) => answer?.group.state === 'Stable' && answer.group.lag === 0,
      )
      expect(detail).toMatchObject({
        group: { id: group, kind: protocol, members: 1, topics: [topic], lag: 0, lagMs: 0 },
        coordinator: 1,
        memberList: [{ assignments: [{ topic, partitions: [0, 1] }] }],
        notSeen: [],
      })
      expect(detail?.assignor).not.toBe('')
      expect(detail?.partitions[0]).toMatchObject({ committed: '5', latest: '5', lag: 0, note: '' })
      expect(detail?.partitions[0]?.member).toBe(detail?.memberList[0]?.clientId)
      await member.leave()
      await cluster.tools.produce(topic, [
        { partition: 0, value: 'a', timestamp: Date.now() - 100_000 },
        { partition: 0, value: 'b', timestamp: Date.now() },
      ])
      const left = await untilAnswer(
        () => seen.group(group),
        ({ group: row }) => row.state === 'Empty' && row.lag === 2 && row.lagMs !== null,
      )
      expect(left.group.members).toBe(0)
      expect(left.group.lagMs).toBeGreaterThan(99_000)
      expect(left.group.lagMs).toBeLessThan(160_000)
    })
  }

  test('that nobody made are not found, and one that was made just now is found at once', async () => {
    const topic = await topicOf('late', 2)
    const seen = watching(settings)
    await seen.groups()
    await expect(seen.group(`${topic}-group`)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await cluster.tools.commit(`${topic}-group`, topic, [1])
    expect((await seen.group(`${topic}-group`)).group.id).toBe(`${topic}-group`)
  })

  test('of kcat and of kafkajs', async () => {
    const topic = await topicOf('others', 3)
    await kcat(['-b', broker, '-G', `${topic}-kcat`, '-c', '2', '-X', 'auto.offset.reset=earliest', topic])
    const consumer = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).consumer({
      groupId: `${topic}-kafkajs`,
    })
    onTestFinished(() => consumer.disconnect())
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({ eachMessage: async () => {} })
    const seen = watching(settings)
    const rows = await untilAnswer(
      () => seen.groups(topic),
      ([first, second]) => first?.lag === 0 && first.state === 'Stable' && second?.lag === 1,
    )
    expect(rows).toMatchObject([
      { id: `${topic}-kafkajs`, kind: 'classic', members: 1, topics: [topic], lag: 0 },
      { id: `${topic}-kcat`, kind: 'classic', members: 0, topics: [topic], lag: 1 },
    ])
  })

  test('show a trend and when the lag will be gone', async () => {
    const topic = await topicOf('trend', 100)
    const group = `${topic}-group`
    await cluster.tools.commit(group, topic, [0])
    const seen = watching(settings)
    await untilAnswer(
      () => seen.group(group),
      ({ group: row }) => row.trend === 0,
    )
    await cluster.tools.commit(group, topic, [60])
    const { group: row } = await untilAnswer(
      () => seen.group(group),
      ({ group: one }) => one.lag === 40,
    )
    expect(row.trend).toBeLessThan(0)
    expect(row.timeToClearMs).toBeGreaterThan(0)
    expect(row.spark.filter((value) => value !== null).slice(-2)).toEqual([100, 40])
    const lags = await untilAnswer(
      async () => seen.rows.flatMap(({ lags: all }) => all).filter((one) => one.group === group),
      (all) => all.length > 0,
    )
    expect(lags[0]).toMatchObject({ connection: 'test', source: '', topic, partition: 0 })
  })
})

describe('lag', () => {
  test('does not count the markers of transactions', async () => {
    const topic = await topicOf('markers', 0)
    const group = `${topic}-group`
    await cluster.tools.produceInTransaction(topic, records(3), transaction(topic, 'commit'))
    // After the last record, as librdkafka commits it: the marker is still to come.
    await cluster.tools.commit(group, topic, [3])
    const seen = watching(settings)
    expect(await seen.partition(group)).toMatchObject({
      ...{ committed: '3', latest: '4', lag: 0, lagMs: 0 },
      note: 'looked: 1 offset holds no record (transaction markers, aborted or compacted away) and does not count',
    })
  })

  test('does not count aborted records, and counts what follows them', async () => {
    const topic = await topicOf('aborted', 2)
    const group = `${topic}-group`
    await cluster.tools.commit(group, topic, [2])
    await cluster.tools.produceInTransaction(topic, records(50), transaction(topic, 'abort'))
    const seen = watching(settings)
    expect(await seen.partition(group)).toMatchObject({ committed: '2', latest: '53', lag: 0, lagMs: 0 })
    await cluster.tools.produce(topic, records(2))
    const after = await untilAnswer(
      () => seen.partition(group),
      (one) => one?.latest === '55',
    )
    expect(after).toMatchObject({ lag: 2 })
  })

  test('ends where open transactions begin', async () => {
    const topic = await topicOf('open', 2)
    const group = `${topic}-group`
    await cluster.tools.commit(group, topic, [2])
    await cluster.tools.produceInTransaction(topic, records(4), transaction(topic, 'open'))
    const seen = watching(settings)
    expect(await seen.partition(group)).toMatchObject({
      ...{ committed: '2', latest: '2', lag: 0, lagMs: 0 },
      note: '4 offsets of open transactions at the end do not count',
    })
    await cluster.tools.endTransaction(`${topic}-tx`, 'commit')
    const after = await untilAnswer(
      () => seen.partition(group),
      (one) => one?.latest === '7',
    )
    expect(after?.lag).toBe(4)
  })

  test('counts from the beginning of the log where retention has passed the commit', async () => {
    const topic = await topicOf('retained', 10)
    const group = `${topic}-group`
    await cluster.tools.commit(group, topic, [2])
    await cluster.tools.deleteRecords(topic, 0, 7)
    const seen = watching(settings)
    expect(await seen.partition(group)).toMatchObject({
      ...{ committed: '2', earliest: '7', latest: '10', lag: 3 },
      note: 'committed offset is no longer in the log; lag counts from the earliest one',
    })
    await cluster.tools.deleteRecords(topic, 0, 10)
    const empty = await untilAnswer(
      () => seen.partition(group),
      (one) => one?.earliest === '10',
    )
    expect(empty).toMatchObject({ lag: 0, lagMs: 0 })
  })

  test('is never negative, also where the topic was made anew and the commit is beyond its end', async () => {
    const topic = await topicOf('negative', 10)
    const group = `${topic}-group`
    await cluster.tools.commit(group, topic, [10])
    const seen = watching(settings)
    expect(await seen.partition(group)).toMatchObject({ lag: 0 })
    await cluster.tools.deleteTopics(topic)
    await cluster.tools.createTopics({ name: topic })
    await cluster.tools.produce(topic, records(1))
    await cluster.tools.commit(group, topic, [10])
    const after = await untilAnswer(
      () => seen.partition(group).catch(() => undefined),
      (one) => one?.latest === '1',
    )
    expect(after).toMatchObject({
      ...{ committed: '10', lag: 0, lagMs: 0 },
      note: 'committed offset is beyond the end of the log; the topic may have been made anew',
    })
  })

  test('counts tombstones, which a consumer is given', async () => {
    const topic = await topicOf('tombstones', 1)
    const group = `${topic}-group`
    await cluster.tools.commit(group, topic, [1])
    await cluster.tools.produce(topic, [{ partition: 0, key: 'a' }])
    const seen = watching(settings)
    expect(await seen.partition(group)).toMatchObject({ lag: 1, note: '' })
  })
})
