/** Round ends and steps for the axis of values: decimal ones, and for durations those of a clock. Pure. */

/** What is drawn on the axis; null is a gap. */
interface Values {
  values: readonly (number | null)[]
}

const decimalSteps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10]

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]
/** From a second on; below it milliseconds are decimal. */
const clockSteps = [
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((count) => count * second),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
]
const mostIntervals = 5

function highestOf(lines: readonly Values[]): number {
  return Math.max(0, ...lines.flatMap((line) => line.values.map((value) => value ?? 0)))
}

function decimalStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted))
  return (decimalSteps.find((candidate) => candidate * power >= wanted) ?? 10) * power
}

/** The least round duration that is not below the wanted one; milliseconds. */
function durationStep(wanted: number): number {
  if (wanted < second) return decimalStep(wanted)
  return clockSteps.find((candidate) => candidate >= wanted) ?? decimalStep(wanted / day) * day
}

/** A round number that all values stay below or reach; 1 where there are none. */
export function niceTop(lines: readonly Values[], unit = ''): number {
  const highest = highestOf(lines)
  if (highest === 0) return 1
  return unit === 'ms' ? durationStep(highest) : decimalStep(highest)
}

/**
 * The interval and end of an axis of durations from a second on; nothing for other values, whose steps echarts finds.
 * Without it the steps are round numbers of milliseconds, which read as 1.7 min.
 */
export function valueStep(lines: readonly Values[], unit: string): { interval?: number; max?: number } {
  const highest = highestOf(lines)
  if (unit !== 'ms' || highest < second) return {}
  const interval = durationStep(highest / mostIntervals)
  return { interval, max: Math.ceil(highest / interval) * interval }
}
