/** Columns of what a rollup is made from, and types of expressions over them. Planning only; store thread. */
import type { ColumnType } from '#contract/workspace.ts'
import { addedColumns, type PlannedColumn, sqlTypeOf, type TableShape } from '../batch/relations.ts'
import { resultTypes } from '../batch/result-types.ts'
import type { SqlDatabase } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'

/** A table as rollups see it, in a scratch database. */
export class BaseTable {
  readonly name: string
  readonly columns: readonly PlannedColumn[]
  readonly #scratch: SqlDatabase

  constructor(scratch: SqlDatabase, shape: TableShape) {
    this.#scratch = scratch
    this.name = shape.name
    this.columns = [...shape.columns, ...addedColumns]
    const list = this.columns.map(({ name, type }) => `${quoted(name)} ${sqlTypeOf(type)}`)
    scratch.exec(`CREATE TABLE ${quoted(shape.name)} (${list.join(', ')}) STRICT`)
  }

  /** As SQL compares names. */
  find(name: string): PlannedColumn | undefined {
    return this.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())
  }

  /** @throws the database's error where it is no expression over one row */
  typeOf(expression: string): ColumnType | null {
    const sql = `SELECT (${expression}) AS value FROM ${quoted(this.name)}`
    const [column] = this.#scratch.prepare(sql).columns()
    const origin = column?.column ?? null
    if (origin !== null) return this.find(origin)?.type ?? null
    return resultTypes(this.#scratch, sql)[0] ?? null
  }

  /** @throws the database's error where an aggregate cannot be computed from rows of the table */
  check(aggregate: string): void {
    this.#scratch.prepare(`SELECT ${aggregate} FROM ${quoted(this.name)}`)
  }
}
