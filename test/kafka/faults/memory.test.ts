import { expect, test } from 'vitest'
import { testBench } from '../../support/engines.ts'
import { measureMemory } from '../support/memory.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
/** Megabytes by which garbage that is not collected yet may differ; what passes meanwhile has 190 MB. */
const noise = 110

test('memory does not grow with the records that have passed', async () => {
  const measured = await measureMemory(bench, sharedCluster(), { records: 250_000, measurements: 6 })
  const [, warm = 0] = measured
  expect(Math.max(...measured.slice(2))).toBeLessThan(warm + noise)
})
