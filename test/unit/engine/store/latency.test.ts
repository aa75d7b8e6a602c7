import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latencyQuantiles, latencyRuns } from '../../../../src-main/engine/store/latency.ts'

describe('latencyQuantiles', () => {
  it('is the nearest rank over every single record', () => {
    const run = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 9 }))
    fc.assert(
      fc.property(fc.array(fc.array(run), { minLength: 1 }), (batches) => {
        const all = batches.flat().flatMap(([ms, records]) => Array<number>(records).fill(ms))
        all.sort((left, right) => left - right)
        const at = (share: number): number | null => all[Math.ceil(all.length * share) - 1] ?? null
        const packed = batches.map((runs) => Float64Array.from(runs.flat()))
        expect(latencyQuantiles(packed)).toEqual({ p50: at(0.5), p99: at(0.99), max: all.at(-1) ?? null })
      }),
    )
  })

  it('has nothing to say about no records', () => {
    expect(latencyQuantiles([])).toEqual({ p50: null, p99: null, max: null })
  })

  it('is never negative, also where a clock stood ahead', () => {
    expect([...latencyRuns(Float64Array.from([100, 2, 90, 1]), 95)]).toEqual([0, 2, 5, 1])
  })
})
