/** Sums of step counts over the parts of a batch. Pure. */
import type { StepCounts } from '../batch/batch-result.ts'

/** Adds what another run of the same steps counted. Filtered is unknown where it is so in either. */
export function addCounts(to: readonly StepCounts[], more: readonly StepCounts[]): void {
  addTimes(to, more)
  for (const [index, count] of to.entries()) {
    const other = more[index]
    if (other === undefined) continue
    count.rowsIn += other.rowsIn
    count.rowsOut += other.rowsOut
    count.failed += other.failed
    count.filtered =
      count.filtered === null || other.filtered === null ? null : count.filtered + other.filtered
  }
}

/** Adds only the time of a run whose rows do not count. */
export function addTimes(to: readonly StepCounts[], more: readonly StepCounts[]): void {
  for (const [index, count] of to.entries()) count.ms += more[index]?.ms ?? 0
}
