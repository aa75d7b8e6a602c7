import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeBins } from '../../../../src-renderer/charts/bins.ts'
import {
  type ResultChartData,
  resultChartOption,
} from '../../../../src-renderer/charts/result-chart-option.ts'

const look = {
  colors: {
    text: '',
    quiet: '',
    grid: '',
    pointer: '',
    raised: '',
    surface: '',
    font: '',
    series: ['#a', '#b'],
  },
  zone: 'utc' as const,
  hidden: new Set<string>(),
}
const byDelay: ResultChartData = {
  type: 'line',
  x: { name: 'delay', kind: 'number', values: [3, 1, null, 2] },
  series: [{ name: 'flights', values: [30, 10, 99, null] }],
}

describe('a chart of a result', () => {
  it('draws lines from left to right and leaves out rows without a place', () => {
    expect(resultChartOption(byDelay, look).series).toMatchObject([
      {
        type: 'line',
        data: [
          [1, 10],
          [2, null],
          [3, 30],
        ],
      },
    ])
  })

  it('keeps the order of rows for bars over categories, also where names repeat', () => {
    const option = resultChartOption(
      {
        type: 'bar',
        x: { name: 'state', kind: 'category', values: ['TX', 'TX', null] },
        series: [{ name: 'n', values: [1, 2, 3] }],
      },
      look,
    )
    expect(option.xAxis).toMatchObject({ type: 'category', data: ['TX', 'TX', 'NULL'] })
    expect(option.series).toMatchObject([
      {
        data: [
          [0, 1],
          [1, 2],
          [2, 3],
        ],
      },
    ])
  })

  it('puts times on an axis of time', () => {
    const time: ResultChartData = { ...byDelay, x: { name: 'at', kind: 'time', values: [0, 1000] } }
    expect(resultChartOption(time, look).xAxis).toMatchObject({ type: 'time', name: 'at' })
  })

  it('counts a histogram into buckets and names its axis after the column', () => {
    const option = resultChartOption(
      {
        type: 'histogram',
        x: { name: '', kind: 'number', values: [] },
        series: [{ name: 'delay', values: [1, 1, 2, 9] }],
      },
      look,
    )
    expect(option.xAxis).toMatchObject({ name: 'delay' })
    expect(option.series).toMatchObject([
      {
        type: 'bar',
        data: [
          [3.5, 3, 1, 6],
          [8.5, 1, 6, 11],
        ],
      },
    ])
  })

  it('thins lines of very many points for drawing', () => {
    const values = Array.from({ length: 5000 }, (_, index) => index)
    const many: ResultChartData = {
      type: 'line',
      x: { name: 'i', kind: 'number', values },
      series: [{ name: 'v', values }],
    }
    expect(resultChartOption(many, look).series).toMatchObject([{ sampling: 'lttb', symbol: 'none' }])
  })

  it('draws nothing that is switched off', () => {
    expect(resultChartOption(byDelay, { ...look, hidden: new Set(['flights']) }).series).toEqual([])
  })
})

describe('buckets', () => {
  it('hold every finite value once', () => {
    const values = fc.array(fc.option(fc.oneof(fc.double(), fc.integer()), { nil: null }))
    fc.assert(
      fc.property(values, (list) => {
        const { edges, counts } = makeBins(list)
        const finite = list.filter((value) => value !== null && Number.isFinite(value)).length
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(finite)
        expect(edges.length).toBe(counts.length === 0 ? 0 : counts.length + 1)
        expect(counts.length).toBeLessThanOrEqual(60)
      }),
    )
  })

  it('of one value are one bucket', () => {
    expect(makeBins([5, 5, 5])).toEqual({ edges: [5, 6], counts: [3] })
  })
})
