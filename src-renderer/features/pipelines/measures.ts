/** How the measures of a pipeline read. Pure. */
import type { PipelineStatistics } from '#contract/statistics.ts'
import {
  type Figure,
  formatCompact,
  formatMilliseconds,
  formatNumber,
  millisecondsFigure,
  unknownFigure,
} from '../../ui/format.ts'

export type Measure = PipelineStatistics['measures'][number]

interface MeasureLook {
  title: string
  /** Beside the figure. */
  unit: string
  /** The figure stands for the whole period, as a sum. */
  isSum: boolean
}

export const measureLooks: Record<Measure['name'], MeasureLook> = {
  inputRate: { title: 'Input rate', unit: 'rec/s', isSum: false },
  processRate: { title: 'Process rate', unit: 'rec/s', isSum: false },
  rowsPerBatch: { title: 'Records per batch', unit: '', isSum: false },
  batchDuration: { title: 'Batch duration', unit: '', isSum: false },
  latencyP99: { title: 'Event to queryable', unit: 'p99', isSum: false },
  dead: { title: 'Dead letters', unit: '', isSum: true },
}

/** How a value of a measure reads on axes and in exports. */
export function measureFormat(measure: Measure): (value: number) => string {
  return measure.unit === 'ms' ? formatMilliseconds : formatCompact
}

/** Newest values come some buckets late; older than this they are not "now" any more. */
const newestWithin = 3

/** The value under the pointer, or the newest one; sums over the period where the measure is one. */
export function measureValue(measure: Measure, at: readonly number[], hovered: number | null): number | null {
  if (hovered !== null) return measure.values[at.indexOf(hovered)] ?? null
  if (measureLooks[measure.name].isSum) {
    const known = measure.values.filter((value) => value !== null)
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
  }
  return measure.values.slice(-newestWithin).findLast((value) => value !== null) ?? null
}

/** The figure of a measure with its unit apart. */
export function measureFigure(measure: Measure, value: number | null): Figure {
  if (value === null) return { value: unknownFigure, unit: '' }
  const { unit } = measureLooks[measure.name]
  if (measure.unit !== 'ms') return { value: formatNumber(value), unit }
  const figure = millisecondsFigure(value)
  return { value: figure.value, unit: unit === '' ? figure.unit : `${figure.unit} ${unit}` }
}
