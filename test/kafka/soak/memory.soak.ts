import { expect, test } from 'vitest'
import { testBench } from '../../support/engines.ts'
import { measureMemory } from '../support/memory.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const rate = 10_000
const minutes = 30

test('memory is flat over 30 minutes at 10,000 records a second', async () => {
  const measured = await measureMemory(bench, sharedCluster(), {
    records: rate * 60,
    measurements: minutes,
    rate,
  })
  process.stdout.write(`memory by minute, MB: ${measured.join(' ')}\n`)
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  expect(mean(measured.slice(-10))).toBeLessThan(1.15 * mean(measured.slice(2, 12)))
})
