import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChartColors } from '../../../../src-renderer/charts/chart-colors.ts'
import {
  type TimeChartData,
  type TimeChartLook,
  firstAxisValue,
  timeChartOption,
  tooltipRows,
} from '../../../../src-renderer/charts/time-chart-option.ts'
import { niceTop, valueStep } from '../../../../src-renderer/charts/value-steps.ts'

const colors: ChartColors = {
  text: '#111',
  quiet: '#222',
  grid: '#333',
  pointer: '#444',
  raised: '#555',
  surface: '#666',
  font: 'sans',
  series: ['#a', '#b', '#c'],
}
const look: TimeChartLook = {
  colors,
  zone: 'utc',
  format: (value) => `${String(value)} ms`,
  unit: 'ms',
  hidden: new Set(),
  area: true,
  compact: false,
}
const data: TimeChartData = {
  at: [1000, 2000, 3000, 4000],
  lines: [
    { name: 'p50', values: [5, null, 7, null] },
    { name: 'p99', values: [9, 8, null, 6] },
  ],
  fromMs: 500,
  toMs: 5000,
}

describe('a chart over time', () => {
  it('has the axis that was asked for, whatever was measured', () => {
    expect(timeChartOption(data, look).xAxis).toMatchObject({ type: 'time', min: 500, max: 5000 })
  })

  it('keeps gaps, and draws a value alone between gaps as a dot', () => {
    const dot = (value: unknown): object => ({ value, symbol: 'circle', symbolSize: 3 })
    expect(timeChartOption(data, look).series).toMatchObject([
      {
        name: 'p50',
        connectNulls: false,
        data: [dot([1000, 5]), [2000, null], dot([3000, 7]), [4000, null]],
      },
      { name: 'p99', data: [[1000, 9], [2000, 8], [3000, null], dot([4000, 6])] },
    ])
  })

  it('leaves out what is switched off without giving its colour away', () => {
    const option = timeChartOption(data, { ...look, hidden: new Set(['p50']) })
    expect(option.series).toMatchObject([{ name: 'p99', color: '#b' }])
  })

  it('shows every line at a moment, also those with a gap', () => {
    expect(tooltipRows(data, look, 3000)).toEqual([
      { color: '#a', name: 'p50', value: '7 ms' },
      { color: '#b', name: 'p99', value: '–' },
    ])
  })

  it('reads the moment out of whatever echarts hands over', () => {
    expect([firstAxisValue([{ axisValue: 3 }]), firstAxisValue({ axisValue: 3 })]).toEqual([3, 3])
    expect([firstAxisValue([]), firstAxisValue(null), firstAxisValue({ axisValue: 'x' })]).toEqual([
      null,
      null,
      null,
    ])
  })

  it('follows the clock that the person reads', () => {
    expect(timeChartOption(data, look)).toMatchObject({ useUTC: true })
    expect(timeChartOption(data, { ...look, zone: 'local' })).toMatchObject({ useUTC: false })
  })

  it('is not animated', () => {
    expect(timeChartOption(data, look)).toMatchObject({ animation: false })
  })
})

describe('the top of a small axis', () => {
  it('is a round number at or a little above the highest value', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), { minLength: 1 }), (values) => {
        const top = niceTop([{ values }])
        const highest = Math.max(...values)
        expect(top).toBeGreaterThanOrEqual(highest * (1 - 1e-12))
        expect(top).toBeLessThanOrEqual(highest * 1.51)
      }),
    )
  })

  it('is one where nothing was measured', () => {
    expect([niceTop([]), niceTop([{ values: [null, 0] }])]).toEqual([1, 1])
  })
})

describe('an axis of durations', () => {
  const minute = 60_000
  const axis = (values: number[], unit = 'ms'): unknown => {
    const { interval, max } = valueStep([{ values }], unit)
    return { interval, max }
  }

  it('steps by what a clock counts, so that its labels are short', () => {
    expect(axis([8.3 * minute])).toEqual({ interval: 2 * minute, max: 10 * minute })
    expect(axis([1400])).toEqual({ interval: 300, max: 1500 })
    expect(axis([26 * 60 * minute])).toEqual({ interval: 360 * minute, max: 30 * 60 * minute })
    expect(niceTop([{ values: [8.3 * minute] }], 'ms')).toBe(10 * minute)
  })

  it('reaches every value with few steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 1000, max: 1e12, noNaN: true }), (highest) => {
        const { interval = 0, max = 0 } = valueStep([{ values: [highest] }], 'ms')
        expect(max).toBeGreaterThanOrEqual(highest)
        expect(max / interval).toBeLessThanOrEqual(5)
      }),
    )
  })

  it('leaves short durations and other values to the chart', () => {
    expect([axis([84]), axis([8.3 * minute], 'records/s'), axis([])]).toEqual([{}, {}, {}])
  })

  it('is given to the chart', () => {
    const slow = { ...data, lines: [{ name: 'p99', values: [8.3 * minute] }] }
    expect(timeChartOption(slow, look).yAxis).toMatchObject({ interval: 2 * minute, max: 10 * minute })
  })
})
