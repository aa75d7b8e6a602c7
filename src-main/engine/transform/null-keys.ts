/**
 * Finds the records whose rows lack a part of their key, and takes these rows out of a batch: all at once where rows carry the
 * place of their record. Store thread; inside the caller's transaction.
 */
import type { PlannedColumn } from '../batch/relations.ts'
import type { SqlDatabase, SqlStatement } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'
import { numberFrom } from './landing.ts'

/** Records without a key. */
export interface Rejected {
  /** Row of the batch, from 1, and why. */
  records: { row: number; reason: string }[]
  /** Rows of these records that went into the last step, and that came out. */
  rowsIn: number
  rowsOut: number
}

export interface KeyedRows {
  table: string
  key: readonly PlannedColumn[]
  /** Temporary tables: the last step's rows, what they were made from, the source's records. */
  rows: string
  rowsFrom: string
  input: string
  /** Whether rows carry the place of the one record that they come from. */
  hasCoordinates: boolean
}

export class NullKeys {
  /** What is wrong with a record, where it cannot be told which column it is. */
  readonly reason: string
  readonly #key: readonly PlannedColumn[]
  readonly #isAny: SqlStatement
  readonly #records: {
    note: SqlStatement
    all: SqlStatement
    rowsIn: SqlStatement
    remove: SqlStatement
  } | null
  readonly #clear: SqlStatement

  constructor(database: SqlDatabase, { table, key, rows, rowsFrom, input, hasCoordinates }: KeyedRows) {
    const isNull = key.map(({ name }) => `${quoted(name)} IS NULL`)
    const noted = `temp.${quoted(`${table}/rejected`)}`
    const from = (relation: string): string => `temp.${quoted(relation)}`
    const isNoted = (row: string): string =>
      `EXISTS (SELECT 1 FROM ${noted} AS noted WHERE noted.partition = ${row}._partition AND noted.at_offset = ${row}._offset)`
    this.#key = key
    this.reason = reasonFor(key.map(({ name }) => name).join(' or '))
    database.exec(
      `CREATE TEMP TABLE ${quoted(`${table}/rejected`)} (partition INTEGER, at_offset INTEGER, part INTEGER,
       PRIMARY KEY (partition, at_offset))`,
    )
    this.#clear = database.prepare(`DELETE FROM ${noted}`)
    this.#isAny = database.prepare(
      `SELECT EXISTS (SELECT 1 FROM ${from(rows)} WHERE ${isNull.join(' OR ')}) AS found`,
    )
    const part = isNull.map((condition, index) => `WHEN ${condition} THEN ${String(index)}`).join(' ')
    this.#records = hasCoordinates
      ? {
          note: database.prepare(
            `INSERT INTO ${noted} SELECT _partition, _offset, min(CASE ${part} END) FROM ${from(rows)}
             WHERE ${isNull.join(' OR ')} GROUP BY _partition, _offset`,
          ),
          all: database.prepare(
            `SELECT record.rowid AS row, noted.part FROM ${from(input)} AS record CROSS JOIN ${noted} AS noted
             ON noted.partition = record._partition AND noted.at_offset = record._offset`,
          ),
          rowsIn: database.prepare(
            `SELECT count(*) AS rows FROM ${from(rowsFrom)} AS origin WHERE ${isNoted('origin')}`,
          ),
          remove: database.prepare(`DELETE FROM ${from(rows)} AS landed WHERE ${isNoted('landed')}`),
        }
      : null
  }

  /** Takes out the rows of records that lack a key. @returns null where there are some, and they cannot be told from others */
  reject(): Rejected | null {
    if (numberFrom(this.#isAny.get(), 'found') === 0) return { records: [], rowsIn: 0, rowsOut: 0 }
    if (this.#records === null) return null
    const { note, all, rowsIn, remove } = this.#records
    note.run()
    const records = all.all().map((row) => ({
      row: numberFrom(row, 'row'),
      reason: reasonFor(this.#key[numberFrom(row, 'part')]?.name ?? ''),
    }))
    const rejected = { records, rowsIn: numberFrom(rowsIn.get(), 'rows'), rowsOut: remove.run().changes }
    this.#clear.run()
    return rejected
  }
}

function reasonFor(column: string): string {
  return `${column} is NULL, and a row of this table is known by it`
}
