/** Lines of a topic's throughput chart: as many as can be told apart, the rest as one. Pure. */
import type { Series } from '#contract/statistics.ts'
import type { TimeLine } from '../../charts/time-chart-option.ts'

/** There are eight colours: two of them stand for many partitions at once. */
const mostLines = 8
const ownColors = [0, 1, 2, 3, 4, 7]
const otherColor = 6
const allColor = 5
/** From a time in which the partitions were not measured each. */
const allName = 'all partitions'

/** The busiest partitions each, all others as their sum; order and colours follow the partition's number. */
export function partitionLines({ lines }: Series): TimeLine[] {
  const named = lines.map(({ name, values }) => ({ name: partitionName(name), values, sum: sum(values) }))
  const all = named
    .filter(({ name }) => name === allName)
    .map(({ name, values }) => ({ name, values, color: allColor }))
  const each = named.filter(({ name }) => name !== allName)
  if (named.length <= mostLines)
    return [...byName(each).map(({ name, values }, index) => colored(name, values, index)), ...all]
  const busiest = each.toSorted((left, right) => right.sum - left.sum)
  const own = byName(busiest.slice(0, ownColors.length))
  const others = busiest.slice(ownColors.length)
  return [
    ...own.map(({ name, values }, index) => colored(name, values, index)),
    {
      name: `${String(others.length)} others`,
      values: added(others.map(({ values }) => values)),
      color: otherColor,
    },
    ...all,
  ]
}

function colored(name: string, values: TimeLine['values'], index: number): TimeLine {
  return { name, values, color: ownColors[index] ?? index }
}

/** Lines come by number alone, or named already. */
function partitionName(name: string): string {
  return /^\d+$/.test(name) ? `partition ${name}` : name
}

function byName<Line extends { name: string }>(lines: readonly Line[]): Line[] {
  return lines.toSorted((left, right) => left.name.localeCompare(right.name, 'en', { numeric: true }))
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0)
}

/** Sums by moment; a gap where none was measured. */
function added(rows: readonly (readonly (number | null)[])[]): (number | null)[] {
  const length = Math.max(0, ...rows.map((row) => row.length))
  return Array.from({ length }, (_, index) => {
    const measured = rows.flatMap((row) => row[index] ?? [])
    return measured.length === 0 ? null : measured.reduce((total, value) => total + value, 0)
  })
}
