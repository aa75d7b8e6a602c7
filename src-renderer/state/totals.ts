/** Figures over all sources of a snapshot. Pure. */
import type { LiveSnapshot } from '#contract/live.ts'

/** Records/s over all sources. */
export function totalRate(snapshot: LiveSnapshot): number {
  return sum(snapshot.sources.map((source) => source.recordsPerSecond))
}

/** Bytes/s over all sources. */
export function totalByteRate(snapshot: LiveSnapshot): number {
  return sum(snapshot.sources.map((source) => source.bytesPerSecond))
}

/** Records read since the start of the store. */
export function totalRecords(snapshot: LiveSnapshot): number {
  return sum(snapshot.sources.map((source) => source.records))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
