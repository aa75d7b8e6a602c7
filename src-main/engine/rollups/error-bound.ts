/** How far off the measures of a rollup may be, for people. Pure. */
import { parseMeasure } from './parse-measure.ts'
import { distinctError } from './sketches/distinct-sketch.ts'
import { quantileError } from './sketches/quantile-sketch.ts'

const bounds: Readonly<Record<string, string>> = {
  approx_count_distinct: distinctError,
  percentile_approx: quantileError,
  approx_percentile: quantileError,
}

/** @returns null where the measure is exact, or is that of another rollup */
export function errorBoundOf(measure: string): string | null {
  const parsed = parseMeasure(measure)
  return 'function' in parsed ? (bounds[parsed.function] ?? null) : null
}
