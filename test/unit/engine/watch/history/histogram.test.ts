import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { histogramOfValues, histogramShape } from '../../../../../src-main/engine/watch/history/histogram.ts'

describe('a histogram', () => {
  it('has readable edges', () => {
    expect(histogramShape(3, 118, false)).toEqual({ start: 0, step: 10, buckets: 12 })
    expect(histogramShape(0.013, 0.092, false)).toEqual({ start: 0.01, step: 0.01, buckets: 9 })
  })

  it('has buckets of whole width for whole numbers', () => {
    expect(histogramShape(0, 3, true)).toEqual({ start: 0, step: 1, buckets: 4 })
    expect(histogramShape(0, 1, true)).toEqual({ start: 0, step: 1, buckets: 2 })
    expect(histogramShape(75, 130, true)).toEqual({ start: 75, step: 5, buckets: 12 })
    expect(histogramShape(0, 0, true)).toEqual({ start: 0, step: 1, buckets: 1 })
  })

  it('has one bucket for one value, and none for none', () => {
    expect(histogramOfValues([37.5, 37.5])).toEqual({ edges: [0, 50], counts: [2] })
    expect(histogramOfValues([0])).toEqual({ edges: [0, 1], counts: [1] })
    expect(histogramOfValues([])).toEqual({ edges: [], counts: [] })
  })

  it('counts every value once, between equal edges that hold them all', () => {
    const value = fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.integer({ min: 0, max: 50 }))
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), (values) => {
        const { edges, counts } = histogramOfValues(values)
        expect(counts.length).toBe(edges.length - 1)
        expect(counts.length).toBeLessThanOrEqual(14)
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length)
        const slack = Math.max(...values) * 1e-9
        expect(edges[0]).toBeLessThanOrEqual(Math.min(...values) + slack)
        expect((edges.at(-1) ?? 0) + slack).toBeGreaterThanOrEqual(Math.max(...values))
      }),
    )
  })
})
