import { describe, expect, it } from 'vitest'
import type { Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'
import {
  chartColumns,
  chartData,
  leftOut,
  mostSeries,
  suggestPlan,
  type ChartPlan,
} from '../../../../src-renderer/features/query/chart-plan.ts'

const column = (name: string, type: ResultColumn['type'] = null): ResultColumn => ({ name, type })

function planFor(columns: ResultColumn[], rows: Cell[][]): ChartPlan | null {
  return suggestPlan(chartColumns(columns, rows), rows)
}

describe('the suggested chart', () => {
  it('is a line over time, of the measures and not of coordinates', () => {
    const columns = [column('at', 'timestamp'), column('_offset', 'integer'), column('delay', 'integer')]
    expect(planFor(columns, [[1, 7, 2], [2, 8, 3]])).toEqual({ type: 'line', x: 0, series: [2], split: null }) // prettier-ignore
  })

  it('is split where times repeat and a column has few values', () => {
    const rows = [
      [1, 'a', 5],
      [1, 'b', 6],
      [2, 'a', 7],
    ]
    const columns = [column('at', 'timestamp'), column('region', 'text'), column('n')]
    expect(planFor(columns, rows)).toEqual({ type: 'line', x: 0, series: [2], split: 1 })
  })

  it('takes dates as text for time', () => {
    const rows = [
      ['2026-11-23 14:07', 1],
      [null, 2],
    ]
    expect(planFor([column('minute'), column('n')], rows)?.type).toBe('line')
    expect(planFor([column('minute'), column('n')], [['12 o clock', 1]])?.type).toBe('bar')
  })

  it('takes numbers for time where both their name and every value say so', () => {
    const hours = [[978_307_200_000, 4], [978_310_800_000, 5]] // prettier-ignore
    expect(planFor([column('hour'), column('flights')], hours)).toEqual({ type: 'line', x: 0, series: [1], split: null }) // prettier-ignore
    expect(planFor([column('number'), column('flights')], hours)?.type).toBe('scatter')
    expect(planFor([column('hour'), column('flights')], [[14, 4], [15, 5]])?.type).toBe('scatter') // prettier-ignore
  })

  it('is no bar where names repeat', () => {
    const columns = [column('severity', 'text'), column('a', 'real'), column('b', 'real')]
    expect(planFor(columns, [['x', 1, 2], ['x', 3, 4]])?.type).toBe('scatter') // prettier-ignore
    expect(planFor(columns.slice(0, 2), [['x', 1], ['x', 3]])?.type).toBe('histogram') // prettier-ignore
  })

  it('is a bar for names, a scatter for two numbers, a histogram for one, and none for text alone', () => {
    expect(planFor([column('city', 'text'), column('n', 'integer')], [['x', 1]])?.type).toBe('bar')
    expect(planFor([column('a', 'real'), column('b', 'real')], [[1, 2]])).toEqual({
      type: 'scatter',
      x: 0,
      series: [1],
      split: null,
    })
    expect(planFor([column('a', 'real')], [[1]])?.type).toBe('histogram')
    expect(planFor([column('a', 'text')], [['x']])).toBeNull()
    expect(planFor([], [])).toBeNull()
  })
})

describe('the data of a chart', () => {
  it('names doubled columns apart and reads 64-bit integers and reals', () => {
    const columns = [column('at', 'timestamp'), column('n'), column('n')]
    const rows: Cell[][] = [
      [1000, { i: '9007199254740993' }, { r: '5.0' }],
      [2000, null, 2],
    ]
    const drawn = chartColumns(columns, rows)
    expect(chartData({ type: 'line', x: 0, series: [1, 2], split: null }, drawn, rows)).toEqual({
      type: 'line',
      x: { name: 'at', kind: 'time', values: [1000, 2000] },
      series: [
        { name: 'n', values: [9007199254740992, null] },
        { name: 'n (2)', values: [5, 2] },
      ],
    })
  })

  it('turns rows into one series for each value of the split column', () => {
    const columns = [column('minute'), column('region', 'text'), column('n', 'integer')]
    const rows: Cell[][] = [
      ['2026-01-01 00:00', 'a', 5],
      ['2026-01-01 00:00', null, 6],
      ['2026-01-01 00:01', 'a', 7],
    ]
    const data = chartData({ type: 'line', x: 0, series: [2], split: 1 }, chartColumns(columns, rows), rows)
    expect(data).toEqual({
      type: 'line',
      x: { name: 'minute', kind: 'time', values: [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1, 0, 1)] },
      series: [
        { name: 'a', values: [5, 7] },
        { name: 'NULL', values: [6, null] },
      ],
    })
  })

  it('says how many values of the split column are not drawn', () => {
    const rows = Array.from({ length: mostSeries + 3 }, (_, index) => [1, `r${String(index)}`, index])
    expect(leftOut({ type: 'line', x: 0, series: [2], split: 1 }, rows)).toBe(3)
    expect(leftOut({ type: 'line', x: 0, series: [2], split: null }, rows)).toBe(0)
  })

  it('is none where the plan is of another result', () => {
    expect(
      chartData({ type: 'bar', x: 4, series: [1], split: null }, chartColumns([column('a')], []), []),
    ).toBeNull()
  })
})
