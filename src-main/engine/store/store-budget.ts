/**
 * Keeps the store within the bytes that the workspace gives it: while there are more, the oldest rows of the table that takes
 * up most go, as many at a time as a batch can bear. Freed pages are used again by what lands next. Store thread only.
 */
import type { Database, Statement } from 'better-sqlite3'
import { sizeWords } from '../../workspace/units.ts'
import type { LandedTable } from './landed-table.ts'

/** Bytes of the store in use: what it holds, without pages that are free to be used again. */
export class UsedBytes {
  readonly #pages: Statement<[], { used: number; free: number }>

  constructor(database: Database) {
    this.#pages = database.prepare(
      `SELECT (page_count - freelist_count) * page_size AS used, freelist_count * page_size AS free
       FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
    )
  }

  read(): { used: number; free: number } {
    return this.#pages.get() ?? { used: 0, free: 0 }
  }
}

/** What is to go for the budget: the oldest rows of a table. */
export interface Excess {
  table: LandedTable
  rows: number
}

/** A store that evicts stays near its budget; below this share of it, what is told was long ago. */
const wellBelow = 0.9

export class StoreBudget {
  readonly #used: UsedBytes
  readonly #budget: number
  readonly #onEvent: (message: string) => void
  /** What people were told since the store was well below its budget. */
  #told = ''

  /** @param budget bytes */
  constructor(database: Database, budget: number, onEvent: (message: string) => void) {
    this.#used = new UsedBytes(database)
    this.#budget = budget
    this.#onEvent = onEvent
  }

  /** The table that has to give way now, and how many of its rows; null while the store is within its budget. */
  excess(tables: readonly LandedTable[]): Excess | null {
    const { used } = this.#used.read()
    const over = used - this.#budget
    if (used < wellBelow * this.#budget) this.#told = ''
    if (over <= 0) return null
    const held = appended(tables).filter(({ counts }) => counts.rows > 0)
    const largest = held.reduce<LandedTable | null>(
      (most, table) => (most === null || bytesOf(table) > bytesOf(most) ? table : most),
      null,
    )
    if (largest === null) {
      this.#tell(null)
      return null
    }
    // Rows are measured once there are some.
    if (largest.rowBytes === 0) return null
    this.#tell(largest.name)
    return { table: largest, rows: Math.ceil(over / largest.rowBytes) }
  }

  #tell(table: string | null): void {
    const kind = table === null ? 'nothing' : 'rows'
    if (kind === this.#told) return
    this.#told = kind
    const budget = sizeWords(this.#budget)
    this.#onEvent(
      table === null
        ? `the store is over its budget of ${budget}, and no table has rows that could go`
        : `the store has reached its budget of ${budget}; the oldest rows of ${table} go`,
    )
  }
}

/** A table with a key holds what is, not what was: only its own bounds make it smaller. */
function appended(tables: readonly LandedTable[]): LandedTable[] {
  return tables.filter(({ isKeyed }) => !isKeyed)
}

/** Estimated bytes of a table with its indexes. */
export function bytesOf(table: LandedTable): number {
  return table.counts.rows * table.rowBytes
}
