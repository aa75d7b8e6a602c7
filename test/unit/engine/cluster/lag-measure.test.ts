import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LagMeasure } from '../../../../src-main/engine/cluster/lag-measure.ts'
import { LagSet } from '../../../../src-main/engine/cluster/lag-set.ts'
import { TopicBook } from '../../../../src-main/engine/cluster/topic-book.ts'
import type { OffsetColumnsInput } from '../../../../src-main/engine/kafka/requests/offset-columns.ts'
import { fakeBrokers } from './fake-brokers.ts'

const never = new AbortController().signal
const topic = 't'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** One partition with these ends, and a consumer of it. */
function opened(committed: number, ends: { earliest: number; stable: number; latest: number }) {
  const { reach, sent } = fakeBrokers({
    ListOffsets: ({ isolation, time }: OffsetColumnsInput) => ({
      ...{ topics: [{ name: topic, start: 0, end: 1 }], partition: [0], error: [0], timestamp: [-1] },
      offset: [time === -2n ? ends.earliest : isolation === 'read_committed' ? ends.stable : ends.latest],
    }),
    Fetch: () => [],
  })
  const book = new TopicBook(reach)
  const partition = { error: 0, partition: 0, leader: 1, leaderEpoch: 0, replicas: [1], inSync: [1] }
  book.describe({
    ...{ brokers: [{ nodeId: 1, host: 'h', port: 1, rack: null }], clusterId: 'c', controllerId: 1 },
    topics: [
      { error: 0, name: topic, id: 'a', internal: false, partitions: [{ ...partition, offline: [] }] },
    ],
  })
  const lags = new LagMeasure(reach, book)
  const consumer = new LagSet()
  consumer.commit(topic, 0, committed)
  /** What the next measurement asks for beside the end of the log, and the lag that it finds. */
  const round = async (afterMs = 0): Promise<{ asked: string[]; lag: number | null }> => {
    await book.measureLatest(null, never)
    vi.setSystemTime(Date.now() + afterMs)
    sent.length = 0
    await lags.measure([consumer], new Set(), never)
    const asked = sent
      .filter(({ name }) => name === 'ListOffsets')
      .map(({ input }) => ((input as OffsetColumnsInput).time === -2n ? 'earliest' : 'stable'))
    return { asked, lag: consumer.lag }
  }
  return { ends, consumer, round }
}

describe('the lag of a consumer', () => {
  test('asks nothing more while nothing comes', async () => {
    const { round } = opened(5, { earliest: 0, stable: 5, latest: 5 })
    expect(await round()).toEqual({ asked: ['stable'], lag: 0 })
    expect(await round()).toEqual({ asked: [], lag: 0 })
  })

  test('asks again once something has come, and where the log begins while something is open', async () => {
    const { ends, consumer, round } = opened(5, { earliest: 0, stable: 5, latest: 5 })
    await round()
    ends.stable = ends.latest = 8
    expect(await round()).toEqual({ asked: ['stable', 'earliest'], lag: 3 })
    expect(await round()).toEqual({ asked: ['earliest'], lag: 3 })
    ends.earliest = 7
    expect(await round()).toEqual({ asked: ['earliest'], lag: 1 })
    consumer.commit(topic, 0, 8)
    expect(await round()).toEqual({ asked: [], lag: 0 })
  })

  test('asks while a transaction is open, which ends without a longer log being seen', async () => {
    const { ends, round } = opened(5, { earliest: 0, stable: 5, latest: 9 })
    await round()
    expect(await round()).toEqual({ asked: ['stable'], lag: 0 })
    ends.stable = 9
    expect(await round()).toEqual({ asked: ['stable', 'earliest'], lag: 4 })
  })

  test('asks where the end of the log was measured too long ago', async () => {
    const { round } = opened(5, { earliest: 0, stable: 5, latest: 5 })
    await round()
    expect(await round(2000)).toEqual({ asked: ['stable'], lag: 0 })
  })
})
