import { describe, expect, test } from 'vitest'
import { testBench } from '../../support/engines.ts'
import { landing } from '../support/landing-workspace.ts'
import { landedIds, numbered, untilBegun, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const brokers = cluster.brokers('plaintext')

async function topicOf(count: number, word: string): Promise<string> {
  const topic = cluster.topicName(word)
  await cluster.tools.createTopics({ name: topic })
  const hourMs = 3_600_000
  const now = Date.now()
  const records = numbered(0, count).map((record, index) => ({
    ...record,
    timestamp: now - (count - index) * hourMs,
  }))
  await cluster.tools.produce(topic, records)
  return topic
}

describe('where a source begins', () => {
  test('earliest: with the first record of each topic', async () => {
    const topics = [await topicOf(3, 'earliest'), await topicOf(2, 'earliest')]
    const engine = await bench.started(landing(bench.folder(), brokers, topics))
    await untilRecords(engine, 5)
    expect(await landedIds(engine)).toEqual([0, 1, 2, 0, 1])
  })

  test('latest: with what comes after', async () => {
    const topic = await topicOf(3, 'latest')
    const source = { from: { kind: 'latest' } } as const
    const engine = await bench.started(landing(bench.folder(), brokers, [topic], { source }))
    await untilBegun(engine)
    await cluster.tools.produce(topic, numbered(3, 2))
    await untilRecords(engine, 2)
    expect(await landedIds(engine)).toEqual([3, 4])
  })

  test('offset: exactly there', async () => {
    const topic = await topicOf(6, 'offset')
    const source = { from: { kind: 'offset', offset: 4n } } as const
    const engine = await bench.started(landing(bench.folder(), brokers, [topic], { source }))
    await untilRecords(engine, 2)
    expect(await landedIds(engine)).toEqual([4, 5])
  })

  test('timestamp: with the first record at or after it', async () => {
    const topic = await topicOf(6, 'timestamp')
    const source = { from: { kind: 'timestamp', ms: Date.now() - 2.5 * 3_600_000 } } as const
    const engine = await bench.started(landing(bench.folder(), brokers, [topic], { source }))
    await untilRecords(engine, 2)
    expect(await landedIds(engine)).toEqual([4, 5])
  })

  test('ago: so long before it first started', async () => {
    const topic = await topicOf(6, 'ago')
    const source = { from: { kind: 'ago', ms: 3.5 * 3_600_000 } } as const
    const engine = await bench.started(landing(bench.folder(), brokers, [topic], { source }))
    await untilRecords(engine, 3)
    expect(await landedIds(engine)).toEqual([3, 4, 5])
  })

  test('a time after the newest record: at the end', async () => {
    const topic = await topicOf(2, 'future')
    const source = { from: { kind: 'timestamp', ms: Date.now() + 3_600_000 } } as const
    const engine = await bench.started(landing(bench.folder(), brokers, [topic], { source }))
    await untilBegun(engine)
    await cluster.tools.produce(topic, numbered(2, 1))
    await untilRecords(engine, 1)
    expect(await landedIds(engine)).toEqual([2])
  })
})
