/**
 * Fills columns that are new to a table into rows that it holds already: the steps run once more over the records, and each row
 * is found by the place of the record that it came from. Store thread; inside the caller's transaction.
 */
import { AppError } from '#contract/errors.ts'
import type { BatchConstants, StepFailure, TableChanges } from '../batch/batch-result.ts'
import { placesOf } from '../batch/relations.ts'
import type { SqlDatabase, SqlStatement } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'
import { noChanges } from './landing.ts'
import type { TablePlan } from './source-plan.ts'
import { type BatchLanding, noneRejected, type RejectedRows } from './table-landing.ts'

/** Whether the rows of a table can be told by the records that they came from. */
export function carriesPlaces(plan: TablePlan): boolean {
  const names = new Set(plan.steps.at(-1)?.columns.map(({ name }) => name.toLowerCase()))
  return names.has('_partition') && names.has('_offset')
}

/** The plan of a table changed so that it fills columns instead of landing rows. */
export function fillingPlan(plan: TablePlan, columns: readonly string[]): TablePlan {
  const steps = plan.steps.map((step) => ({ ...step, ...step.apart }))
  return { ...plan, steps, fills: columns }
}

export class ColumnFill implements BatchLanding {
  /** `updated`: rows whose columns were filled in. */
  changes: TableChanges = noChanges()
  readonly rejected: StepFailure[] = []
  readonly reason = ''
  readonly #update: SqlStatement

  constructor(database: SqlDatabase, plan: TablePlan, columns: readonly string[]) {
    const rows = plan.steps.at(-1)?.temporary ?? null
    if (rows === null) throw new AppError('INTERNAL', `table ${plan.name} keeps no rows of its last step`)
    const sets = columns.map((name) => `${quoted(name)} = found.${quoted(name)}`)
    // A record that gives several rows does not say which of them is which. What is found stays whole, and is compared through
    // a plus, so that SQLite goes from there to the rows by their numbers and never reads the table from its first row on.
    this.#update = database.prepare(
      `WITH filled AS MATERIALIZED (
         SELECT _partition AS "/partition", _offset AS "/offset", ${columns.map(quoted).join(', ')}
         FROM temp.${quoted(rows)} GROUP BY _partition, _offset HAVING count(*) = 1),
       found AS MATERIALIZED (
         SELECT filled.*, place.row AS "/row" FROM filled CROSS JOIN ${placesOf(plan.name)} AS place
         ON place.topic = @topic AND place."partition" = filled."/partition" AND place."offset" = filled."/offset")
       UPDATE main.${quoted(plan.name)} AS landed SET ${sets.join(', ')} FROM found
       WHERE landed.rowid = +found."/row" AND landed._topic = @topic AND landed._partition = +found."/partition"
         AND landed._offset = +found."/offset"`,
    )
  }

  restart(): void {
    this.changes = noChanges()
  }

  land(_rows: number, { topic }: BatchConstants): RejectedRows {
    this.changes.updated += this.#update.run({ topic }).changes
    return noneRejected
  }
}
