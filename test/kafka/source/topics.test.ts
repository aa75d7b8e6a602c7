import { describe, expect, test } from 'vitest'
import { query, testBench, untilLive } from '../../support/engines.ts'
import { landing } from '../support/landing-workspace.ts'
import { landedIds, numbered, untilBegun, untilEvent, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const brokers = cluster.brokers('plaintext')

describe('topics and partitions', () => {
  test('a pattern takes every topic whose whole name fits, also those that come later', async () => {
    const word = cluster.topicName('pattern')
    const names = [`${word}.a`, `${word}.b`, `${word}.c.other`]
    await cluster.tools.createTopics(...names.map((name) => ({ name })))
    for (const [index, name] of names.entries()) await cluster.tools.produce(name, numbered(index, 1))
    const pattern = `${word}\\.[a-z]`
    const source = { pattern, topics: [], from: { kind: 'latest' } } as const
    const engine = await bench.started(landing(bench.folder(), brokers, [], { source }))
    await untilBegun(engine, 2)
    await cluster.tools.createTopics({ name: `${word}.d` })
    await cluster.tools.produce(`${word}.d`, numbered(10, 2))
    await cluster.tools.produce(`${word}.a`, numbered(20, 1))
    await untilRecords(engine, 3)
    const rows = await query(engine, 'SELECT DISTINCT _topic FROM landed ORDER BY 1')
    expect(rows).toEqual([[`${word}.a`], [`${word}.d`]])
    expect(await landedIds(engine)).toEqual([20, 10, 11])
  })

  test('partitions that are added are read from their beginning, although the source began at the end', async () => {
    const topic = cluster.topicName('added')
    await cluster.tools.createTopics({ name: topic })
    await cluster.tools.produce(topic, numbered(0, 2))
    const source = { from: { kind: 'latest' } } as const
    const engine = await bench.started(landing(bench.folder(), brokers, [topic], { source }))
    await untilBegun(engine)
    await cluster.tools.addPartitions(topic, 3)
    await cluster.tools.produce(topic, [
      ...numbered(10, 2, { partition: 1 }),
      ...numbered(20, 2, { partition: 2 }),
    ])
    await untilRecords(engine, 4)
    expect(await landedIds(engine)).toEqual([10, 11, 20, 21])
    await untilEvent(engine, 'partitions-added')
  })

  test('a topic that is not there yet is waited for, said so, and not made', async () => {
    const topic = cluster.topicName('later')
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    const waiting = await untilLive(engine, ({ sources }) => sources[0]?.state === 'waiting')
    expect(waiting.sources[0]?.reason).toBe(`there is no topic ${topic}; it is read as soon as there is one`)
    // Had Penstock made it by asking, this would fail.
    await cluster.tools.createTopics({ name: topic })
    await cluster.tools.produce(topic, numbered(0, 2))
    await untilRecords(engine, 2)
    expect(await landedIds(engine)).toEqual([0, 1])
  })

  test('nothing is committed to the cluster, and no group is made', async () => {
    const topic = cluster.topicName('quiet')
    await cluster.tools.createTopics({ name: topic })
    await cluster.tools.produce(topic, numbered(0, 2))
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 2)
    expect((await cluster.tools.groups()).filter((group) => group.includes('penstock'))).toEqual([])
  })
})
