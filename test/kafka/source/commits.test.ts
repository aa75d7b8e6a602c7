import { expect, test } from 'vitest'
import { testBench } from '../../support/engines.ts'
import { landing } from '../support/landing-workspace.ts'
import { landedIds, numbered, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const { tools } = cluster
const brokers = cluster.brokers('plaintext')

async function untilCommitted(group: string, topic: string, offset: number): Promise<void> {
  while ((await tools.committed(group, topic, 0)) < offset);
}

test('with commit, positions are committed to the group, and the store still says where to go on', async () => {
  const topic = cluster.topicName('commits')
  await tools.createTopics({ name: topic })
  await tools.produce(topic, numbered(0, 5))
  const group = `${topic}-group`
  const source = { commit: { group, isOwn: false } }
  const workspace = landing(bench.folder(), brokers, [topic], { store: 'disk', source })
  const first = await bench.started(workspace)
  await untilRecords(first, 5)
  await untilCommitted(group, topic, 5)
  await first.stop()
  await tools.commit(group, topic, [0])
  await tools.produce(topic, numbered(5, 2))
  const second = await bench.started(workspace)
  await untilRecords(second, 7)
  expect(await landedIds(second)).toEqual([0, 1, 2, 3, 4, 5, 6])
  await untilCommitted(group, topic, 7)
  await second.stop()
  expect(await tools.groups()).toContain(group)
})

test('a group that Penstock had to make is gone after a stop', async () => {
  const topic = cluster.topicName('own-group')
  await tools.createTopics({ name: topic })
  await tools.produce(topic, numbered(0, 3))
  const group = `${topic}-own`
  const source = { commit: { group, isOwn: true } }
  const engine = await bench.started(landing(bench.folder(), brokers, [topic], { source }))
  await untilRecords(engine, 3)
  await untilCommitted(group, topic, 3)
  expect(await tools.groups()).toContain(group)
  await engine.stop()
  expect(await tools.groups()).not.toContain(group)
})
