/** Lines of a topic's throughput chart: as many as can be told apart, the rest as one. Pure. */
import type { Series } from '#contract/statistics.ts'
import type { TimeLine } from '../../charts/time-chart-option.ts'

/** There are eight colours; the grey one stands for the rest. */
const mostLines = 8
const otherColor = 5
const ownColors = [0, 1, 2, 3, 4, 6, 7]

/** The busiest partitions each, all others as their sum; order and colours follow the partition's number. */
export function partitionLines({ lines }: Series): TimeLine[] {
  const named = lines.map(({ name, values }) => ({ name: partitionName(name), values, sum: sum(values) }))
  if (named.length <= mostLines) return byName(named).map(({ name, values }) => ({ name, values }))
  const busiest = named.toSorted((left, right) => right.sum - left.sum)
  const own = byName(busiest.slice(0, mostLines - 1))
  const others = busiest.slice(mostLines - 1)
  return [
    ...own.map(({ name, values }, index) => ({ name, values, color: ownColors[index] ?? index })),
    {
      name: `${String(others.length)} others`,
      values: added(others.map(({ values }) => values)),
      color: otherColor,
    },
  ]
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
