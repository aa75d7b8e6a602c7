import { expect, test } from 'vitest'
import { query, testBench } from '../../support/engines.ts'
import { landing } from '../support/landing-workspace.ts'
import { numbered, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'
import { untilAnswer } from '../support/watching.ts'

const bench = testBench()
const cluster = sharedCluster()

test('an engine keeps history of what its sources read, and of their lag, and answers for topics', async () => {
  const topic = cluster.topicName('history')
  await cluster.tools.createTopics({ name: topic, partitions: 2 })
  await cluster.tools.produce(topic, numbered(0, 5))
  const engine = await bench.started(landing(bench.folder(), cluster.brokers('plaintext'), [topic]))
  await untilRecords(engine, 5)
  const lags = await untilAnswer(
    () =>
      query(
        engine,
        `SELECT DISTINCT connection, group_id, source, topic, partition, committed, latest, lag FROM sys_lag
         WHERE committed > 0`,
      ),
    (rows) => rows.length > 0,
  )
  expect(lags).toContainEqual(['local', '', 'in', topic, 0, 5, 5, 0])
  const load = await cluster.tools.startLoad({ topic, partitions: 2, rate: 100 })
  const rows = await untilAnswer(
    () =>
      query(
        engine,
        `SELECT partition, sum(records) FROM sys_topics WHERE connection = 'local' AND topic = '${topic}' AND partition >= 0
         GROUP BY 1 HAVING sum(records) > 50`,
      ),
    (found) => found.length === 2,
  )
  await load.stop()
  expect(rows.map(([partition]) => partition)).toEqual([0, 1])
  const nowMs = Date.now()
  const range = { fromMs: nowMs - 60_000, toMs: nowMs, bucketMs: 1000 }
  const history = await engine.clusters.topics.history('local', topic, range)
  expect(history.lines.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['partition 0', 'partition 1']),
  )
  const detail = await engine.clusters.topics.get('local', topic)
  expect(detail.topic.consumers).toEqual(['in'])
  await expect(engine.clusters.groups.get('local', 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
