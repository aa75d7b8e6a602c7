/** What runs after the last step of a table that does more than append. Store thread; inside the caller's transaction. */
import type { BatchConstants, TableChanges } from '../batch/batch-result.ts'

/** Lands the rows that the last step put into its temporary table. */
export interface Landing {
  /**
   * @param rows rows of the last step
   * @throws the database's error; then nothing of the rows has landed where the caller goes back to before
   */
  land(rows: number, constants: BatchConstants): TableChanges
}

/** A value of the only row that a statement gives. */
export function numberFrom(row: unknown, name: string): number {
  const value =
    typeof row === 'object' && row !== null ? Object.entries(row).find(([key]) => key === name) : undefined
  return Number(value?.[1] ?? 0)
}

export function noChanges(): TableChanges {
  return { landed: 0, updated: 0, deleted: 0, stale: 0, duplicates: 0 }
}

export function addChanges(to: TableChanges, more: TableChanges): void {
  to.landed += more.landed
  to.updated += more.updated
  to.deleted += more.deleted
  to.stale += more.stale
  to.duplicates += more.duplicates
}
