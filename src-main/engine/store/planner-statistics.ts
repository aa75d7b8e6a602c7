/**
 * Keeps what SQLite's query planner knows of the tables up to date (ANALYZE), by a bounded sample, whenever a relation has
 * grown or shrunk by half. Store thread only; between batches.
 */
import type { Database } from 'better-sqlite3'
import { quoted } from '../sql/identifier.ts'

/** Rows of an index that ANALYZE looks at; it stays at milliseconds however large the table is. */
const sampleRows = 1000
const fewRows = 1000

export class PlannerStatistics {
  readonly #database: Database
  readonly #analyzed = new Map<string, number>()

  constructor(database: Database) {
    this.#database = database
    database.pragma(`analysis_limit = ${String(sampleRows)}`)
  }

  /**
   * Looks at one relation that has changed much, if there is one.
   * @param relations with the number of their rows now
   * @returns its name, or null
   */
  renewOne(relations: readonly { name: string; rows: number }[]): string | null {
    const changed = relations.find(({ name, rows }) => {
      const before = this.#analyzed.get(name)
      return before === undefined ? rows >= fewRows : rows > before * 1.5 || rows < before / 2
    })
    if (changed === undefined) return null
    this.#database.exec(`ANALYZE ${quoted(changed.name)}`)
    this.#analyzed.set(changed.name, Math.max(changed.rows, fewRows))
    return changed.name
  }
}
