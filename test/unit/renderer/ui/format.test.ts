import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesFigure,
  formatAgo,
  formatByteRate,
  formatBytes,
  formatCompact,
  formatCompactCount,
  formatCount,
  formatDuration,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatRate,
  groupDigits,
} from '../../../../src-renderer/ui/format.ts'

/** A short number as a number again. */
function readBack(text: string, units: Record<string, number>): number {
  const [, digits = '', unit = ''] = /^(-?[\d.]+) ?(\D*)$/.exec(text) ?? []
  return Number(digits) * (units[unit] ?? NaN)
}

describe('numbers', () => {
  it.each([
    [0, '0'],
    [7.26, '7.3'],
    [812, '812'],
    [999.6, '1k'],
    [24_118, '24.1k'],
    [99_960, '100k'],
    [999_499, '999k'],
    [999_950, '1M'],
    [1_204_000, '1.2M'],
    [3_000_000_000, '3B'],
    [null, '–'],
    [NaN, '–'],
  ])('%s is short %s', (value, expected) => {
    expect(formatCompact(value)).toBe(expected)
  })

  it('stay within one percent when shortened, and within five characters', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 999_000_000_000 }), (value) => {
        const text = formatCompact(value)
        const back = readBack(text, { '': 1, k: 1e3, M: 1e6, B: 1e9 })
        expect(Math.abs(back - value) / value).toBeLessThan(0.05)
        expect(text.length).toBeLessThanOrEqual(5)
      }),
    )
  })

  it('keep all digits where they are exact', () => {
    expect([formatNumber(5_104_882), formatNumber(-1200), formatNumber(null)]).toEqual([
      '5,104,882',
      '-1,200',
      '–',
    ])
    expect([formatCount(1, 'row'), formatCount(12_345, 'row'), formatCount(2, 'match', 'matches')]).toEqual([
      '1 row',
      '12,345 rows',
      '2 matches',
    ])
    expect([formatCompactCount(1, 'row'), formatCompactCount(12_345, 'row')]).toEqual(['1 row', '12.3k rows'])
  })

  it('of 64 bits lose nothing when grouped', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), (value) => {
        const text = groupDigits(String(value))
        expect(text.replaceAll(',', '')).toBe(String(value))
        expect(text).toMatch(/^\d{1,3}(,\d{3})*$/)
      }),
    )
  })
})

describe('sizes and rates', () => {
  it.each([
    [0, '0 B'],
    [162, '162 B'],
    [999.7, '1 kB'],
    [3_400_000, '3.4 MB'],
    [1_204_000_000, '1.2 GB'],
    [null, '–'],
  ])('%s bytes are %s', (value, expected) => {
    expect(formatBytes(value)).toBe(expected)
  })

  it('carry their unit', () => {
    expect([formatRate(0.72), formatRate(24_100), formatRate(null)]).toEqual(['0.7/s', '24.1k/s', '–'])
    expect([formatByteRate(3_400_000), formatByteRate(null)]).toEqual(['3.4 MB/s', '–'])
    expect(bytesFigure(null)).toEqual({ value: '–', unit: '' })
  })

  it('of bytes never round to a thousand of a unit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 9e17, noNaN: true }), (bytes) => {
        expect(Number(bytesFigure(bytes).value)).toBeLessThan(1000)
      }),
    )
  })
})

describe('durations', () => {
  it.each([
    [0.42, '0.42 ms'],
    [8.23, '8.2 ms'],
    [9.96, '10 ms'],
    [84.4, '84 ms'],
    [999.6, '1 s'],
    [1340, '1.3 s'],
    [272_000, '4.5 min'],
    [200 * 60_000, '3.3 h'],
    [9 * 86_400_000, '9 d'],
    [null, '–'],
  ])('%s ms measured is %s', (value, expected) => {
    expect(formatMilliseconds(value)).toBe(expected)
  })

  it.each([
    [-5, '0 s'],
    [12_900, '12 s'],
    [9 * 60_000 + 59_000, '9 min'],
    [2 * 3_600_000 + 5 * 60_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [3 * 86_400_000 + 4 * 3_600_000, '3 d 4 h'],
  ])('%s ms lasts %s', (value, expected) => {
    expect(formatDuration(value)).toBe(expected)
  })

  it('say how long ago', () => {
    expect([formatAgo(1000, 2500), formatAgo(0, 4000), formatAgo(9000, 1000)]).toEqual([
      'now',
      '4 s ago',
      'in 8 s',
    ])
  })
})

describe('shares', () => {
  it.each([
    [0, '0 %'],
    [0.248, '24.8 %'],
    [1, '100 %'],
    [0.000_03, '0.003 %'],
    [0.000_000_1, '<0.001 %'],
    [null, '–'],
    [NaN, '–'],
  ])('%s is %s', (value, expected) => {
    expect(formatPercent(value)).toBe(expected)
  })

  it('above none are never shown as none', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1, noNaN: true }), (share) => {
        expect(formatPercent(share)).not.toBe('0 %')
      }),
    )
  })
})
