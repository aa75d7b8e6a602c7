import { beforeAll, describe, expect, test } from 'vitest'
import { testBench, untilLive } from '../../support/engines.ts'
import type { LiveSnapshot } from '../../../src-main/contract/live.ts'
import type { TestCluster } from '../support/cluster.ts'
import { untilRecords } from '../support/landing.ts'
import { ownCluster } from '../support/suite.ts'
import { expectWhole, type UnderLoad, underLoad } from '../support/under-load.ts'

const bench = testBench()
const rate = 2000
/** Each broker leads one partition. */
const assignments = { 0: [1, 2, 3], 1: [2, 3, 1], 2: [3, 1, 2] }
let cluster: TestCluster

beforeAll(async () => {
  cluster = await ownCluster({ brokers: 3, listeners: ['plaintext'] })
})

const start = (word: string): Promise<UnderLoad> =>
  underLoad(bench, cluster, word, { listener: 'plaintext', rate, topic: { assignments } })

/** Waits for so many more records than have landed now, spread over all partitions as they are produced. */
async function untilMore({ engine }: UnderLoad, records: number): Promise<void> {
  const { sources } = await engine.live.next(null, null)
  await untilRecords(engine, (sources[0]?.records ?? 0) + records)
}

describe('three brokers', () => {
  test('a leader moves', async () => {
    const load = await start('moved')
    await cluster.tools.moveLeader(load.topic, 0, [2, 3, 1])
    await cluster.tools.moveLeader(load.topic, 1, [3, 1, 2])
    expect(await cluster.tools.leaders(load.topic)).toEqual([2, 3, 3])
    await untilMore(load, 2 * rate)
    expectWhole(await load.count())
  })

  test('a partition moves to other brokers, away from the one that is read', async () => {
    const load = await start('reassigned')
    await cluster.tools.moveLeader(load.topic, 0, [2, 3])
    await untilMore(load, 2 * rate)
    expectWhole(await load.count())
  })

  test('one after the other is stopped and started', async () => {
    const load = await start('rolling')
    for (const node of cluster.nodes) {
      await node.stop()
      await untilMore(load, rate)
      await node.start()
      await cluster.tools.ready(3)
      await cluster.tools.awaitReplicas(load.topic)
    }
    expectWhole(await load.count())
  })

  test('a leader is killed', async () => {
    const load = await start('killed')
    const leader = await cluster.leader(load.topic)
    await leader.kill()
    await untilMore(load, 2 * rate)
    const { sources } = await untilLive(load.engine, (one) => one.sources[0]?.state === 'running')
    expect(sources).toHaveLength(1)
    await leader.start()
    await cluster.tools.ready(3)
    expectWhole(await load.count())
  })

  test('a leader hangs', async () => {
    const load = await start('hanging')
    const leader = await cluster.leader(load.topic)
    leader.pause()
    // Everything that it had, and more from the one that leads in its place.
    await untilPosition(load, 0, rate)
    leader.resume()
    expectWhole(await load.count())
  })
})

/** Waits until a partition has gone on by so many records. */
async function untilPosition({ engine }: UnderLoad, partition: number, records: number): Promise<void> {
  const nextOf = ({ sources }: LiveSnapshot): number =>
    Number(sources[0]?.positions.find((one) => one.partition === partition)?.next ?? 0)
  const before = nextOf(await engine.live.next(null, null))
  await untilLive(engine, (snapshot) => nextOf(snapshot) >= before + records)
}
