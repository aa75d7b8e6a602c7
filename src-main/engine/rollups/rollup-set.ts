/**
 * Keeps all rollups of a store: makes their tables, takes landed rows in with each batch, and catches up in steps where a
 * rollup is new or was changed. A rollup that rows make fail is left behind, and said so; ingest goes on. Store thread only;
 * everything but preparing runs inside the caller's transaction.
 */
import type { BatchRollups, RowRange } from '../batch/batch-rollups.ts'
import type { SqlDatabase } from '../batch/sql-database.ts'
import { isRecordFault } from '../sql/record-fault.ts'
import { KeptRollup, type LeftOut, type RollupState } from './kept-rollup.ts'
import type { RollupPlan } from './rollup-plan.ts'

/** Rows that one step of catching up takes in. */
const catchUpRows = 25_000

/** Told of what people should know. */
export type RollupEvent = (
  level: 'info' | 'warn' | 'error',
  kind: string,
  rollup: string,
  message: string,
) => void

/** Rows that a table holds, and how many it has evicted. */
export interface HeldRows extends RowRange {
  evicted: number
}

export class RollupSet implements BatchRollups {
  readonly #database: SqlDatabase
  readonly #rollups: readonly KeptRollup[]
  readonly #onEvent: RollupEvent
  readonly #isFilled: (table: string) => boolean

  /** @param isFilled whether rows of a table are still being filled in: then they are left for later */
  constructor(
    database: SqlDatabase,
    plans: readonly RollupPlan[],
    onEvent: RollupEvent,
    isFilled: (table: string) => boolean = () => false,
  ) {
    this.#database = database
    this.#onEvent = onEvent
    this.#isFilled = isFilled
    this.#rollups = plans.map((plan) => new KeptRollup(database, plan))
  }

  /** As of the last commit. */
  get states(): readonly RollupState[] {
    return this.#rollups.map(({ committedState }) => committedState)
  }

  landed(table: string, rows: RowRange, before: number, nowMs: number): void {
    const counted = new Map<string, number>()
    for (const rollup of this.#roots(table)) {
      if (rollup.state.problem === '' && rollup.isUpTo(before)) this.#takeIn(rollup, rows, nowMs, counted)
    }
  }

  /**
   * One step of catching up, in a transaction of its own.
   * @param held of a table, the numbers of its rows
   * @returns whether there is more to catch up with
   */
  catchUp(held: (table: string) => HeldRows, nowMs: number): boolean {
    for (const rollup of this.#rollups) {
      const { isFromTable, table } = rollup.plan
      if (!isFromTable || rollup.state.problem !== '' || this.#isFilled(table)) continue
      const { first, last } = held(rollup.plan.table)
      const from = Math.max(first, rollup.state.appliedRow + 1)
      if (from > last) continue
      const to = Math.min(last, from + catchUpRows - 1)
      this.#takeIn(rollup, { first: from, last: to }, nowMs, new Map())
      if (to === last)
        this.#onEvent('info', 'rollup-caught-up', rollup.plan.name, `${rollup.plan.name} is up to date`)
      return true
    }
    return false
  }

  evict(nowMs: number): void {
    for (const rollup of this.#rollups) rollup.evict(nowMs)
  }

  firstNeeded(table: string): number | null {
    const behind = this.#roots(table).filter(({ state }) => state.problem === '')
    return behind.length === 0 ? null : Math.min(...behind.map(({ state }) => state.appliedRow + 1))
  }

  isHeldUp(table: string): boolean {
    return this.#isFilled(table)
  }

  committed(): void {
    for (const rollup of this.#rollups) rollup.committed()
  }

  rolledBack(): void {
    for (const rollup of this.#rollups) rollup.rolledBack()
  }

  #roots(table: string): KeptRollup[] {
    return this.#rollups.filter(({ plan }) => plan.isFromTable && plan.table === table)
  }

  /**
   * Takes rows into a rollup and into all that are made from it; all of them or none.
   * @param counted see {@link KeptRollup.takeIn}
   */
  #takeIn(root: KeptRollup, rows: RowRange, nowMs: number, counted: Map<string, number>): void {
    const tree = this.#tree(root)
    this.#database.exec('SAVEPOINT rollup')
    try {
      const leftOut = new Map<string, LeftOut>()
      for (const rollup of tree) {
        const above = leftOut.get(rollup.plan.from) ?? { untimed: 0, missed: 0 }
        leftOut.set(rollup.plan.name, rollup.takeIn(rows, nowMs, counted, above))
      }
      this.#database.exec('RELEASE rollup')
    } catch (error) {
      if (!isRecordFault(error)) throw error
      this.#database.exec('ROLLBACK TO rollup')
      this.#database.exec('RELEASE rollup')
      const place = `in one of the rows ${String(rows.first)} to ${String(rows.last)} of ${root.plan.table}`
      this.#leaveBehind(tree, `${error.message}, ${place}`)
    }
  }

  #leaveBehind(tree: readonly KeptRollup[], reason: string): void {
    for (const rollup of tree) {
      rollup.fail(reason)
      const help = 'Change its measures, or leave such rows out with filter (where ...)'
      const message = `${rollup.plan.name} is not kept up to date any more: ${reason}. ${help}`
      this.#onEvent('error', 'rollup-failed', rollup.plan.name, message)
    }
  }

  /** The rollup with all that are made from it, each after the one it is made from. */
  #tree(root: KeptRollup): KeptRollup[] {
    const names = new Set([root.plan.name])
    return this.#rollups.filter(({ plan }) => {
      if (plan.name === root.plan.name) return true
      if (plan.isFromTable || !names.has(plan.from)) return false
      names.add(plan.name)
      return true
    })
  }
}
