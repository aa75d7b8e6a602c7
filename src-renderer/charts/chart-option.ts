/** Types of echarts options as used here; types only, so that the option builders do not pull the library in. */
import type { BarSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts'
import type {
  AxisPointerComponentOption,
  GridComponentOption,
  TooltipComponentOption,
} from 'echarts/components'
import type { ComposeOption } from 'echarts/core'

export type ChartOption = ComposeOption<
  | LineSeriesOption
  | BarSeriesOption
  | ScatterSeriesOption
  | GridComponentOption
  | TooltipComponentOption
  | AxisPointerComponentOption
>
export type LineSeries = LineSeriesOption
export type BarSeries = BarSeriesOption
export type ScatterSeries = ScatterSeriesOption
export type Tooltip = TooltipComponentOption
