/**
 * Where the rows of a table are by the records that they came from, while columns are filled into them: a table beside it, made
 * piece by piece between batches, since an index would hold ingest for as long as it takes to make. A row may have gone since,
 * or hold another record: whoever finds one looks at its place again. Store thread only.
 */
import type { Database } from 'better-sqlite3'
import { placesEnding, placesOf } from '../batch/relations.ts'
import type { SqlStatement } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'
import type { Offsets } from './backfills.ts'

/** Drops the maps of all tables but these. */
export function dropOtherPlaces(database: Database, tables: ReadonlySet<string>): void {
  const names = database
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%${placesEnding}'`,
    )
    .pluck()
    .all()
  for (const name of names) {
    const table = name.slice(0, -placesEnding.length)
    if (!tables.has(table)) database.exec(`DROP TABLE ${placesOf(table)}`)
  }
}

export class RowPlaces {
  readonly #database: Database
  readonly #places: string
  readonly #insert: SqlStatement
  readonly #mark: SqlStatement
  readonly #unmark: SqlStatement
  readonly #endOf: (first: number, rows: number) => number | undefined
  /** Last row that the map is to know: later ones have come with the columns. */
  readonly #last: number
  #next: number

  /**
   * @param isKept whether each row keeps the record that it came from, so that a map which is there already goes on. Where newer
   *   records take rows over, some may have done so without the columns, and the map is begun anew.
   */
  constructor(database: Database, table: string, isKept: boolean) {
    const [rows, places] = [`main.${quoted(table)}`, placesOf(table)]
    this.#database = database
    this.#places = places
    if (!isKept) database.exec(`DROP TABLE IF EXISTS ${places}`)
    database.exec(
      `CREATE TABLE IF NOT EXISTS ${places} (topic TEXT, "partition" INTEGER, "offset" INTEGER, row INTEGER,
       PRIMARY KEY (topic, "partition", "offset", row)) WITHOUT ROWID`,
    )
    // How far the map has come stands in it, too, under a topic that no record has.
    const marked = `FROM ${places} WHERE topic = '' AND "partition" = 0 AND "offset" = 0`
    const number = (sql: string): number => Number(database.prepare(sql).pluck().get() ?? 0)
    this.#last = number(`SELECT max(rowid) FROM ${rows}`)
    this.#next = Math.max(number(`SELECT row ${marked}`) + 1, number(`SELECT min(rowid) FROM ${rows}`))
    this.#unmark = database.prepare(`DELETE ${marked}`)
    this.#mark = database.prepare(`INSERT INTO ${places} VALUES ('', 0, 0, @last)`)
    this.#insert = database.prepare(
      `INSERT INTO ${places} SELECT _topic, _partition, _offset, rowid FROM ${rows}
       WHERE rowid BETWEEN @first AND @last AND _topic > '' AND _partition IS NOT NULL AND _offset IS NOT NULL`,
    )
    const end = database
      .prepare<[number, number], number>(
        `SELECT rowid FROM ${rows} WHERE rowid >= ? ORDER BY rowid LIMIT 1 OFFSET ?`,
      )
      .pluck()
    this.#endOf = (first, count) => end.get(first, count - 1)
  }

  get isWhole(): boolean {
    return this.#next > this.#last
  }

  /**
   * Takes so many more rows in. In a transaction of the caller's.
   * @returns to be called once that has committed; the same rows are taken in again otherwise
   */
  grow(rows: number): () => void {
    const first = this.#next
    const last = Math.min(this.#last, this.#endOf(first, rows) ?? this.#last)
    this.#insert.run({ first, last })
    this.#unmark.run({})
    this.#mark.run({ last })
    return () => {
      this.#next = last + 1
    }
  }

  /** The first offset of each partition that rows came from, of a whole map. */
  firsts(): Offsets {
    // From one partition to the next by the key: a GROUP BY would read all of the map.
    const following = this.#database
      .prepare<[string, number], { topic: string; partition: bigint; offset: bigint }>(
        `SELECT topic, "partition", "offset" FROM ${this.#places} WHERE (topic, "partition") > (?, ?)
         ORDER BY topic, "partition", "offset" LIMIT 1`,
      )
      .safeIntegers()
    const offsets: Offsets = new Map()
    for (let at = following.get('', 0); at !== undefined;) {
      const { topic, partition, offset } = at
      const known = offsets.get(topic) ?? new Map<number, bigint>()
      offsets.set(topic, known.set(Number(partition), offset))
      at = following.get(topic, Number(partition))
    }
    return offsets
  }
}
