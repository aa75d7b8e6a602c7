/** How much the steps filter out. Pure. */
import type { LiveStep } from '#contract/live.ts'

export interface Filtered {
  /** Rows filtered out of rows that entered the tables' first steps, 0..1; null where no step filters by rows. */
  share: number | null
  /** The step that filters most. */
  most: LiveStep | null
}

/** Steps that group rows have no such count and are left out. */
export function filteredOf(steps: readonly LiveStep[]): Filtered {
  const counted = steps.filter((step) => step.filtered !== null)
  const firsts = [...Map.groupBy(steps, (step) => step.table).values()].flatMap((list) => list.slice(0, 1))
  const rowsIn = firsts.reduce((sum, step) => sum + step.rowsIn, 0)
  const filtered = counted.reduce((sum, step) => sum + (step.filtered ?? 0), 0)
  const most = counted.toSorted((left, right) => (right.filtered ?? 0) - (left.filtered ?? 0))[0] ?? null
  return {
    share: counted.length === 0 || rowsIn === 0 ? null : filtered / rowsIn,
    most: (most?.filtered ?? 0) > 0 ? most : null,
  }
}
