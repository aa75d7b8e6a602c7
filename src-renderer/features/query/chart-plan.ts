/** Which chart suits a result, and its columns from sampled rows. Pure. */
import { cellNumber, cellText, type Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'
import type { ResultChartData, ResultChartType, ResultX } from '../../charts/result-chart-option.ts'
import { isNumeric } from '../../grid/cell-view.ts'

type Rows = readonly (readonly Cell[])[]

/** A column as a chart sees it; `name` is unique among the columns. */
export interface ChartColumn {
  index: number
  name: string
  kind: 'time' | 'number' | 'category'
}

/** What is drawn. Columns are indexes into the result; `split` makes one series of each of its values. */
export interface ChartPlan {
  type: ResultChartType
  x: number
  series: number[]
  split: number | null
}

/** Most series that one picture bears. */
export const mostSeries = 8
const suggestedSeries = 4
/** More names than this make no picture of bars. */
const mostBars = 200

/** ISO dates as text also make a time axis: SQLite's own date functions give text. */
const isoTime = /^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?Z?$/

function timeOf(value: Cell): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !isoTime.test(value)) return null
  const text = value.length === 10 ? `${value}T00:00` : value.replace(' ', 'T')
  const at = Date.parse(text.endsWith('Z') ? text : `${text}Z`)
  return Number.isNaN(at) ? null : at
}

/** Names under which expressions over timestamps go, and the times that such numbers may be: 1973 to 2128. */
const timeName =
  /(^|_)(at|ts|time|timestamp|date|day|hour|minute|second|week|month|quarter|year|bucket|slot|window)$/i
const timeRangeMs = { from: 1e11, to: 5e12 }

/** Whether numbers without a declared type are milliseconds since 1970: by their name and by every value. */
function isTimeByName(column: ResultColumn, values: readonly Cell[]): boolean {
  if (column.type !== null || !timeName.test(column.name)) return false
  const present = values.filter((value) => value !== null)
  const isTime = (value: Cell): boolean =>
    typeof value === 'number' && value >= timeRangeMs.from && value <= timeRangeMs.to
  return present.length > 0 && present.every(isTime)
}

function kindOf(column: ResultColumn, values: readonly Cell[]): ChartColumn['kind'] {
  if (column.type === 'timestamp' || isTimeByName(column, values)) return 'time'
  if (column.type === 'boolean') return 'category'
  if (isNumeric(column, values)) return 'number'
  const present = values.filter((value) => value !== null)
  return present.length > 0 && present.every((value) => typeof value === 'string' && timeOf(value) !== null)
    ? 'time'
    : 'category'
}

/** The columns of a result, told apart by type and by the sampled values. */
export function chartColumns(columns: readonly ResultColumn[], rows: Rows): ChartColumn[] {
  const seen = new Map<string, number>()
  return columns.map((column, index) => {
    const count = (seen.get(column.name) ?? 0) + 1
    seen.set(column.name, count)
    const values = rows.map((row) => row[index] ?? null)
    return {
      index,
      name: count === 1 ? column.name : `${column.name} (${String(count)})`,
      kind: kindOf(column, values),
    }
  })
}

/** Distinct values of a column as text, in the order in which they come. */
function valuesOf(rows: Rows, index: number): string[] {
  return [...new Set(rows.map((row) => cellText(row[index] ?? null)))]
}

function hasRepeats(rows: Rows, index: number): boolean {
  return valuesOf(rows, index).length < rows.length
}

function splitFor(columns: readonly ChartColumn[], rows: Rows, x: ChartColumn): number | null {
  if (!hasRepeats(rows, x.index)) return null
  const fitting = columns.find((column) => {
    const count = column.kind === 'category' ? valuesOf(rows, column.index).length : 0
    return count >= 2 && count <= mostSeries
  })
  return fitting?.index ?? null
}

/** Identifiers and coordinates of records make poor series; they are offered, not suggested. */
function isMeasure({ name }: ChartColumn): boolean {
  return !/^_|(^|_)(id|partition|offset)$/i.test(name)
}

/** The chart that says most about the result; null where no column can be drawn. */
export function suggestPlan(columns: readonly ChartColumn[], rows: Rows): ChartPlan | null {
  const time = columns.find(({ kind }) => kind === 'time')
  const isFew = rows.length <= mostBars
  const category = columns.find(({ kind, index }) => kind === 'category' && isFew && !hasRepeats(rows, index))
  const numbers = columns.filter(({ kind }) => kind === 'number')
  const measures = numbers.some(isMeasure) ? numbers.filter(isMeasure) : numbers
  const series = measures.slice(0, suggestedSeries).map(({ index }) => index)
  const [first, second] = measures
  if (first === undefined) return null
  if (time !== undefined) {
    const split = splitFor(columns, rows, time)
    return { type: 'line', x: time.index, series: split === null ? series : [first.index], split }
  }
  if (category !== undefined) return { type: 'bar', x: category.index, series, split: null }
  if (second !== undefined) return { type: 'scatter', x: first.index, series: [second.index], split: null }
  return { type: 'histogram', x: first.index, series: [first.index], split: null }
}

function xOf(column: ChartColumn, values: readonly Cell[]): ResultX {
  const read: Record<ChartColumn['kind'], (value: Cell) => number | string | null> = {
    time: timeOf,
    number: cellNumber,
    category: (value) => (value === null ? null : cellText(value)),
  }
  return { name: column.name, kind: column.kind, values: values.map(read[column.kind]) }
}

/** Rows turned so that each value of the split column is a series over the distinct values of x. */
function splitData(
  rows: Rows,
  x: ChartColumn,
  measure: number,
  split: number,
): Omit<ResultChartData, 'type'> {
  const axis = new Map<string, { cell: Cell; byName: Map<string, number | null> }>()
  const names = valuesOf(rows, split).slice(0, mostSeries)
  for (const row of rows) {
    const cell = row[x.index] ?? null
    const key = cellText(cell)
    const at = axis.get(key) ?? { cell, byName: new Map<string, number | null>() }
    at.byName.set(cellText(row[split] ?? null), cellNumber(row[measure] ?? null))
    axis.set(key, at)
  }
  const points = [...axis.values()]
  return {
    x: xOf(
      x,
      points.map(({ cell }) => cell),
    ),
    series: names.map((name) => ({ name, values: points.map(({ byName }) => byName.get(name) ?? null) })),
  }
}

/** The chart's data by a plan; null where the plan names columns that the result does not have. */
export function chartData(
  plan: ChartPlan,
  columns: readonly ChartColumn[],
  rows: Rows,
): ResultChartData | null {
  const x = columns[plan.x]
  const series = plan.series.flatMap((index) => columns[index] ?? [])
  const [first] = series
  if (x === undefined || first === undefined) return null
  if (plan.split !== null && columns[plan.split] !== undefined) {
    return { type: plan.type, ...splitData(rows, x, first.index, plan.split) }
  }
  return {
    type: plan.type,
    x: xOf(
      x,
      rows.map((row) => row[x.index] ?? null),
    ),
    series: series.slice(0, mostSeries).map(({ index, name }) => ({
      name,
      values: rows.map((row) => cellNumber(row[index] ?? null)),
    })),
  }
}

/** How many values of the split column are not drawn. */
export function leftOut(plan: ChartPlan, rows: Rows): number {
  return plan.split === null ? 0 : Math.max(0, valuesOf(rows, plan.split).length - mostSeries)
}
