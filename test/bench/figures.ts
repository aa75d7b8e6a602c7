/** What a bench gives: figures over several runs. */
export interface Figure {
  name: string
  unit: string
  median: number
  min: number
  max: number
}

export interface BenchOptions {
  /** Records of a bench that takes another number than its own; null for its own. */
  records: number | null
}

export type Bench = (progress: (text: string) => void, options: BenchOptions) => Promise<Figure[]>

/** Median, least and greatest of the values of several runs. */
export function figure(name: string, unit: string, values: readonly number[]): Figure {
  const sorted = values.toSorted((left, right) => left - right)
  return {
    name,
    unit,
    median: quantile(sorted, 0.5),
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  }
}

/** Value at a quantile by nearest rank. @param sorted ascending */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
