import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DistinctSketch } from '../../../../src-main/engine/rollups/sketches/distinct-sketch.ts'
import { QuantileSketch } from '../../../../src-main/engine/rollups/sketches/quantile-sketch.ts'
import { hashOfValue } from '../../../../src-main/engine/rollups/sketches/value-hash.ts'

const values = fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), {
  minLength: 1,
  maxLength: 300,
})

function quantilesOf(numbers: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch()
  for (const number of numbers) sketch.add(number)
  return sketch
}

describe('quantiles', () => {
  test('are within 1 % of the value of that rank', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (numbers, share) => {
        const ordered = [...numbers].sort((one, other) => one - other)
        const exact = ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)] ?? 0
        const estimate = quantilesOf(numbers).quantile(share) ?? Number.NaN
        expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(Math.max(1e-300, 0.0101 * Math.abs(exact)))
      }),
    )
  })

  test('of values of any size are within that bound', () => {
    for (const size of [1e-300, 1e-12, 1, 1e12, 1e300]) {
      expect(Math.abs((quantilesOf([-size, size, size]).quantile(0.5) ?? 0) / size - 1)).toBeLessThan(0.0101)
    }
  })

  test('do not depend on how the values were split and in which order they were merged', () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 6 }), (parts) => {
        const whole = quantilesOf(parts.flat())
        const merged = new QuantileSketch()
        for (const part of [...parts].reverse()) merged.mergeBytes(quantilesOf(part).toBytes())
        expect(merged.toBytes()).toEqual(whole.toBytes())
      }),
    )
  })

  test('stay small whatever the range of the values', () => {
    const sketch = quantilesOf(Array.from({ length: 60_000 }, (_, index) => 1.01 ** (index - 30_000)))
    expect(sketch.toBytes().length).toBeLessThan(60_000)
    expect(sketch.quantile(1)).toBeGreaterThan(1e100)
  })

  test('of nothing are unknown; infinities are left out', () => {
    expect(quantilesOf([]).quantile(0.5)).toBeNull()
    expect(quantilesOf([Number.POSITIVE_INFINITY, 1]).quantile(1)).toBeCloseTo(1, 1)
  })
})

function distinctOf(from: number, to: number): DistinctSketch {
  const sketch = new DistinctSketch()
  for (let index = from; index < to; index++) sketch.add(`value ${String(index)}`, 0)
  return sketch
}

describe('distinct values', () => {
  test.each([0, 1, 100, 256])('%i are counted exactly', (count) => {
    expect(distinctOf(0, count).count()).toBe(count)
  })

  test.each([300, 5000, 100_000, 1_000_000])('%i are estimated within four standard errors', (count) => {
    expect(Math.abs(distinctOf(0, count).count() / count - 1)).toBeLessThan(4 * 0.0163)
  })

  test('merging is the same as having seen all', () => {
    for (const [cut, end] of [
      [10, 30],
      [200, 400],
      [3000, 9000],
    ] as const) {
      const merged = DistinctSketch.read(distinctOf(cut, end).toBytes())
      merged.mergeBytes(distinctOf(0, cut + 5).toBytes())
      expect(merged.toBytes()).toEqual(distinctOf(0, end).toBytes())
    }
  })

  test('large integers that are one double are told apart; equal numbers are one', () => {
    const sketch = new DistinctSketch()
    sketch.add(2 ** 53, 0)
    sketch.add(2 ** 53, 1)
    sketch.add(0, 0)
    sketch.add(-0, 0)
    sketch.add('0', 0)
    sketch.add(new Uint8Array([48]), 0)
    expect(sketch.count()).toBe(5)
  })

  test('hashes of similar values spread over all bits', () => {
    const hashes = Array.from({ length: 20_000 }, (_, index) => hashOfValue(index, index))
    expect(new Set(hashes).size).toBe(20_000)
    for (let bit = 0; bit < 53; bit++) {
      const ones = hashes.filter((hash) => Math.floor(hash / 2 ** bit) % 2 === 1).length
      expect(Math.abs(ones / 20_000 - 0.5)).toBeLessThan(0.02)
    }
  })
})
