/**
 * The matches of one search as rows, bounded in number and bytes. Forward searches list them as found; searches from the
 * newest list what was found backwards after what has arrived since. Cluster thread.
 */
import type { MessageRow } from '#contract/messages.ts'
import { sizeOfRow } from './preview.ts'

/** Room for rows that all searches share. */
export interface RowRoom {
  /** False where there is no room for so many more bytes. */
  take(bytes: number): boolean
  give(bytes: number): void
}

export class MatchList {
  /** Found backwards, newest first. */
  readonly #older: MessageRow[] = []
  /** Found forwards, oldest first; those before `#first` are let go. */
  #newer: MessageRow[] = []
  #first = 0
  #bytes = 0
  #isCleared = false
  /** Rows let go because newer ones came. */
  dropped = 0
  readonly #isNewestFirst: boolean
  readonly #limit: number
  readonly #room: RowRoom

  constructor(options: { isNewestFirst: boolean; limit: number; room: RowRoom }) {
    this.#isNewestFirst = options.isNewestFirst
    this.#limit = options.limit
    this.#room = options.room
  }

  get count(): number {
    return this.#older.length + this.#newer.length - this.#first
  }

  get isFull(): boolean {
    return this.count >= this.#limit
  }

  /** Rows that may still be added without letting go of others. */
  get room(): number {
    return Math.max(0, this.#limit - this.count)
  }

  /** Adds behind the oldest one. False where there is no room. */
  addOlder(row: MessageRow): boolean {
    if (this.isFull || !this.#take(row)) return false
    this.#older.push(row)
    return true
  }

  /** Adds one that is newer. False where there is no room. */
  addNewer(row: MessageRow): boolean {
    if (this.isFull || !this.#take(row)) return false
    this.#newer.push(row)
    return true
  }

  /** Adds one that is newer, letting go of the oldest ones for it. */
  addNewest(row: MessageRow): void {
    while (this.isFull) this.#dropOldest()
    let hasRoom = this.#take(row)
    while (!hasRoom && this.count > 0) {
      this.#dropOldest()
      hasRoom = this.#take(row)
    }
    if (hasRoom) this.#newer.push(row)
    else this.dropped++
  }

  page(start: number, count: number): MessageRow[] {
    const rows: MessageRow[] = []
    const end = Math.min(this.count, start + count)
    for (let index = start; index < end; index++) {
      const row = this.#at(index)
      if (row !== undefined) rows.push(row)
    }
    return rows
  }

  /** Lets go of everything, and takes nothing any more. */
  clear(): void {
    this.#isCleared = true
    this.#room.give(this.#bytes)
    this.#bytes = 0
    this.#older.length = 0
    this.#newer = []
    this.#first = 0
  }

  #at(index: number): MessageRow | undefined {
    if (!this.#isNewestFirst) return this.#newer[this.#first + index]
    const newer = this.#newer.length - this.#first
    return index < newer ? this.#newer[this.#newer.length - 1 - index] : this.#older[index - newer]
  }

  #take(row: MessageRow): boolean {
    const bytes = sizeOfRow(row)
    if (this.#isCleared || !this.#room.take(bytes)) return false
    this.#bytes += bytes
    return true
  }

  #dropOldest(): void {
    const row = this.#older.pop() ?? this.#newer[this.#first++]
    if (row === undefined) return
    this.dropped++
    const bytes = sizeOfRow(row)
    this.#bytes -= bytes
    this.#room.give(bytes)
    if (this.#first < 4096 || this.#first * 2 < this.#newer.length) return
    this.#newer = this.#newer.slice(this.#first)
    this.#first = 0
  }
}
