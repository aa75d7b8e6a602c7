/**
 * Counts a table with one row per key, evicts rows that nothing wrote to for longest, and forgets old deletes. Store thread
 * only; inside the caller's transaction.
 */
import type { Database, Statement } from 'better-sqlite3'
import type { TableChanges } from '../batch/batch-result.ts'
import { leavesMarkers, markerTable } from '../batch/landing-plan.ts'
import type { TableShape } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'
import type { LandedTable, TableCounts } from './landed-table.ts'
import { RowSize } from './row-size.ts'
import { rowsWithin } from './row-bound.ts'
import { storedCounts, TableNote } from './table-note.ts'

/** Least number of rows that one transaction may evict; more where more landed. */
const evictAtLeast = 8192
/** How long a delete keeps older records from coming back, as in Kafka's compacted topics, and how many deletes do. */
const markersMs = 24 * 3_600_000
const mostMarkers = 1_000_000
const checkMs = 1000

export class KeyedTable implements LandedTable {
  readonly isKeyed = true
  readonly name: string
  readonly source: string
  readonly #shape: TableShape
  readonly #note: TableNote
  readonly #oldest: Statement<[], number | null>
  readonly #overRows: Statement
  readonly #overAge: Statement
  readonly #markers: Markers | null
  readonly #size: RowSize
  #counts: TableCounts
  #committed: TableCounts
  #nextCheckMs = 0

  constructor(database: Database, shape: TableShape) {
    const table = quoted(shape.name)
    const evict = (where: string): string =>
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} ${where} ORDER BY _ingested_at, rowid LIMIT ?)`
    this.name = shape.name
    this.source = shape.source
    this.#shape = shape
    this.#note = new TableNote(database, shape.name)
    this.#size = new RowSize(database, shape)
    this.#size.measure(0)
    this.#oldest = database.prepare<[], number | null>(`SELECT min(_ingested_at) FROM ${table}`).pluck()
    this.#overRows = database.prepare(evict(''))
    this.#overAge = database.prepare(evict('WHERE _ingested_at < ?'))
    const { landing } = shape
    this.#markers = landing !== null && leavesMarkers(landing) ? new Markers(database, shape.name) : null
    // Committed with the rows: counting them would take longer the more there are.
    this.#counts = storedCounts(database, shape.name)
    this.#committed = { ...this.#counts }
  }

  get counts(): TableCounts {
    return this.#committed
  }

  get rowBytes(): number {
    return this.#size.bytes
  }

  /** Rows do not follow each other. */
  get held(): { first: number; last: number; evicted: number } {
    return { first: 1, last: 0, evicted: this.#counts.evicted }
  }

  landed(_rows: number, nowMs: number, changes: TableChanges | null): void {
    if (changes === null) return
    const counts = this.#counts
    counts.landed += changes.landed
    counts.updated += changes.updated
    counts.deleted += changes.deleted
    counts.stale += changes.stale
    counts.rows += changes.landed - changes.updated - changes.deleted
    if (changes.landed > 0) counts.newestAt = nowMs
  }

  settle(rows: number, nowMs: number, needed: number | null = null, excess = 0): void {
    this.evict(nowMs, Math.max(evictAtLeast, 2 * rows), needed, excess)
    this.note()
  }

  evict(nowMs: number, most: number, _needed: number | null = null, excess = 0): number {
    const { retainAgeMs } = this.#shape
    this.#markers?.forget(nowMs, most)
    this.#size.measure(nowMs)
    const mostRows = rowsWithin(this.#shape, this.#size.bytes)
    if (mostRows === null && retainAgeMs === null && excess === 0) return 0
    const counts = this.#counts
    const over = Math.min(most, Math.max(excess, mostRows === null ? 0 : counts.rows - mostRows))
    let evicted = over > 0 ? this.#overRows.run(over).changes : 0
    if (retainAgeMs !== null && nowMs >= this.#nextCheckMs && evicted < most) {
      const aged = this.#overAge.run(nowMs - retainAgeMs, most - evicted).changes
      evicted += aged
      if (evicted < most) this.#nextCheckMs = nowMs + checkMs
    }
    counts.rows -= evicted
    counts.evicted += evicted
    // Only a table with a bound has an index by which this is found.
    if (mostRows !== null || retainAgeMs !== null) counts.oldestAt = this.#oldest.get() ?? null
    return evicted
  }

  note(): void {
    this.#note.write(this.#counts)
  }

  committed(): void {
    this.#committed = { ...this.#counts }
  }

  rolledBack(): void {
    this.#counts = { ...this.#committed }
    this.#nextCheckMs = 0
  }
}

/** Bounds what is kept of deletes. */
class Markers {
  readonly #old: Statement
  readonly #count: Statement<[], number>
  readonly #forget: Statement
  #nextCheckMs = 0

  constructor(database: Database, name: string) {
    const table = quoted(markerTable(name))
    this.#count = database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck()
    this.#old = database.prepare(
      `DELETE FROM ${table} WHERE deleted_at < min(?, coalesce(
         (SELECT deleted_at FROM ${table} ORDER BY deleted_at LIMIT 1 OFFSET ?), 9223372036854775807))`,
    )
    this.#forget = database.prepare(
      `DELETE FROM ${table} WHERE deleted_at <= (SELECT deleted_at FROM ${table} ORDER BY deleted_at LIMIT 1 OFFSET ?)`,
    )
  }

  /** At most about `most`, and looked at once a second. */
  forget(nowMs: number, most: number): void {
    if (nowMs < this.#nextCheckMs) return
    this.#nextCheckMs = nowMs + checkMs
    this.#old.run(Math.floor(nowMs) - markersMs, most)
    const over = (this.#count.get() ?? 0) - mostMarkers
    if (over > 0) this.#forget.run(Math.min(over, most) - 1)
  }
}
