/**
 * What happens to the rows of a table with a key, or without duplicates, after its last step: records without a key are taken
 * out, the others land. Adds up what the parts of a batch did. Store thread; inside the caller's transaction.
 */
import { AppError } from '#contract/errors.ts'
import type { BatchConstants, StepFailure, TableChanges } from '../batch/batch-result.ts'
import type { LandingPlan } from '../batch/landing-plan.ts'
import type { SqlDatabase, SqlStatement } from '../batch/sql-database.ts'
import { isRecordFault } from '../sql/record-fault.ts'
import { DistinctLanding } from './distinct-landing.ts'
import { KeyedLanding } from './keyed-landing.ts'
import { addChanges, type Landing, noChanges } from './landing.ts'
import { NullKeys } from './null-keys.ts'
import type { StepPlan, TablePlan } from './source-plan.ts'

/** Rows of rejected records, into the last step and out of it. */
export interface RejectedRows {
  rowsIn: number
  rowsOut: number
}

/** What becomes of the rows of a table's last step where they do not land straight. */
export interface BatchLanding {
  /** Since the last {@link restart}. */
  readonly changes: TableChanges
  readonly rejected: StepFailure[]
  /** Why a record is rejected by itself where {@link land} cannot tell which ones are. */
  readonly reason: string
  /** Forgets what landed: it was taken back. */
  restart(): void
  /**
   * Lands the rows that the last step gave.
   * @returns rows of records that were rejected; null where there are some, and they cannot be told from others
   * @throws the database's error; nothing has landed then
   */
  land(rows: number, constants: BatchConstants): RejectedRows | null
}

export const noneRejected: RejectedRows = { rowsIn: 0, rowsOut: 0 }

export class TableLanding implements BatchLanding {
  changes: TableChanges = noChanges()
  rejected: StepFailure[] = []

  readonly #table: string
  readonly #last: StepPlan
  readonly #landing: Landing
  readonly #nullKeys: NullKeys | null
  readonly #mark: SqlStatement
  readonly #undo: SqlStatement
  readonly #settle: SqlStatement

  /** @param input temporary table of the source's records */
  constructor(database: SqlDatabase, plan: TablePlan, landing: LandingPlan, input: string) {
    const last = plan.steps.at(-1)
    if (last?.temporary === undefined || last.temporary === null)
      throw new AppError('INTERNAL', `table ${plan.name} keeps no rows of its last step`)
    const rows = last.temporary
    this.#table = plan.name
    this.#last = last
    this.#landing =
      landing.kind === 'keyed'
        ? new KeyedLanding(database, plan.name, rows, last.columns, landing)
        : new DistinctLanding(database, { table: plan.name, rows, input }, last.columns, landing)
    this.#nullKeys =
      landing.kind === 'keyed'
        ? new NullKeys(database, {
            ...{ table: plan.name, key: landing.key, rows, input },
            rowsFrom: last.rowsFrom === 'input' ? input : `${plan.name}/${last.rowsFrom}`,
            hasCoordinates: plan.hasCoordinates,
          })
        : null
    this.#mark = database.prepare('SAVEPOINT landing')
    this.#undo = database.prepare('ROLLBACK TO landing')
    this.#settle = database.prepare('RELEASE landing')
  }

  get reason(): string {
    return this.#nullKeys?.reason ?? ''
  }

  restart(): void {
    this.changes = noChanges()
    this.rejected = []
  }

  land(rows: number, constants: BatchConstants): RejectedRows | null {
    this.#mark.run()
    try {
      const rejected = this.#landRows(rows, constants)
      this.#settle.run()
      return rejected
    } catch (error) {
      // After any other fault the whole transaction is taken back, if SQLite has not done so already.
      if (isRecordFault(error)) {
        this.#undo.run()
        this.#settle.run()
      }
      throw error
    }
  }

  #landRows(rows: number, constants: BatchConstants): RejectedRows | null {
    const rejected = this.#nullKeys === null ? { records: [], ...noneRejected } : this.#nullKeys.reject()
    if (rejected === null) return null
    addChanges(this.changes, this.#landing.land(rows - rejected.rowsOut, constants))
    this.rejected.push(...rejected.records.map(({ row, reason }) => this.#failure(row, reason)))
    return rejected
  }

  /** Its coordinates are filled in with those of the other failures. */
  #failure(row: number, reason: string): StepFailure {
    const { name: step, sql } = this.#last
    return { row, table: this.#table, step, sql, reason, partition: 0, offset: 0n, timestampMs: 0 }
  }
}
