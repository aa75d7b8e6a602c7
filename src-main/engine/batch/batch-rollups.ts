/** How the transaction of a batch brings rollups up to date; the store does not know how. */

/** Row numbers of a table, both inclusive. */
export interface RowRange {
  first: number
  last: number
}

export interface BatchRollups {
  /**
   * Rows have landed: takes them into the rollups of the table. Inside the batch's transaction, before evictions.
   * @param before number of the last row before them
   */
  landed(table: string, rows: RowRange, before: number, nowMs: number): void
  /** Removes windows that are older than they are kept, some at a time. Inside a transaction. */
  evict(nowMs: number): void
  /** First row of the table that some rollup still has to take in; null where all are taken in. */
  firstNeeded(table: string): number | null
  /** Whether a rollup that still has to take rows in waits for something that may take long. */
  isHeldUp(table: string): boolean
  committed(): void
  rolledBack(): void
}
