/** Event-to-queryable latency, exact: runs of (milliseconds, records), never estimated. Pure. */

export interface LatencyQuantiles {
  p50: number | null
  p99: number | null
  max: number | null
}

/** Runs of one batch: pairs (latency in ms, number of records). */
export function latencyRuns(arrivals: Float64Array, committedMs: number): Float64Array {
  const runs = new Float64Array(arrivals.length)
  for (let at = 0; at < arrivals.length; at += 2) {
    runs[at] = Math.max(0, committedMs - (arrivals[at] ?? committedMs))
    runs[at + 1] = arrivals[at + 1] ?? 0
  }
  return runs
}

/** Quantiles by nearest rank over the records of all runs; null where there are none. */
export function latencyQuantiles(batches: readonly Float64Array[]): LatencyQuantiles {
  const runs: [number, number][] = []
  let total = 0
  for (const batch of batches) {
    for (let at = 0; at < batch.length; at += 2) {
      const records = batch[at + 1] ?? 0
      runs.push([batch[at] ?? 0, records])
      total += records
    }
  }
  if (total === 0) return { p50: null, p99: null, max: null }
  runs.sort((left, right) => left[0] - right[0])
  return { p50: rank(runs, total, 0.5), p99: rank(runs, total, 0.99), max: rounded(runs.at(-1)?.[0] ?? 0) }
}

function rank(runs: readonly [number, number][], total: number, quantile: number): number {
  let left = Math.ceil(total * quantile)
  for (const [ms, records] of runs) {
    left -= records
    if (left <= 0) return rounded(ms)
  }
  return rounded(runs.at(-1)?.[0] ?? 0)
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
