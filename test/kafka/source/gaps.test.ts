import { describe, expect, test } from 'vitest'
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import { query, testBench, untilLive } from '../../support/engines.ts'
import { landing, type LandingOptions } from '../support/landing-workspace.ts'
import { landedIds, numbered, untilEvent, untilRead, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const { tools } = cluster
const brokers = cluster.brokers('plaintext')

interface Stopped {
  topic: string
  workspace: ReturnType<typeof landing>
}

/** A source that has landed the ids 0 to 4 and is stopped. */
async function afterFive(word: string, source: LandingOptions['source'] = {}): Promise<Stopped> {
  const topic = cluster.topicName(word)
  await tools.createTopics({ name: topic })
  await tools.produce(topic, numbered(0, 5))
  const workspace = landing(bench.folder(), brokers, [topic], { store: 'disk', source })
  const engine = await bench.started(workspace)
  await untilRecords(engine, 5)
  await engine.stop()
  return { topic, workspace }
}

function gaps(engine: Engine): Promise<unknown[][]> {
  return query(engine, 'SELECT topic, partition, from_offset, to_offset, records FROM sys_gaps')
}

describe('a restart', () => {
  test('goes on exactly where the store is', async () => {
    const { topic, workspace } = await afterFive('exact')
    await tools.produce(topic, numbered(5, 5))
    const engine = await bench.started(workspace)
    await untilRecords(engine, 10)
    expect(await landedIds(engine)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await gaps(engine)).toEqual([])
  })
})

describe('retention that was faster', () => {
  test('is a gap with its exact range, counted and told; the rest lands', async () => {
    const { topic, workspace } = await afterFive('retention')
    await tools.produce(topic, numbered(5, 10))
    await tools.deleteRecords(topic, 0, 12)
    const engine = await bench.started(workspace)
    await untilRecords(engine, 8)
    expect(await landedIds(engine)).toEqual([0, 1, 2, 3, 4, 12, 13, 14])
    expect(await gaps(engine)).toEqual([[topic, 0, 5, 12, 7]])
    const told = await untilLive(engine, ({ sources }) => (sources[0]?.gapRecords ?? 0) > 0)
    expect(told.sources[0]?.gapRecords).toBe(7)
    const gap = told.events.find(({ kind }) => kind === 'gap')
    expect(gap?.message).toContain(`${topic}, partition 0: offsets 5 to 11 (7) cannot be read`)
  })

  test('with out_of_range: latest, goes on at the end', async () => {
    const { topic, workspace } = await afterFive('latest', { outOfRange: 'latest' })
    await tools.produce(topic, numbered(5, 10))
    await tools.deleteRecords(topic, 0, 12)
    const engine = await bench.started(workspace)
    await untilRead(engine)
    await tools.produce(topic, numbered(15, 2))
    await untilRecords(engine, 7)
    expect(await landedIds(engine)).toEqual([0, 1, 2, 3, 4, 15, 16])
    expect(await gaps(engine)).toEqual([[topic, 0, 5, 15, 10]])
  })

  test('with out_of_range: stop, stops there and says what is missing', async () => {
    const { topic, workspace } = await afterFive('stop', { outOfRange: 'stop' })
    await tools.produce(topic, numbered(5, 10))
    await tools.deleteRecords(topic, 0, 12)
    const engine = await bench.started(workspace)
    const { sources } = await untilLive(engine, (one) => one.sources[0]?.state === 'failed')
    expect(sources[0]?.reason).toBe(
      `${topic}, partition 0: offset 5 is wanted, but the log holds 12 to 14; out_of_range: stop`,
    )
    expect(await landedIds(engine)).toEqual([0, 1, 2, 3, 4])
    expect(await gaps(engine)).toEqual([])
  })

  test('in a running source is a gap too', async () => {
    const topic = cluster.topicName('running')
    await tools.createTopics({ name: topic })
    await tools.produce(topic, numbered(0, 2))
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 2)
    await engine.pause()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'paused')
    await tools.produce(topic, numbered(2, 8))
    await tools.deleteRecords(topic, 0, 6)
    await engine.resume()
    await untilLive(engine, ({ sources }) => sources[0]?.positions[0]?.next === '10')
    // What the request that was under way has brought may have landed: nothing else is missing, and it is counted.
    const landed = await landedIds(engine)
    const missing = (await gaps(engine)).reduce((sum, gap) => sum + Number(gap[4]), 0)
    expect(landed.length + missing).toBe(10)
    expect(landed.slice(-4)).toEqual([6, 7, 8, 9])
  })
})

describe('a topic that is deleted and made again', () => {
  test('while the source is stopped: the new one is read from its beginning', async () => {
    const { topic, workspace } = await afterFive('again')
    await tools.deleteTopics(topic)
    await tools.createTopics({ name: topic })
    await tools.produce(topic, numbered(100, 8))
    const engine = await bench.started(workspace)
    await untilRecords(engine, 13)
    expect((await landedIds(engine)).toSorted((one, other) => Number(one) - Number(other))).toEqual([
      0, 1, 2, 3, 4, 100, 101, 102, 103, 104, 105, 106, 107,
    ])
    const { events } = await untilLive(engine, (one) =>
      one.events.some(({ kind }) => kind === 'topic-recreated'),
    )
    expect(events.find(({ kind }) => kind === 'topic-recreated')?.message).toBe(
      `${topic} was deleted and made again; it is read from its beginning`,
    )
  })

  test('while the source runs: the new one is read from its beginning', async () => {
    const topic = cluster.topicName('live')
    await tools.createTopics({ name: topic })
    await tools.produce(topic, numbered(0, 5))
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 5)
    await tools.deleteTopics(topic)
    await tools.createTopics({ name: topic })
    await tools.produce(topic, numbered(100, 3))
    await untilRecords(engine, 8)
    expect((await landedIds(engine)).toSorted((one, other) => Number(one) - Number(other))).toEqual([
      0, 1, 2, 3, 4, 100, 101, 102,
    ])
  })

  test('while the source is paused, and longer than before: nothing is doubled', async () => {
    const topic = cluster.topicName('paused')
    await tools.createTopics({ name: topic })
    await tools.produce(topic, numbered(0, 5))
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 5)
    await engine.pause()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'paused')
    await tools.deleteTopics(topic)
    await tools.createTopics({ name: topic })
    await tools.produce(topic, numbered(100, 50))
    await engine.resume()
    await untilEvent(engine, 'topic-recreated')
    await untilLive(engine, ({ sources }) => sources[0]?.positions[0]?.next === '50')
    const fresh = Array.from({ length: 50 }, (_, index) => 100 + index)
    expect((await landedIds(engine)).toSorted((one, other) => Number(one) - Number(other))).toEqual([
      ...[0, 1, 2, 3, 4],
      ...fresh,
    ])
    expect(await gaps(engine)).toEqual([])
  })

  test('before all of it was read: what was seen of the rest is a gap', async () => {
    const topic = cluster.topicName('unread')
    const config = { 'max.message.bytes': String(8 * 1024 * 1024) }
    await tools.createTopics({ name: topic, config })
    for (let id = 0; id < 16; id++) await tools.produce(topic, [{ id, fill: 4 * 1024 * 1024 }])
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 1)
    await engine.pause()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'paused')
    await tools.deleteTopics(topic)
    await tools.createTopics({ name: topic })
    await tools.produce(topic, numbered(100, 2))
    await engine.resume()
    await untilEvent(engine, 'topic-recreated')
    await untilLive(engine, ({ sources }) => sources[0]?.positions[0]?.next === '2')
    const landed = await landedIds(engine)
    const missing = (await gaps(engine)).reduce((sum, gap) => sum + Number(gap[4]), 0)
    expect(landed.length + missing).toBe(18)
    expect(landed).toEqual(expect.arrayContaining([0, 100, 101]))
  })
})
