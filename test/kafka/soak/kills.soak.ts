import { test } from 'vitest'
import { testBench } from '../../support/engines.ts'
import { killAtRandom } from '../support/kills.ts'
import { sharedCluster } from '../support/suite.ts'
import { expectWhole } from '../support/under-load.ts'

const bench = testBench()

test('an engine that is killed at 50 random instants under load loses and doubles nothing', async () => {
  const count = await killAtRandom(bench, sharedCluster(), 50)
  process.stdout.write(`50 kills: ${JSON.stringify(count)}\n`)
  expectWhole(count)
})

test('nor does one that reads transactions, at 10 instants', async () => {
  const count = await killAtRandom(bench, sharedCluster(), 10, 500)
  process.stdout.write(`10 kills with transactions: ${JSON.stringify(count)}\n`)
  expectWhole(count)
})
