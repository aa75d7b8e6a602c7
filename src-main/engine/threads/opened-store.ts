/**
 * The store that the store thread has open: its connection and lock, its events and its lookups. Says in its events how it was
 * found, and gives everything back when it is closed. Store thread only.
 */
import type { Database } from 'better-sqlite3'
import { setAsideWords } from '../store/damage-words.ts'
import { type OpenStore, openStore, removeStore } from '../store/database.ts'
import { EventLog } from '../store/event-log.ts'
import { removeLeftStores } from '../store/left-stores.ts'
import { LookupTables } from '../store/lookup-tables.ts'
import { isStoreFull } from '../store/store-full.ts'
import { nowMs } from './thread-calls.ts'
import type { NewEventInput, StoreOpenInput, StoreOpenOutput } from './thread-messages.ts'

export class OpenedStore {
  readonly events: EventLog
  readonly lookups: LookupTables
  /** What whoever had it opened is told. */
  readonly found: StoreOpenOutput
  readonly #store: OpenStore
  readonly #location: StoreOpenInput['location']

  /** @throws AppError STORE_IN_USE, STORE_UNUSABLE; the database's error */
  constructor(input: StoreOpenInput) {
    this.#location = input.location
    this.#store = openStore(input.location, input.settings, input.host, input.resume)
    const { database, lock, isFresh, setAside, rebuiltSince } = this.#store
    const damage = setAside === null ? '' : setAsideWords(this.file, setAside)
    this.found = { isFresh, damage, rebuiltSince }
    try {
      this.events = new EventLog(database)
      this.lookups = new LookupTables(database)
      const event = openingEvent(this.#store, damage, input)
      if (event !== null) this.say({ ...event, subject: 'store' })
      if (input.settings.mode === 'memory') this.#removeLeft()
    } catch (error) {
      database.close()
      lock.release(false)
      throw error
    }
  }

  get database(): Database {
    return this.#store.database
  }

  get file(): string {
    return this.#location.file
  }

  say({ level, event, subject, message }: NewEventInput): void {
    this.events.add({ at: nowMs(), level, kind: event, subject, message })
  }

  #removeLeft(): void {
    const bytes = removeLeftStores(this.#location)
    if (bytes === 0) return
    const message = `${(bytes / 1e6).toFixed(1)} MB of memory were given back that a Penstock had left when it was killed`
    this.say({ level: 'info', event: 'left-store-removed', subject: 'store', message })
  }

  /** Gives back what the write-ahead log holds beside the store file; it may be all the room that is missing. */
  reclaim(): void {
    try {
      this.database.pragma('wal_checkpoint(TRUNCATE)')
    } catch (error) {
      if (!isStoreFull(error)) throw error
      // No room even for that: the next try comes soon.
    }
  }

  /** @param discard whether a memory store gives its memory back; false where it is opened again */
  close(discard: boolean): void {
    const { database, lock } = this.#store
    try {
      if (!discard) database.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      database.close()
      if (discard) removeStore(this.#location)
      lock.release(discard)
    }
  }
}

/** How the store was found; null for a new one on disk. */
function openingEvent(
  { isFresh, discarded }: OpenStore,
  damage: string,
  { settings, resume }: StoreOpenInput,
): Omit<NewEventInput, 'subject'> | null {
  if (damage !== '') return { level: 'error', event: 'store-damaged', message: damage }
  if (discarded) {
    const message =
      'Penstock had not been stopped in order; what its store held in memory is gone, and it starts afresh'
    return { level: 'warn', event: 'store-fresh', message }
  }
  if (!isFresh) {
    const message = resume ? 'the store goes on with what it held' : 'the store goes on where it stopped'
    return { level: 'info', event: 'store-opened', message }
  }
  if (settings.mode !== 'memory') return null
  return { level: 'info', event: 'store-fresh', message: 'the store is kept in memory and starts empty' }
}
