/** Lines of a group's lag history, by unit. Pure. */
import type { Series } from '#contract/statistics.ts'
import type { TimeLine } from '../../charts/time-chart-option.ts'

/** Records have the first colour, time the second, so that the two charts are not mistaken. */
const firstColor = { records: 0, ms: 1 }

export function lagLines({ lines }: Series, unit: 'records' | 'ms'): TimeLine[] {
  return lines
    .filter((line) => (line.unit === 'ms') === (unit === 'ms'))
    .map(({ name, values }, index) => ({ name, values, color: firstColor[unit] + 2 * index }))
}
