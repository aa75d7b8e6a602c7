import { statSync, truncateSync } from 'node:fs'
import { expect, test } from 'vitest'
import { testBench } from '../../support/engines.ts'
import { integrityOf } from '../../support/integrity.ts'
import { landing } from '../support/landing-workspace.ts'
import { landedIds, numbered, untilBegun, untilEvent, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()

test('what a damaged store had of a topic is read again, also where it had begun at the end', async () => {
  const cluster = sharedCluster()
  const topic = cluster.topicName('damage')
  await cluster.tools.createTopics({ name: topic })
  const hourAgo = Date.now() - 3_600_000
  await cluster.tools.produce(topic, numbered(0, 3, { timestamp: hourAgo }))
  const source = { from: { kind: 'latest' } } as const
  const workspace = landing(bench.folder(), cluster.brokers('plaintext'), [topic], { source, store: 'disk' })
  const first = await bench.started(workspace)
  await untilBegun(first)
  await cluster.tools.produce(topic, numbered(3, 2, { timestamp: Date.now() }))
  await untilRecords(first, 2)
  expect(await landedIds(first)).toEqual([3, 4])
  await first.stop()
  truncateSync(first.storeFile, statSync(first.storeFile).size / 2)
  await cluster.tools.produce(topic, numbered(5, 1, { timestamp: Date.now() }))
  const second = await bench.started(workspace)
  await untilEvent(second, 'store-damaged')
  await untilRecords(second, 3)
  expect(await landedIds(second)).toEqual([3, 4, 5])
  await second.stop()
  expect(integrityOf(second.storeFile)).toEqual(['ok'])
})
