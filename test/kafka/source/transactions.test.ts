import { describe, expect, test } from 'vitest'
import { testBench } from '../../support/engines.ts'
import { landing } from '../support/landing-workspace.ts'
import { landedIds, numbered, untilRead, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const { tools } = cluster
const brokers = cluster.brokers('plaintext')

async function newTopic(word: string): Promise<string> {
  const topic = cluster.topicName(word)
  await tools.createTopics({ name: topic })
  return topic
}

describe('transactions', () => {
  test('what was aborted never lands, wherever it stands between the rest', async () => {
    const topic = await newTopic('aborted')
    await tools.produceInTransaction(topic, numbered(0, 3), { id: `${topic}-1`, outcome: 'commit' })
    await tools.produceInTransaction(topic, numbered(100, 3), { id: `${topic}-1`, outcome: 'abort' })
    await tools.produce(topic, numbered(3, 2))
    await tools.produceInTransaction(topic, numbered(200, 50), { id: `${topic}-2`, outcome: 'abort' })
    await tools.produceInTransaction(topic, numbered(5, 2), { id: `${topic}-2`, outcome: 'commit' })
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 7)
    expect(await landedIds(engine)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('two that overlap: the aborted one is left out, the committed one lands', async () => {
    const topic = await newTopic('overlap')
    const [kept, dropped] = [`${topic}-kept`, `${topic}-dropped`]
    await tools.produceInTransaction(topic, numbered(0, 2), { id: kept, outcome: 'open' })
    await tools.produceInTransaction(topic, numbered(100, 2), { id: dropped, outcome: 'open' })
    await tools.endTransaction(dropped, 'abort')
    await tools.endTransaction(kept, 'commit')
    await tools.produce(topic, numbered(2, 1))
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 3)
    expect(await landedIds(engine)).toEqual([0, 1, 2])
  })

  test('nothing of an open one lands before it is committed, nor what comes after it', async () => {
    const topic = await newTopic('open')
    await tools.produce(topic, numbered(0, 1))
    const id = `${topic}-open`
    await tools.produceInTransaction(topic, numbered(1, 2), { id, outcome: 'open' })
    await tools.produce(topic, numbered(3, 1))
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 1)
    expect(await landedIds(engine)).toEqual([0])
    await tools.endTransaction(id, 'commit')
    await untilRecords(engine, 4)
    expect(await landedIds(engine)).toEqual([0, 1, 2, 3])
  })

  test('after a restart an aborted one that lies behind the position stays out', async () => {
    const topic = await newTopic('restart')
    const id = `${topic}-long`
    await tools.produce(topic, numbered(0, 2))
    const workspace = landing(bench.folder(), brokers, [topic], { store: 'disk' })
    const first = await bench.started(workspace)
    await untilRecords(first, 2)
    await first.stop()
    await tools.produceInTransaction(topic, numbered(100, 5), { id, outcome: 'abort' })
    await tools.produce(topic, numbered(2, 2))
    const second = await bench.started(workspace)
    await untilRecords(second, 4)
    expect(await landedIds(second)).toEqual([0, 1, 2, 3])
  })

  test('with read_uncommitted, all of it lands', async () => {
    const topic = await newTopic('uncommitted')
    await tools.produceInTransaction(topic, numbered(0, 2), { id: `${topic}-1`, outcome: 'abort' })
    await tools.produce(topic, numbered(2, 1))
    const source = { isolation: 'read_uncommitted' } as const
    const engine = await bench.started(landing(bench.folder(), brokers, [topic], { source }))
    await untilRecords(engine, 3)
    expect(await landedIds(engine)).toEqual([0, 1, 2])
  })

  test('a topic that ends with markers has no lag left', async () => {
    const topic = await newTopic('markers')
    await tools.produceInTransaction(topic, numbered(0, 3), { id: `${topic}-1`, outcome: 'commit' })
    await tools.produceInTransaction(topic, numbered(9, 3), { id: `${topic}-1`, outcome: 'abort' })
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 3)
    const at = await untilRead(engine)
    expect(at.sources[0]?.positions[0]).toMatchObject({ next: '8', end: '8', lag: 0 })
  })
})
