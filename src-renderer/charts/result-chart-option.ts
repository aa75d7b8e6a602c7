/** Turns columns of a query result into an echarts option: line, bar, scatter, histogram. Pure but for tooltip elements. */
import { formatCompact, formatNumber, unknownFigure } from '../ui/format.ts'
import { type TimeZone, formatDateTime } from '../ui/format-time.ts'
import { makeBins } from './bins.ts'
import { type ChartColors, seriesColor } from './chart-colors.ts'
import type { BarSeries, ChartOption, LineSeries, ScatterSeries, Tooltip } from './chart-option.ts'
import { tooltipLook } from './time-chart-option.ts'
import { tooltipContent } from './tooltip.ts'

export const resultChartTypes = ['line', 'bar', 'scatter', 'histogram'] as const
export type ResultChartType = (typeof resultChartTypes)[number]

/** The horizontal column: times are milliseconds since 1970 UTC, categories are text. */
export interface ResultX {
  name: string
  kind: 'time' | 'number' | 'category'
  values: readonly (number | string | null)[]
}

/** A column drawn against it, row by row; null draws nothing. */
export interface ResultSeries {
  name: string
  values: readonly (number | null)[]
}

export interface ResultChartData {
  type: ResultChartType
  x: ResultX
  series: readonly ResultSeries[]
}

export interface ResultChartLook {
  colors: ChartColors
  zone: TimeZone
  hidden: ReadonlySet<string>
}

/** Lines of more points than this are thinned for drawing, keeping their shape. */
const thinAbove = 4000

export function resultChartOption(data: ResultChartData, look: ResultChartLook): ChartOption {
  const { colors } = look
  const isHistogram = data.type === 'histogram'
  return {
    animation: false,
    useUTC: look.zone === 'utc',
    textStyle: { fontFamily: colors.font },
    grid: {
      left: 6,
      right: 16,
      top: 26,
      bottom: 24,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    tooltip: { ...tooltipLook(colors), ...resultTooltip(data, look) },
    xAxis: isHistogram ? histogramAxis(data, look) : xAxis(data, look),
    yAxis: {
      type: 'value',
      name: isHistogram ? 'rows' : data.series.length === 1 ? (data.series[0]?.name ?? '') : '',
      nameTextStyle: { color: colors.quiet, fontSize: 11, align: 'left' },
      nameGap: 10,
      scale: data.type === 'scatter' || data.type === 'line',
      splitLine: { lineStyle: { color: colors.grid } },
      axisLabel: { color: colors.quiet, fontSize: 11, formatter: (value: number) => formatCompact(value) },
    },
    series: isHistogram ? histogramSeries(data, look) : plainSeries(data, look),
  }
}

function axisBase(look: ResultChartLook, name: string): object {
  const { colors } = look
  return {
    name,
    nameLocation: 'middle',
    nameGap: 26,
    nameTextStyle: { color: colors.quiet, fontSize: 11 },
    axisLine: { lineStyle: { color: colors.grid } },
    axisTick: { show: false },
    splitLine: { show: false },
  }
}

function xAxis(data: ResultChartData, look: ResultChartLook): NonNullable<ChartOption['xAxis']> {
  const base = axisBase(look, data.x.name)
  const label = { color: look.colors.quiet, fontSize: 11, hideOverlap: true }
  if (data.x.kind === 'time') return { ...base, type: 'time', axisLabel: label }
  if (data.x.kind === 'category') {
    const names = data.x.values.map((value) => (value === null ? 'NULL' : String(value)))
    return {
      ...base,
      type: 'category',
      data: names,
      axisLabel: { ...label, width: 120, overflow: 'truncate' },
    }
  }
  return {
    ...base,
    type: 'value',
    scale: true,
    axisLabel: { ...label, formatter: (value: number) => formatCompact(value) },
  }
}

type AnySeries = LineSeries | BarSeries | ScatterSeries

function plainSeries(data: ResultChartData, look: ResultChartLook): AnySeries[] {
  return data.series.flatMap((column, index): AnySeries[] => {
    if (look.hidden.has(column.name)) return []
    const color = seriesColor(look.colors, index)
    const points = pairs(data.x, column.values, data.type === 'line')
    const isLarge = points.length > thinAbove
    const base = { id: column.name, name: column.name, color, data: points, emphasis: { disabled: true } }
    if (data.type === 'bar') return [{ ...base, type: 'bar', barMaxWidth: 28, large: isLarge }]
    if (data.type === 'scatter')
      return [{ ...base, type: 'scatter', symbolSize: 5, itemStyle: { opacity: 0.7 }, large: isLarge }]
    return [lineOf(base, points.length)]
  })
}

function lineOf(base: LineSeries, points: number): LineSeries {
  return {
    ...base,
    type: 'line',
    symbol: points <= 40 ? 'circle' : 'none',
    symbolSize: 4,
    lineStyle: { width: 1.5 },
    ...(points > thinAbove ? { sampling: 'lttb' as const } : {}),
  }
}

type Point = [number | string, number | null]

/** Rows as points; a category is its row, since names may repeat. Lines go from left to right whatever the row order was. */
function pairs(x: ResultX, values: readonly (number | null)[], inOrder: boolean): Point[] {
  const points: [number, number | null][] = []
  for (const [row, at] of x.values.entries()) {
    const value = values[row] ?? null
    if (x.kind === 'category') points.push([row, value])
    else if (typeof at === 'number' && Number.isFinite(at)) points.push([at, value])
  }
  return inOrder && x.kind !== 'category' ? points.sort((left, right) => left[0] - right[0]) : points
}

function histogramAxis(data: ResultChartData, look: ResultChartLook): NonNullable<ChartOption['xAxis']> {
  const name = data.series[0]?.name ?? data.x.name
  return {
    ...axisBase(look, name),
    type: 'value',
    scale: true,
    axisLabel: {
      color: look.colors.quiet,
      fontSize: 11,
      hideOverlap: true,
      formatter: (value: number) => formatCompact(value),
    },
  }
}

/** Each visible column as bars at the middle of their buckets. */
function histogramSeries(data: ResultChartData, look: ResultChartLook): BarSeries[] {
  return data.series.flatMap((column, index): BarSeries[] => {
    if (look.hidden.has(column.name)) return []
    const { edges, counts } = makeBins(column.values)
    return [
      {
        id: column.name,
        name: column.name,
        type: 'bar',
        color: seriesColor(look.colors, index),
        itemStyle: { opacity: 0.8 },
        barWidth: '96%',
        barGap: '-100%',
        emphasis: { disabled: true },
        data: counts.map((count, bin) => [
          ((edges[bin] ?? 0) + (edges[bin + 1] ?? 0)) / 2,
          count,
          edges[bin] ?? 0,
          edges[bin + 1] ?? 0,
        ]),
      },
    ]
  })
}

interface TooltipParam {
  seriesName: string
  color: string
  value: readonly unknown[]
}

function resultTooltip(data: ResultChartData, look: ResultChartLook): Tooltip {
  const isPoint = data.type === 'scatter'
  return {
    trigger: isPoint || data.type === 'histogram' ? 'item' : 'axis',
    formatter: (params: unknown) => {
      const list = (Array.isArray(params) ? params : [params]).flatMap(readParam)
      const first = list[0]
      if (first === undefined) return ''
      const rows = list.map(({ seriesName, color, value }) => ({
        color,
        name: seriesName,
        value: figure(value[1]),
      }))
      return tooltipContent(heading(data, look, first.value), rows)
    },
  }
}

function heading(data: ResultChartData, look: ResultChartLook, value: readonly unknown[]): string {
  if (data.type === 'histogram') return `${figure(value[2])} to ${figure(value[3])}`
  const at = value[0]
  if (typeof at !== 'number') return data.x.name
  if (data.x.kind === 'time') return formatDateTime(at, look.zone)
  if (data.x.kind === 'category') return String(data.x.values[at] ?? 'NULL')
  return `${data.x.name} ${figure(at)}`
}

function figure(value: unknown): string {
  if (typeof value !== 'number') return unknownFigure
  return Number.isInteger(value) ? formatNumber(value) : String(Number(value.toPrecision(7)))
}

/** echarts gives tooltip parameters without a type. */
function readParam(param: unknown): TooltipParam[] {
  if (typeof param !== 'object' || param === null || !('value' in param) || !Array.isArray(param.value))
    return []
  const seriesName = 'seriesName' in param && typeof param.seriesName === 'string' ? param.seriesName : ''
  const color = 'color' in param && typeof param.color === 'string' ? param.color : ''
  return [{ seriesName, color, value: param.value }]
}
