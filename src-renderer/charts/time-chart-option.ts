/** Turns series over time into an echarts option: axis aligned to now, gaps as gaps. Pure but for tooltip elements. */
import { unknownFigure } from '../ui/format.ts'
import { type TimeZone, formatDateTime, formatTime } from '../ui/format-time.ts'
import { type ChartColors, seriesColor } from './chart-colors.ts'
import type { ChartOption, LineSeries, Tooltip } from './chart-option.ts'
import { type TooltipRow, tooltipContent } from './tooltip.ts'
import { niceTop, valueStep } from './value-steps.ts'
import { plotInset } from './zoom-span.ts'

/** One line of a time chart; null is a gap. */
export interface TimeLine {
  name: string
  values: readonly (number | null)[]
  /** Index of its colour; its place in the list where absent. */
  color?: number
}

export interface TimeChartData {
  /** Start of each bucket, milliseconds since 1970 UTC. */
  at: readonly number[]
  lines: readonly TimeLine[]
  /** Edges of the axis. */
  fromMs: number
  toMs: number
}

export interface TimeChartLook {
  colors: ChartColors
  zone: TimeZone
  /** How a value reads, with its unit. */
  format: (value: number) => string
  /** Durations (`ms`) have steps of their own. */
  unit: string
  /** Names of lines that are switched off. */
  hidden: ReadonlySet<string>
  /** Fills the space under lines. */
  area: boolean
  /** A small chart in a row: no labels of time, no box under the pointer. */
  compact: boolean
}

/** Axis, grid and lines. Colours stay with their line when others are hidden. */
export function timeChartOption(data: TimeChartData, look: TimeChartLook): ChartOption {
  const { colors, compact } = look
  return {
    animation: false,
    useUTC: look.zone === 'utc',
    textStyle: { fontFamily: colors.font },
    grid: compact
      ? { left: 46, right: 8, top: 10, bottom: 8, outerBoundsMode: 'none' }
      : { ...plotInset, top: 12, bottom: 22, outerBoundsMode: 'none' },
    tooltip: tooltip(data, look),
    xAxis: timeAxis(data, look),
    yAxis: valueAxis(data, look),
    series: data.lines.flatMap((line, index) =>
      look.hidden.has(line.name) ? [] : [lineSeries(line, index, data.at, look)],
    ),
  }
}

function lineSeries(line: TimeLine, index: number, at: readonly number[], look: TimeChartLook): LineSeries {
  const color = seriesColor(look.colors, line.color ?? index)
  return {
    id: line.name,
    name: line.name,
    type: 'line',
    color,
    symbol: 'none',
    connectNulls: false,
    emphasis: { disabled: true },
    lineStyle: { width: 1.5 },
    ...(look.area ? { areaStyle: { color, opacity: 0.1 } } : {}),
    data: linePoints(at, line.values),
  }
}

/** A point that has a gap on both sides would be no line at all: it is drawn as a dot. */
function linePoints(
  at: readonly number[],
  values: readonly (number | null)[],
): NonNullable<LineSeries['data']> {
  return at.map((time, index) => {
    const value = values[index] ?? null
    const isAlone =
      value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null
    return isAlone ? { value: [time, value], symbol: 'circle', symbolSize: 3 } : [time, value]
  })
}

function timeAxis(data: TimeChartData, look: TimeChartLook): NonNullable<ChartOption['xAxis']> {
  const { colors, zone, compact } = look
  const span = data.toMs - data.fromMs
  return {
    type: 'time',
    min: data.fromMs,
    max: data.toMs,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      show: !compact,
      color: colors.quiet,
      fontSize: 11,
      hideOverlap: true,
      formatter: (value: number) => axisTime(value, span, zone),
    },
    axisPointer: {
      show: true,
      type: 'line',
      snap: true,
      animation: false,
      label: { show: false },
      lineStyle: { color: colors.pointer, type: [2, 2], width: 1 },
    },
  }
}

/** Seconds in a short span; the date where one day does not say which. */
function axisTime(value: number, span: number, zone: TimeZone): string {
  if (span > 86_400_000) return formatDateTime(value, zone, 'minute').slice('2026-'.length)
  return formatTime(value, zone, span <= 5 * 60_000 ? 'second' : 'minute')
}

function valueAxis(
  data: TimeChartData,
  { colors, compact, format, unit }: TimeChartLook,
): NonNullable<ChartOption['yAxis']> {
  const top = niceTop(data.lines, unit)
  return {
    type: 'value',
    min: 0,
    ...(compact ? { max: top, interval: top } : { splitNumber: 4, ...valueStep(data.lines, unit) }),
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: colors.grid, width: 1 } },
    axisPointer: { show: false },
    axisLabel: {
      color: colors.quiet,
      fontSize: compact ? 10 : 11,
      formatter: format,
      ...(compact ? { showMinLabel: true, showMaxLabel: true, width: 40, overflow: 'truncate' } : {}),
    },
  }
}

function tooltip(data: TimeChartData, look: TimeChartLook): Tooltip {
  return {
    ...tooltipLook(look.colors),
    trigger: 'axis',
    showContent: !look.compact,
    formatter: (params: unknown) => {
      const time = firstAxisValue(params)
      if (time === null) return ''
      return tooltipContent(formatDateTime(time, look.zone), tooltipRows(data, look, time))
    },
  }
}

/** All lines at one moment, also those with a gap there. */
export function tooltipRows(data: TimeChartData, look: TimeChartLook, time: number): TooltipRow[] {
  const at = data.at.indexOf(time)
  return data.lines.flatMap((line, index) => {
    if (look.hidden.has(line.name)) return []
    const value = line.values[at] ?? null
    const color = seriesColor(look.colors, line.color ?? index)
    return [{ color, name: line.name, value: value === null ? unknownFigure : look.format(value) }]
  })
}

/** How the box under the pointer looks, in every chart. */
export function tooltipLook(colors: ChartColors): Tooltip {
  return {
    confine: true,
    transitionDuration: 0,
    backgroundColor: colors.raised,
    borderColor: colors.grid,
    borderWidth: 1,
    padding: [6, 10],
    textStyle: { color: colors.text, fontSize: 12, fontFamily: colors.font },
  }
}

/** Where on the axis a tooltip stands; echarts gives its parameters without a type. */
export function firstAxisValue(params: unknown): number | null {
  const first: unknown = Array.isArray(params) ? params[0] : params
  if (typeof first !== 'object' || first === null || !('axisValue' in first)) return null
  return typeof first.axisValue === 'number' ? first.axisValue : null
}
