import { beforeAll, describe, test } from 'vitest'
import { testBench } from '../../support/engines.ts'
import type { TestCluster } from '../support/cluster.ts'
import { ownCluster } from '../support/suite.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'
import { expectWhole, underLoad } from '../support/under-load.ts'

const bench = testBench()
const minuteMs = 60_000
let cluster: TestCluster

beforeAll(async () => {
  cluster = await ownCluster({ listeners: ['plaintext', 'proxied'] })
})

const faults: readonly { word: string; ms: number; begin: (proxy: TcpProxy) => void }[] = [
  {
    word: 'cut for 60 s',
    ms: minuteMs,
    begin: (proxy) => {
      proxy.cut()
    },
  },
  {
    word: 'swallowing everything for 60 s',
    ms: minuteMs,
    begin: (proxy) => {
      proxy.blackHole()
    },
  },
  {
    word: 'slow (500 ms) with 5 % cut for 3 minutes',
    ms: 3 * minuteMs,
    begin: (proxy) => {
      proxy.delayMs = 500
      proxy.cutShare = 0.05
    },
  },
]

describe('a network under load', () => {
  test.for(faults)('$word', async ({ word, ms, begin }) => {
    const shape = { listener: 'proxied', rate: 2000, topic: { partitions: 3 } } as const
    const load = await underLoad(bench, cluster, 'network', shape)
    for (const proxy of cluster.proxies) {
      await proxy.faultFor(ms, () => {
        begin(proxy)
      })
    }
    const counted = await load.count()
    process.stdout.write(`network ${word}: ${JSON.stringify(counted)}\n`)
    expectWhole(counted)
  })
})
