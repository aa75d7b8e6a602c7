/** Newest event time of each source, and of each run beside one, and how many records came late: kept with each batch. Store thread only. */
import type { Database, Statement } from 'better-sqlite3'
import type { EventTimeCounts, EventTimeRule } from '../batch/event-time.ts'

/** Totals of one source since the store began. */
export interface SourceEventTime extends EventTimeCounts {
  source: string
}

interface KeptEventTime extends SourceEventTime {
  /** Where the newest time comes from; empty where an earlier version wrote it. */
  origin: string
}

export class Watermarks {
  readonly #note: Statement
  #state: Map<string, KeptEventTime>
  #committed: Map<string, KeptEventTime>

  constructor(database: Database) {
    this.#note = database.prepare(
      `INSERT INTO _penstock_watermarks (source, newest_at, late, too_late, ahead, origin) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET newest_at = excluded.newest_at, late = excluded.late, too_late = excluded.too_late,
         ahead = excluded.ahead, origin = excluded.origin`,
    )
    const rows = database
      .prepare<[], KeptEventTime>(
        'SELECT source, newest_at AS newestAt, late, too_late AS tooLate, ahead, origin FROM _penstock_watermarks',
      )
      .all()
    this.#state = new Map(rows.map((row) => [row.source, row]))
    this.#committed = new Map(this.#state)
  }

  /** As of the last commit. */
  get totals(): SourceEventTime[] {
    return [...this.#committed.values()]
  }

  /** Newest event time of a source, milliseconds since 1970; null before the first of its rule. */
  newestAt(source: string, rule: EventTimeRule | null): number | null {
    const known = this.#state.get(source)
    if (known === undefined || rule === null) return null
    return known.origin === '' || known.origin === rule.origin ? known.newestAt : null
  }

  /** Records that came too late so far. */
  tooLate(source: string): number {
    return this.#state.get(source)?.tooLate ?? 0
  }

  add(source: string, rule: EventTimeRule | null, counts: EventTimeCounts | null): void {
    if (rule === null || counts === null) return
    const { newestAt, late, tooLate, ahead } = counts
    const before = this.#state.get(source)
    const total: KeptEventTime = {
      source,
      origin: rule.origin,
      newestAt,
      late: (before?.late ?? 0) + late,
      tooLate: (before?.tooLate ?? 0) + tooLate,
      ahead: (before?.ahead ?? 0) + ahead,
    }
    this.#state.set(source, total)
    this.#note.run(source, newestAt, total.late, total.tooLate, total.ahead, rule.origin)
  }

  committed(): void {
    this.#committed = new Map(this.#state)
  }

  rolledBack(): void {
    this.#state = new Map(this.#committed)
  }
}
