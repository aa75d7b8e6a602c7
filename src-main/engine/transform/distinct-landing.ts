/**
 * Lands batches in a table that leaves out duplicates: records whose key landed at a time not further away than the horizon.
 * One statement decides on one row after the other, through a trigger, so that what lands does not depend on how batches are
 * cut. Store thread; inside the caller's transaction.
 *
 * A time later than the record's arrival counts as that. Such records, and those without an event time of their own, are kept
 * apart: what is newest is told by the others, so that neither makes others forgotten, or too old to be compared in a capture. A
 * record that is behind the newest one by more than the horizon lands without being compared; so keys are remembered for twice
 * the horizon.
 */
import type { BatchConstants, TableChanges } from '../batch/batch-result.ts'
import { type DistinctPlan, namesOf, seenTable } from '../batch/landing-plan.ts'
import type { PlannedColumn } from '../batch/relations.ts'
import type { SqlDatabase, SqlStatement } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'
import type { Landing } from './landing.ts'
import { landedValues } from './landing-columns.ts'

/** Least number of keys that one batch may forget; more where more came. */
const forgetAtLeast = 8192

export class DistinctLanding implements Landing {
  readonly #decide: SqlStatement
  readonly #insert: SqlStatement
  readonly #clear: SqlStatement
  readonly #forget: readonly SqlStatement[]

  /**
   * @param rows temporary table of the last step's rows, which is there
   * @param input temporary table of the source's records
   */
  constructor(
    database: SqlDatabase,
    { table, rows, input }: { table: string; rows: string; input: string },
    columns: readonly PlannedColumn[],
    plan: DistinctPlan,
  ) {
    const { key, withinMs } = plan
    const seen = quoted(seenTable(table))
    const found = quoted(`${table}/found`)
    const chosen = quoted(`${table}/chosen`)
    const horizon = String(withinMs)
    const same = key.map(({ name }) => `seen.${quoted(name)} = new.${quoted(name)}`).join(' AND ')
    const notNull = key.map(({ name }) => `landed.${quoted(name)} IS NOT NULL`).join(' AND ')
    database.exec(`CREATE TEMP TABLE ${chosen} (row INTEGER PRIMARY KEY)`)
    // Rows that are "inserted" into the view are looked at by its trigger one by one.
    database.exec(`CREATE TEMP VIEW ${found} AS
      SELECT ${namesOf(key)}, 0 AS "/at", 0 AS "/apart", 0 AS "/row" FROM temp.${quoted(rows)}`)
    database.exec(`CREATE TEMP TRIGGER ${quoted(`${table}/decide`)} INSTEAD OF INSERT ON temp.${found}
      WHEN new."/at" < (SELECT max("/at") FROM main.${seen} WHERE "/apart" = 0) - ${horizon}
        OR NOT EXISTS (SELECT 1 FROM main.${seen} AS seen WHERE ${same}
          AND seen."/at" BETWEEN new."/at" - ${horizon} AND new."/at" + ${horizon})
      BEGIN
        INSERT OR IGNORE INTO ${seen} VALUES (${namesOf(key, 'new.')}, new."/at", new."/apart");
        INSERT INTO ${chosen} VALUES (new."/row");
      END`)
    const record = plan.joinsRecord
      ? `LEFT JOIN temp.${quoted(input)} AS record ON record._partition = landed._partition AND record._offset = landed._offset`
      : ''
    const time = `CAST(min(coalesce(${plan.time}, @ingestedAt), @ingestedAt) AS INTEGER)`
    const { eventTime } = plan
    const isApart =
      eventTime === null
        ? `coalesce(${plan.time} > @ingestedAt, 0)`
        : `coalesce(${eventTime} > @ingestedAt, 1)`
    this.#decide = database.prepare(
      `INSERT INTO temp.${found} SELECT ${namesOf(key, 'landed.')}, ${time}, ${isApart}, landed.rowid
       FROM temp.${quoted(rows)} AS landed ${record} WHERE ${notNull} ORDER BY landed.rowid`,
    )
    const values = landedValues(columns)
    this.#insert = database.prepare(
      `INSERT INTO main.${quoted(table)} (${values.map(({ target }) => target).join(', ')})
       SELECT ${values.map(({ value }) => value).join(', ')} FROM temp.${quoted(rows)} AS landed
       WHERE landed.rowid IN (SELECT row FROM temp.${chosen}) OR NOT (${notNull}) ORDER BY landed.rowid`,
    )
    this.#clear = database.prepare(`DELETE FROM temp.${chosen}`)
    const newest = (apart: number): string =>
      `(SELECT max("/at") FROM main.${seen} WHERE "/apart" = ${String(apart)})`
    this.#forget = [0, 1].map((apart) =>
      database.prepare(
        `DELETE FROM main.${seen} WHERE "/apart" = ${String(apart)} AND "/at" < min(${newest(apart)} - 2 * ${horizon},
           coalesce((SELECT "/at" FROM main.${seen} WHERE "/apart" = ${String(apart)} ORDER BY "/at" LIMIT 1 OFFSET @most),
             9223372036854775807))`,
      ),
    )
  }

  land(rows: number, constants: BatchConstants): TableChanges {
    this.#decide.run({ ingestedAt: constants.ingestedAt })
    const landed = this.#insert.run(constants).changes
    this.#clear.run()
    for (const forget of this.#forget) forget.run({ most: Math.max(forgetAtLeast, 2 * rows) })
    return { landed, updated: 0, deleted: 0, stale: 0, duplicates: rows - landed }
  }
}
