/** Lands batches in a table with one row per key. Store thread; inside the caller's transaction. */
import type { BatchConstants, TableChanges } from '../batch/batch-result.ts'
import type { KeyedPlan } from '../batch/landing-plan.ts'
import type { PlannedColumn } from '../batch/relations.ts'
import type { SqlDatabase, SqlStatement } from '../batch/sql-database.ts'
import { keyedStatements } from './keyed-statements.ts'
import { type Landing, numberFrom } from './landing.ts'

export class KeyedLanding implements Landing {
  readonly #clear: Prepared[]
  readonly #contest: Prepared[]
  readonly #lastRow: Prepared
  readonly #upsertAll: Prepared
  readonly #upsertUncontested: Prepared
  readonly #fillLedger: Prepared
  readonly #countLedger: Prepared
  readonly #applyLedger: Prepared[]

  /** @param rows temporary table of the last step's rows, which is there */
  constructor(
    database: SqlDatabase,
    table: string,
    rows: string,
    columns: readonly PlannedColumn[],
    plan: KeyedPlan,
  ) {
    const sql = keyedStatements(table, rows, columns, plan)
    for (const statement of sql.create) database.exec(statement)
    const prepare = (text: string): Prepared => new Prepared(database, text)
    this.#clear = [sql.clearContested, sql.clearLedger].map(prepare)
    this.#contest = [sql.contestByDeletes, sql.contestByMarkers].filter((text) => text !== null).map(prepare)
    this.#lastRow = prepare(sql.lastRow)
    this.#upsertAll = prepare(sql.upsertAll)
    this.#upsertUncontested = prepare(sql.upsertUncontested)
    this.#fillLedger = prepare(sql.fillLedger)
    this.#countLedger = prepare(sql.countLedger)
    this.#applyLedger = sql.applyLedger.map(prepare)
  }

  land(rows: number, constants: BatchConstants): TableChanges {
    const contested = this.#contest.reduce((sum, statement) => sum + statement.run(constants), 0)
    const before = this.#last()
    const taken = (contested === 0 ? this.#upsertAll : this.#upsertUncontested).run(constants)
    const added = this.#last() - before
    const changes: TableChanges = {
      landed: taken,
      updated: taken - added,
      deleted: 0,
      stale: rows - taken,
      duplicates: 0,
    }
    if (contested > 0) this.#settle(changes, constants)
    return changes
  }

  #settle(changes: TableChanges, constants: BatchConstants): void {
    this.#fillLedger.run(constants)
    const counts = this.#countLedger.get()
    for (const statement of this.#applyLedger) statement.run(constants)
    for (const statement of this.#clear) statement.run(constants)
    const updated = numberFrom(counts, 'updated')
    changes.landed += numberFrom(counts, 'inserted') + updated
    changes.updated += updated
    changes.deleted += numberFrom(counts, 'deleted')
    changes.stale -= numberFrom(counts, 'applied')
  }

  #last(): number {
    return numberFrom(this.#lastRow.get(), 'last')
  }
}

/** A statement that may or may not take the batch's constants. */
class Prepared {
  readonly #statement: SqlStatement
  readonly #takesConstants: boolean

  constructor(database: SqlDatabase, sql: string) {
    this.#statement = database.prepare(sql)
    this.#takesConstants = /@topic|@ingestedAt/.test(sql)
  }

  run(constants: BatchConstants): number {
    return (this.#takesConstants ? this.#statement.run(constants) : this.#statement.run()).changes
  }

  get(): unknown {
    return this.#statement.get()
  }
}
