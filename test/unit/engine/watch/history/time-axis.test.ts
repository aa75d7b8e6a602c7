import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mostPoints, onAxis, timeAxis } from '../../../../../src-main/engine/watch/history/time-axis.ts'

describe('the time axis', () => {
  it('begins at a multiple of its width and ends before the end of the range', () => {
    expect(timeAxis({ fromMs: 12_500, toMs: 20_000, bucketMs: 2000 }, 1000)).toEqual({
      ...{ bucketMs: 2000, fromMs: 12_000, toMs: 20_000 },
      at: [12_000, 14_000, 16_000, 18_000],
    })
  })

  it('is empty for an empty or reversed range', () => {
    expect(timeAxis({ fromMs: 5000, toMs: 5000, bucketMs: 1000 }, 1000).at).toEqual([])
    expect(timeAxis({ fromMs: 9000, toMs: 5000, bucketMs: 1000 }, 1000).at).toEqual([])
  })

  it('covers the range with a bounded number of buckets that hold whole slices', () => {
    const range = fc.record({
      fromMs: fc.double({ min: 0, max: 2e12, noNaN: true }),
      spanMs: fc.double({ min: 1, max: 2e12, noNaN: true }),
      bucketMs: fc.integer({ min: 1000, max: 100_000_000 }),
      sliceMs: fc.constantFrom(1000, 10_000, 60_000),
    })
    fc.assert(
      fc.property(range, ({ fromMs, spanMs, bucketMs, sliceMs }) => {
        const toMs = fromMs + spanMs
        const axis = timeAxis({ fromMs, toMs, bucketMs }, sliceMs)
        expect(axis.at.length).toBeGreaterThan(0)
        expect(axis.at.length).toBeLessThanOrEqual(mostPoints)
        expect(axis.bucketMs).toBeGreaterThanOrEqual(bucketMs)
        expect([axis.bucketMs % sliceMs, axis.fromMs % axis.bucketMs]).toEqual([0, 0])
        expect(axis.fromMs).toBeLessThanOrEqual(fromMs)
        expect((axis.at.at(-1) ?? 0) + axis.bucketMs).toBeGreaterThanOrEqual(toMs)
      }),
    )
  })

  it('shows buckets without a row as gaps', () => {
    const axis = timeAxis({ fromMs: 0, toMs: 4000, bucketMs: 1000 }, 1000)
    expect(
      onAxis(axis, [
        [0n, 5],
        [2000n, 0n],
        [3000n, null],
        [9000n, 1],
      ]),
    ).toEqual([5, null, 0, null])
  })
})
