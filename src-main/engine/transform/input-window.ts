/** What steps see of a loaded batch while its failing records are found, and the way back to before. Store thread. */
import type { SqlDatabase, SqlStatement } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'

/** Lets `input` show only some rows of the batch, and all again. Rows count from 1. */
export class InputWindow {
  readonly #save: SqlStatement
  readonly #clear: SqlStatement
  readonly #show: SqlStatement
  readonly #hide: SqlStatement
  readonly #forget: SqlStatement
  readonly #mark: SqlStatement
  readonly #undo: SqlStatement
  readonly #settle: SqlStatement

  /** @param spare a table like `input` that nobody else uses */
  constructor(database: SqlDatabase, input: string, spare: string) {
    const from = `temp.${quoted(input)}`
    const to = `temp.${quoted(spare)}`
    const names = database
      .prepare(`SELECT * FROM ${from}`)
      .columns()
      .map((column) => quoted(column.name))
      .join(', ')
    this.#save = database.prepare(`INSERT INTO ${to} (rowid, ${names}) SELECT rowid, ${names} FROM ${from}`)
    this.#clear = database.prepare(`DELETE FROM ${from}`)
    this.#show = database.prepare(
      `INSERT INTO ${from} (rowid, ${names}) SELECT rowid, ${names} FROM ${to} WHERE rowid BETWEEN ? AND ?`,
    )
    this.#hide = database.prepare(`DELETE FROM ${from} WHERE rowid = ?`)
    this.#forget = database.prepare(`DELETE FROM ${to}`)
    this.#mark = database.prepare('SAVEPOINT isolation')
    this.#undo = database.prepare('ROLLBACK TO isolation')
    this.#settle = database.prepare('RELEASE isolation')
  }

  /** Remembers all rows of `input`, and where {@link undo} goes back to. */
  open(): void {
    this.#forget.run()
    this.#save.run()
    this.#mark.run()
  }

  /** Takes back everything since {@link open}, what landed too; `input` shows all rows. */
  undo(): void {
    this.#undo.run()
  }

  show(first: number, last: number): void {
    this.#clear.run()
    this.#show.run(first, last)
  }

  hide(row: number): void {
    this.#hide.run(row)
  }

  /** Keeps what was done since {@link open}; `input` shows the first `rows` rows, which are all. */
  close(rows: number): void {
    this.#settle.run()
    this.show(1, rows)
    this.#forget.run()
  }
}
