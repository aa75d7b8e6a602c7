/** Distribution of values in about twelve equal buckets with readable edges. Pure. */
import type { PipelineStatistics } from '#contract/statistics.ts'

export type Histogram = PipelineStatistics['measures'][number]['histogram']

/** Equal buckets: the first begins at `start`. */
export interface HistogramShape {
  start: number
  step: number
  buckets: number
}

const aim = 12
/** Buckets narrower than this share of the values would be noise of binary fractions. */
const finest = 1e-9
/** And so would anything below this. */
const smallestStep = 1e-9

/**
 * Buckets that hold everything from `low` to `high`. Whole numbers get buckets of whole width, and never share one with
 * the number that begins the next.
 */
export function histogramShape(low: number, high: number, isWhole: boolean): HistogramShape {
  const roughStep = Math.max(high > low ? (high - low) / aim : Math.abs(low), Math.abs(high) * finest)
  const step = Math.max(isWhole ? 1 : smallestStep, roundStep(roughStep))
  const start = clean(Math.floor(low / step) * step)
  const reach = clean((high - start) / step)
  return { start, step, buckets: isWhole ? Math.floor(reach) + 1 : Math.max(1, Math.ceil(reach)) }
}

/** @param counts by number of the bucket; a value on the last edge may be counted one past the last bucket */
export function histogramOf(shape: HistogramShape, counts: ReadonlyMap<number, number>): Histogram {
  const { start, step, buckets } = shape
  const filled = Array.from({ length: buckets }, () => 0)
  for (const [bucket, count] of counts) {
    const index = Math.min(Math.max(bucket, 0), buckets - 1)
    filled[index] = (filled[index] ?? 0) + count
  }
  return {
    edges: Array.from({ length: buckets + 1 }, (_, index) => clean(start + index * step)),
    counts: filled,
  }
}

/** Of values at hand; without values it has no buckets. */
export function histogramOfValues(values: readonly number[]): Histogram {
  if (values.length === 0) return emptyHistogram
  const shape = histogramShape(Math.min(...values), Math.max(...values), false)
  const counts = new Map<number, number>()
  for (const value of values) {
    const bucket = Math.floor((value - shape.start) / shape.step)
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
  }
  return histogramOf(shape, counts)
}

/** Of nothing. */
export const emptyHistogram: Histogram = { edges: [], counts: [] }

/** The next of 1, 2, 5, 10, 20, ... that is not less. */
function roundStep(step: number): number {
  if (step <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(step))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step) ?? 10
  return clean(factor * power)
}

/** Without the noise of binary fractions. */
const clean = (value: number): number => Number(value.toPrecision(12))
