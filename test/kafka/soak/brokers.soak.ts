import { beforeAll, describe, test } from 'vitest'
import { testBench } from '../../support/engines.ts'
import type { TestCluster } from '../support/cluster.ts'
import { ownCluster } from '../support/suite.ts'
import { expectWhole, type UnderLoad, underLoad } from '../support/under-load.ts'

const bench = testBench()
const rounds = 10
const assignments = { 0: [1, 2, 3], 1: [2, 3, 1], 2: [3, 1, 2] }
let cluster: TestCluster

beforeAll(async () => {
  cluster = await ownCluster({ brokers: 3, listeners: ['plaintext'] })
})

const start = (word: string): Promise<UnderLoad> =>
  underLoad(bench, cluster, word, { listener: 'plaintext', rate: 5000, topic: { assignments } })

async function tell(word: string, { count }: UnderLoad): Promise<void> {
  const counted = await count()
  process.stdout.write(`${word}: ${JSON.stringify(counted)}\n`)
  expectWhole(counted)
}

describe('three brokers under load', () => {
  test.for(['stop', 'kill'] as const)(
    `${String(rounds)} rounds of %s, one broker after the other`,
    async (how) => {
      const load = await start(how)
      for (let round = 0; round < rounds; round++) {
        for (const node of cluster.nodes) {
          await node[how]()
          await node.start()
          await cluster.tools.ready(3)
          await cluster.tools.awaitReplicas(load.topic)
        }
      }
      await tell(`${String(rounds * 3)} times ${how}`, load)
    },
  )
})
