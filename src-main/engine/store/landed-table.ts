/** What the store knows of a table that rows land in, whether they are appended or take places by key. Store thread only. */
import type { TableChanges } from '../batch/batch-result.ts'

/** Counts since the store began; times are milliseconds since 1970. */
export interface TableCounts extends TableChanges {
  rows: number
  evicted: number
  /** When the oldest and the newest row were written; null where that is not known. */
  oldestAt: number | null
  newestAt: number | null
}

export interface LandedTable {
  readonly name: string
  readonly source: string
  /** Whether it holds one row per key. */
  readonly isKeyed: boolean
  /** As of the last commit. */
  readonly counts: TableCounts
  /** Estimated bytes of one row with its share of the indexes; 0 before that is known. */
  readonly rowBytes: number
  /** First and last row of those that are only appended, and rows evicted; inside the transaction as it stands. */
  readonly held: { first: number; last: number; evicted: number }

  /** Counts what a batch did. @param changes null where its rows were appended as they came */
  landed(rows: number, nowMs: number, changes: TableChanges | null): void

  /**
   * After {@link landed}: evicts what that pushed out, and notes both.
   * @param needed first row that must stay although it is over the bounds, or null
   * @param excess rows that are to go in any case
   */
  settle(rows: number, nowMs: number, needed?: number | null, excess?: number): void

  /**
   * Evicts at most `most` rows over the bounds on rows, bytes and age; none from row `needed` on.
   * @param excess rows that are to go in any case
   * @returns rows evicted
   */
  evict(nowMs: number, most: number, needed?: number | null, excess?: number): number

  /** Stores the counts. */
  note(): void

  committed(): void
  rolledBack(): void
}
