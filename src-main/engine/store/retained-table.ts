/**
 * Counts one landed table and evicts its oldest rows. Rows are appended and only ever deleted from the front, so row ids are
 * contiguous: sizes need no counting and ages are found by bisection. Store thread only; inside the caller's transaction.
 */
import type { Database, Statement } from 'better-sqlite3'
import type { TableChanges } from '../batch/batch-result.ts'
import type { TableShape } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'
import type { LandedTable, TableCounts } from './landed-table.ts'
import { rowsWithin } from './row-bound.ts'
import { RowSize } from './row-size.ts'
import { storedCounts, TableNote } from './table-note.ts'

/** Least number of rows that one transaction may evict; more where more landed. */
const evictAtLeast = 8192
const ageCheckMs = 1000

export interface TableState extends TableCounts {
  firstRow: number
  lastRow: number
}

export class RetainedTable implements LandedTable {
  readonly isKeyed = false
  readonly name: string
  readonly source: string
  /** As of the last commit. */
  committedState: TableState
  readonly #shape: TableShape
  readonly #last: Statement
  readonly #at: Statement
  readonly #delete: Statement
  readonly #note: TableNote
  readonly #size: RowSize
  #state: TableState
  #nextAgeCheckMs = 0

  constructor(database: Database, shape: TableShape) {
    const table = quoted(shape.name)
    this.name = shape.name
    this.source = shape.source
    this.#shape = shape
    this.#last = database.prepare(`SELECT max(rowid) FROM ${table}`).pluck()
    this.#at = database.prepare(`SELECT _ingested_at FROM ${table} WHERE rowid = ?`).pluck()
    this.#delete = database.prepare(`DELETE FROM ${table} WHERE rowid < ?`)
    this.#note = new TableNote(database, shape.name)
    this.#size = new RowSize(database, shape)
    this.#size.measure(0)
    this.#state = readState(database, shape.name, table)
    this.committedState = { ...this.#state }
  }

  get counts(): TableCounts {
    return this.committedState
  }

  get rows(): number {
    return rowsOf(this.#state)
  }

  get rowBytes(): number {
    return this.#size.bytes
  }

  get held(): { first: number; last: number; evicted: number } {
    const { firstRow, lastRow, evicted } = this.#state
    return { first: firstRow, last: lastRow, evicted }
  }

  landed(rows: number, nowMs: number, changes: TableChanges | null): void {
    const state = this.#state
    state.duplicates += changes?.duplicates ?? 0
    if (rows === 0) return
    const last = Number(this.#last.get())
    if (rowsOf(state) === 0) state.firstRow = last - rows + 1
    state.lastRow = last
    state.landed += rows
    state.newestAt = nowMs
  }

  settle(rows: number, nowMs: number, needed: number | null = null, excess = 0): void {
    this.evict(nowMs, Math.max(evictAtLeast, 2 * rows), needed, excess)
    this.note()
  }

  evict(nowMs: number, most: number, needed: number | null = null, excess = 0): number {
    const state = this.#state
    this.#size.measure(nowMs)
    const over = Math.max(this.#firstByRows(), this.#firstByAge(nowMs), state.firstRow + excess)
    const wanted = needed === null ? over : Math.min(over, needed)
    const first = Math.min(wanted, state.firstRow + most, state.lastRow + 1)
    const evicted = first - state.firstRow
    if (evicted > 0) {
      this.#delete.run(first)
      state.firstRow = first
      state.evicted += evicted
    }
    state.oldestAt = rowsOf(state) === 0 ? null : Number(this.#at.get(state.firstRow))
    return Math.max(0, evicted)
  }

  note(): void {
    this.#note.write(this.#counted())
  }

  committed(): void {
    this.committedState = this.#counted()
  }

  rolledBack(): void {
    this.#state = { ...this.committedState }
  }

  #counted(): TableState {
    return { ...this.#state, rows: rowsOf(this.#state) }
  }

  #firstByRows(): number {
    const most = rowsWithin(this.#shape, this.#size.bytes)
    return most === null ? 0 : this.#state.lastRow - most + 1
  }

  /** First row that is young enough; looked for once a second. */
  #firstByAge(nowMs: number): number {
    const { retainAgeMs } = this.#shape
    const state = this.#state
    if (retainAgeMs === null || nowMs < this.#nextAgeCheckMs || rowsOf(state) === 0) return 0
    const cutoff = nowMs - retainAgeMs
    let low = state.firstRow
    let high = state.lastRow + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (Number(this.#at.get(middle)) < cutoff) low = middle + 1
      else high = middle
    }
    if (low - state.firstRow <= evictAtLeast) this.#nextAgeCheckMs = nowMs + ageCheckMs
    return low
  }
}

/** Rows of a table in this state. */
export function rowsOf(state: Pick<TableState, 'firstRow' | 'lastRow'>): number {
  return state.lastRow - state.firstRow + 1
}

function readState(database: Database, name: string, table: string): TableState {
  const first = database.prepare(`SELECT min(rowid) FROM ${table}`).pluck().get()
  const last = database.prepare(`SELECT max(rowid) FROM ${table}`).pluck().get()
  const rows = {
    firstRow: typeof first === 'number' ? first : 1,
    lastRow: typeof last === 'number' ? last : 0,
  }
  return { ...storedCounts(database, name), ...rows, rows: rows.lastRow - rows.firstRow + 1 }
}
