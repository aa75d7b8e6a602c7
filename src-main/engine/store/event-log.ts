/**
 * Writes sys_events. While the store takes no writes, events wait in memory, bounded. Store thread only.
 */
import { limits } from '#contract/limits.ts'
import type { LiveEvent } from '#contract/live.ts'
import type { Database, Statement } from 'better-sqlite3'

const waitingEvents = 1000
const shownEvents = 20

export type NewEvent = Omit<LiveEvent, 'id'> & { detail?: string | undefined }

export class EventLog {
  /** The newest events, newest first. */
  readonly newest: LiveEvent[]
  readonly #insert: Statement
  readonly #trim: Statement
  readonly #waiting: NewEvent[] = []
  #nextId: number

  constructor(database: Database) {
    this.#insert = database.prepare(
      'INSERT INTO sys_events (id, at, level, kind, subject, message, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#trim = database.prepare('DELETE FROM sys_events WHERE id <= ?')
    this.#nextId = Number(database.prepare('SELECT coalesce(max(id), 0) + 1 FROM sys_events').pluck().get())
    this.newest = readNewest(database)
  }

  /** Shows an event at once; {@link flush} stores it with the next transaction. */
  add(event: NewEvent): void {
    this.newest.unshift({ ...withoutDetail(event), id: this.#nextId + this.#waiting.length })
    if (this.newest.length > shownEvents) this.newest.pop()
    if (this.#waiting.length < waitingEvents) this.#waiting.push({ ...event, at: Math.floor(event.at) })
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** Writes what waits, inside the caller's transaction; call {@link flushed} once that has committed. */
  flush(): void {
    let id = this.#nextId
    for (const event of this.#waiting) {
      this.#insert.run(
        id++,
        event.at,
        event.level,
        event.kind,
        event.subject,
        event.message,
        event.detail ?? null,
      )
    }
    this.#trim.run(id - 1 - limits.keptEvents)
  }

  flushed(): void {
    this.#nextId += this.#waiting.length
    this.#waiting.length = 0
  }
}

function withoutDetail(event: NewEvent): Omit<LiveEvent, 'id'> {
  const { at, level, kind, subject, message } = event
  return { at: Math.floor(at), level, kind, subject, message }
}

function readNewest(database: Database): LiveEvent[] {
  const rows = database
    .prepare<[number], LiveEvent>(
      'SELECT id, at, level, kind, subject, message FROM sys_events ORDER BY id DESC LIMIT ?',
    )
    .all(shownEvents)
  return rows
}
