/** Rollups in the store thread: kept with each batch, caught up with between batches. */
import type { Database } from 'better-sqlite3'
import { defineRollupFunctions } from '../rollups/functions.ts'
import { prepareRollups } from '../rollups/prepare-rollups.ts'
import type { RollupPlan } from '../rollups/rollup-plan.ts'
import { stateTable } from '../rollups/rollup-sql.ts'
import { type HeldRows, type RollupEvent, RollupSet } from '../rollups/rollup-set.ts'
import type { BatchWriter } from '../store/batch-writer.ts'
import { isStoreFull } from '../store/store-full.ts'
import type { FeedFigures } from '../watch/feed-input.ts'
import { nowMs } from './thread-calls.ts'

/** While batches come, catching up takes one turn in so many milliseconds. */
const catchUpMs = 20

export interface RollupSetting {
  /** Whether rows of a table are still being filled in. */
  isFilled: (table: string) => boolean
  /** Whether penstock.yaml is, to the letter, the one that filled the store. */
  isSameFile: boolean
  /** Called in the transaction that brought the rollups to the workspace. */
  prepared: () => void
}

export class StoreRollups {
  readonly set: RollupSet
  readonly #writer: BatchWriter
  #timer: NodeJS.Timeout | null = null

  /** Makes what is missing in the store; to be called once, before the first batch. */
  constructor(
    database: Database,
    plans: readonly RollupPlan[],
    writer: BatchWriter,
    { isFilled, isSameFile, prepared }: RollupSetting,
  ) {
    this.#writer = writer
    const onEvent: RollupEvent = (level, kind, subject, message) => {
      writer.events.add({ at: nowMs(), level, kind, subject, message })
    }
    defineRollupFunctions(database)
    writer.apart(() => {
      prepareRollups(database, plans, { held: this.#held, isSameFile, onEvent })
      prepared()
    })
    this.set = new RollupSet(database, plans, onEvent, isFilled)
    writer.keepRollups(this.set)
    this.#catchUpSoon()
  }

  /** What is known of each rollup, as of the last commit. */
  figures(): FeedFigures['rollups'] {
    return this.set.states.map(({ appliedRow, table, ...rollup }) => {
      const { last, first } = this.#held(table)
      return { ...rollup, behind: Math.max(0, last - Math.max(appliedRow, first - 1)) }
    })
  }

  /** Tables, and tables of rollups, with the number of their rows. */
  relations(): { name: string; rows: number }[] {
    const tables = this.#writer.tables.map(({ name, counts }) => ({ name, rows: counts.rows }))
    return [
      ...tables,
      ...this.set.states.map(({ name, groups }) => ({ name: stateTable(name), rows: groups })),
    ]
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  readonly #held = (table: string): HeldRows => {
    const found = this.#writer.tables.find(({ name }) => name === table)
    return found?.held ?? { first: 1, last: 0, evicted: 0 }
  }

  #catchUpSoon(): void {
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#catchUp()
    }, catchUpMs)
  }

  #catchUp(): void {
    try {
      const hasMore = this.#writer.apart((now) => this.set.catchUp(this.#held, now))
      if (!hasMore) return
    } catch (error) {
      if (!isStoreFull(error)) throw error
      // The next batch meets the same and reports it; this goes on when there is room.
    }
    this.#catchUpSoon()
  }
}
