/** Changes of a lookup gathered for one transaction: of each key the last one. Bounded by who fills it. Ingest thread. */
import type { SqlValue } from '../../columns/values.ts'
import type { DeadRecord } from '../batch/packed-batch.ts'
import type { TopicRow } from './topic-rows.ts'

const mostChanges = 2000
const mostCharacters = 4 * 1024 * 1024

export interface GatheredChanges {
  rows: SqlValue[][]
  deleted: SqlValue[]
  dead: DeadRecord[]
}

export class TopicChanges {
  readonly #byKey = new Map<string | number | bigint, TopicRow>()
  #dead: DeadRecord[] = []
  #characters = 0

  get isEmpty(): boolean {
    return this.#byKey.size === 0 && this.#dead.length === 0
  }

  get isFull(): boolean {
    return this.#byKey.size + this.#dead.length >= mostChanges || this.#characters >= mostCharacters
  }

  add(change: TopicRow): void {
    this.#byKey.set(identity(change.key), change)
    for (const value of change.row ?? []) {
      if (typeof value === 'string' || value instanceof Uint8Array) this.#characters += value.length
    }
  }

  addDead(dead: DeadRecord): void {
    this.#dead.push(dead)
    this.#characters += dead.value.length
  }

  get gathered(): GatheredChanges {
    const rows: SqlValue[][] = []
    const deleted: SqlValue[] = []
    for (const { key, row } of this.#byKey.values()) {
      if (row === null) deleted.push(key)
      else rows.push(row)
    }
    return { rows, deleted, dead: this.#dead }
  }

  clear(): void {
    this.#byKey.clear()
    this.#dead = []
    this.#characters = 0
  }
}

/** Keys of one lookup are of one type. */
function identity(key: SqlValue): string | number | bigint {
  if (key instanceof Uint8Array) return Buffer.from(key).toString('hex')
  return key ?? ''
}
