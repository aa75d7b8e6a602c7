import { test } from 'vitest'
import { testBench } from '../../support/engines.ts'
import { killAtRandom } from '../support/kills.ts'
import { sharedCluster } from '../support/suite.ts'
import { expectWhole } from '../support/under-load.ts'

const bench = testBench()

test('an engine that is killed at 5 random instants under load loses and doubles nothing', async () => {
  expectWhole(await killAtRandom(bench, sharedCluster(), 5))
})
