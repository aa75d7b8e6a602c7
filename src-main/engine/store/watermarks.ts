/** Newest event time of each source, and of each run beside one, and how many records came late: kept with each batch. Store thread only. */
import type { Database, Statement } from 'better-sqlite3'
import type { EventTimeCounts } from '../batch/event-time.ts'

/** Totals of one source since the store began. */
export interface SourceEventTime extends EventTimeCounts {
  source: string
}

export class Watermarks {
  readonly #note: Statement
  #state: Map<string, SourceEventTime>
  #committed: Map<string, SourceEventTime>

  constructor(database: Database) {
    this.#note = database.prepare(
      `INSERT INTO _penstock_watermarks (source, newest_at, late, too_late, ahead) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET newest_at = excluded.newest_at, late = excluded.late, too_late = excluded.too_late,
         ahead = excluded.ahead`,
    )
    const rows = database
      .prepare<[], SourceEventTime>(
        'SELECT source, newest_at AS newestAt, late, too_late AS tooLate, ahead FROM _penstock_watermarks',
      )
      .all()
    this.#state = new Map(rows.map((row) => [row.source, row]))
    this.#committed = new Map(this.#state)
  }

  /** As of the last commit. */
  get totals(): SourceEventTime[] {
    return [...this.#committed.values()]
  }

  /** Newest event time of a source, milliseconds since 1970; null before the first. */
  newestAt(source: string): number | null {
    return this.#state.get(source)?.newestAt ?? null
  }

  /** Records that came too late so far. */
  tooLate(source: string): number {
    return this.#state.get(source)?.tooLate ?? 0
  }

  add(source: string, { newestAt, late, tooLate, ahead }: EventTimeCounts): void {
    const before = this.#state.get(source)
    const total: SourceEventTime = {
      source,
      newestAt,
      late: (before?.late ?? 0) + late,
      tooLate: (before?.tooLate ?? 0) + tooLate,
      ahead: (before?.ahead ?? 0) + ahead,
    }
    this.#state.set(source, total)
    this.#note.run(source, newestAt, total.late, total.tooLate, total.ahead)
  }

  committed(): void {
    this.#committed = new Map(this.#state)
  }

  rolledBack(): void {
    this.#state = new Map(this.#committed)
  }
}
