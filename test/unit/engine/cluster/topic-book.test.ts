import { describe, expect, test } from 'vitest'
import { TopicBook } from '../../../../src-main/engine/cluster/topic-book.ts'
import type { FetchedPartition, FetchInput } from '../../../../src-main/engine/kafka/requests/fetch.ts'
import type { ClusterMetadata } from '../../../../src-main/engine/kafka/requests/metadata.ts'
import type {
  OffsetColumns,
  OffsetColumnsInput,
} from '../../../../src-main/engine/kafka/requests/offset-columns.ts'
import { encodeBatch, encodeMarker } from '../kafka/records/encoded-batches.ts'
import { type Answers, fakeBrokers } from './fake-brokers.ts'

const never = new AbortController().signal
const notLeader = 6
const invalidRequest = 42

/** Topics by name with the leader of each partition. */
function metadataOf(topics: Record<string, number[]>, ids: Record<string, string> = {}): ClusterMetadata {
  const brokers = [1, 2].map((nodeId) => ({ nodeId, host: 'h', port: nodeId, rack: null }))
  return {
    ...{ brokers, clusterId: 'c', controllerId: 1 },
    topics: Object.entries(topics).map(([name, leaders]) => ({
      ...{ error: 0, name, id: ids[name] ?? name, internal: false },
      partitions: leaders.map((leader, partition) => ({
        ...{ error: 0, partition, leader, leaderEpoch: 0, replicas: [1], inSync: [1], offline: [] },
      })),
    })),
  }
}

interface Place {
  topic: string
  partition: number
  time: bigint
}

/** ListOffsets as brokers answer it: a partition that is asked for twice in one request is refused. */
function listOffsets(
  answerOf: (place: Place) => { error?: number; offset?: number; timestamp?: number },
): Answers {
  return {
    ListOffsets: ({ topics, time }: OffsetColumnsInput): OffsetColumns => {
      const columns: OffsetColumns = { topics: [], partition: [], error: [], offset: [], timestamp: [] }
      const places = topics.flatMap(({ name, partitions }) => partitions.map((one) => `${name} ${one}`))
      const times = new Map<string, number>()
      for (const place of places) times.set(place, (times.get(place) ?? 0) + 1)
      for (const { name, partitions } of topics) {
        const start = columns.partition.length
        for (const partition of partitions) {
          const isTwice = Number(times.get(`${name} ${partition}`)) > 1
          const said = isTwice ? { error: invalidRequest } : answerOf({ topic: name, partition, time })
          columns.partition.push(partition)
          columns.error.push(said.error ?? 0)
          columns.offset.push(said.offset ?? -1)
          columns.timestamp.push(said.timestamp ?? -1)
        }
        columns.topics.push({ name, start, end: columns.partition.length })
      }
      return columns
    },
  }
}

describe('a book of topics', () => {
  test('asks each leader for what it leads, and what has no leader stays unknown', async () => {
    const { reach, sent } = fakeBrokers(listOffsets(({ partition }) => ({ offset: 10 + partition })))
    const book = new TopicBook(reach)
    book.describe(metadataOf({ a: [1, 2, -1], b: [2] }))
    expect(await book.measureLatest(null, never)).toBe(false)
    expect([...(book.topics.get('a')?.latest ?? [])]).toEqual([10, 11, Number.NaN])
    expect(sent.map(({ broker, input }) => [broker, (input as OffsetColumnsInput).topics])).toEqual([
      [1, [{ name: 'a', partitions: [0] }]],
      [
        2,
        [
          { name: 'a', partitions: [1] },
          { name: 'b', partitions: [0] },
        ],
      ],
    ])
    expect([...book.notSeen]).toEqual([])
  })

  test('asks for the time of the newest record once where a topic is named as urgent and again', async () => {
    const { reach, sent } = fakeBrokers(
      listOffsets(({ time }) => (time === -3n ? { offset: 4, timestamp: 700 } : { offset: 5 })),
    )
    const book = new TopicBook(reach)
    book.describe(metadataOf({ a: [1, 1] }))
    await book.measureLatest(null, never)
    const entries = [...book.topics.values()]
    await book.measureNewest([...entries, ...entries], 1000, never)
    expect([...book.notSeen.values()]).toEqual([])
    expect(book.topics.get('a')?.lastRecordAt).toBe(700)
    await book.measureNewest(entries, 1000, never)
    expect(sent.length).toBe(2)
  })

  test('reads the last record where a broker is too old to tell the time of the newest one', async () => {
    const record = await encodeBatch(3, [{ delta: 0, timeDelta: 5, value: null }], { firstTimestamp: 700 })
    const marker = await encodeMarker(4, 9, 'commit')
    const logs: Record<string, Buffer> = {
      plain: record,
      ended: Buffer.concat([record, marker]),
      bare: marker,
    }
    const { reach, sent } = fakeBrokers(
      {
        ...listOffsets(({ topic }) => ({ offset: topic === 'plain' ? 4 : 5 })),
        Fetch: ({ topics }: FetchInput): FetchedPartition[] =>
          topics.flatMap(({ name, partitions }) =>
            partitions.map(({ partition, offset }) => ({
              ...{ topic: name, partition, error: 0, highWatermark: 5n, lastStable: 5n, logStart: 0n },
              ...{ aborted: [], records: offset === 4n ? marker : (logs[name] ?? Buffer.of()) },
            })),
          ),
      },
      { ListOffsets: 6 },
    )
    const book = new TopicBook(reach)
    book.describe(metadataOf({ plain: [1], ended: [1], bare: [2] }))
    await book.measureLatest(null, never)
    sent.length = 0
    await book.measureNewest(book.topics.values(), 1000, never)
    expect([...book.topics.values()].map(({ lastRecordAt }) => lastRecordAt)).toEqual([705, 705, Number.NaN])
    expect([...book.notSeen]).toEqual([])
    expect(sent.every(({ name }) => name === 'Fetch')).toBe(true)
    sent.length = 0
    await book.measureNewest(book.topics.values(), 1000, never)
    expect(sent).toEqual([])
  })

  test('says where the last records cannot be read', async () => {
    const answers = {
      ...listOffsets(() => ({ offset: 5 })),
      Fetch: (_input: never, broker: number) => {
        throw new Error(`broker ${broker} is down`)
      },
    }
    const book = new TopicBook(fakeBrokers(answers, { ListOffsets: 6 }).reach)
    book.describe(metadataOf({ a: [2] }))
    await book.measureLatest(null, never)
    await book.measureNewest(book.topics.values(), 1000, never)
    expect([...book.notSeen.values()]).toEqual(['last records of what broker 2 leads: broker 2 is down'])
  })

  test('says that another broker leads now, and which answers it was given', async () => {
    const { reach } = fakeBrokers(
      listOffsets(({ partition }) => (partition === 0 ? { error: notLeader } : { offset: 5 })),
    )
    const book = new TopicBook(reach)
    book.describe(metadataOf({ a: [1, 1] }))
    expect(await book.measureLatest(null, never)).toBe(true)
    expect(book.notSeen.get('offsets')).toBe(
      'offsets of some partitions: the broker answers NOT_LEADER_OR_FOLLOWER',
    )
    expect(book.topics.get('a')?.latest[1]).toBe(5)
  })

  test('keeps what one broker answers where another does not, and throws where none does', async () => {
    const isDown = new Set([2])
    const { reach } = fakeBrokers({
      ListOffsets: (input: never, broker) => {
        if (isDown.has(broker)) throw new Error(`broker ${broker} is down`)
        return listOffsets(() => ({ offset: 5 }))['ListOffsets']?.(input, broker)
      },
    })
    const book = new TopicBook(reach)
    book.describe(metadataOf({ a: [1, 2] }))
    await book.measureLatest(null, never)
    expect([...(book.topics.get('a')?.latest ?? [])]).toEqual([5, Number.NaN])
    expect(book.notSeen.get('offsets')).toBe('offsets of what broker 2 leads: broker 2 is down')
    isDown.add(1)
    await expect(book.measureLatest(null, never)).rejects.toThrow('is down')
  })

  test('begins anew with a topic that was made anew, and forgets one that is gone', async () => {
    const { reach } = fakeBrokers(listOffsets(() => ({ offset: 5 })))
    const book = new TopicBook(reach)
    book.describe(metadataOf({ a: [1], b: [1] }))
    await book.measureLatest(null, never)
    book.describe(metadataOf({ a: [1, 1] }, { a: 'other' }))
    expect([...book.topics.keys()]).toEqual(['a'])
    expect([...(book.topics.get('a')?.latest ?? [])]).toEqual([Number.NaN, Number.NaN])
  })

  test('counts the sizes of what a broker leads, and all that it holds', async () => {
    const logs = { topic: 'a', partitions: [0, 1], bytes: [100, 30], isFuture: [false, false] }
    const directory = { error: 0, path: '/d', topics: [logs], totalBytes: -1, usableBytes: -1 }
    const { reach } = fakeBrokers({
      DescribeLogDirs: (_input, broker) => {
        if (broker === 2) throw new Error('not allowed')
        return [directory]
      },
    })
    const book = new TopicBook(reach)
    book.describe(metadataOf({ a: [1, 2] }))
    await book.measureSizes(never)
    expect([book.topics.get('a')?.bytes, book.brokerBytes.get(1)]).toEqual([100, 130])
    expect(book.notSeen.get('sizes 2')).toBe('sizes of what broker 2 holds: not allowed')
  })

  test('asks for 20,000 partitions in a few requests of bounded size', async () => {
    const { reach, sent } = fakeBrokers(listOffsets(() => ({ offset: 5 })))
    const book = new TopicBook(reach)
    const topics = Array.from({ length: 2000 }, (_, index): [string, number[]] => [
      `topic-${index}`,
      Array.from({ length: 10 }, (_none, partition) => 1 + (partition % 2)),
    ])
    book.describe(metadataOf(Object.fromEntries(topics)))
    await book.measureLatest(null, never)
    const sizes = sent.map(({ input }) =>
      (input as OffsetColumnsInput).topics.reduce((sum, { partitions }) => sum + partitions.length, 0),
    )
    expect(sizes).toEqual(Array.from({ length: 8 }, () => 2500))
    expect([...book.topics.values()].filter(({ latest }) => latest.every((one) => one === 5)).length).toBe(
      2000,
    )
    sent.length = 0
    await book.measureNewest(book.topics.values(), 1000, never)
    expect(sent.length).toBe(2)
  })
})
