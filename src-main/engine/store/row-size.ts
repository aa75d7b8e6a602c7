/**
 * What a row of a table takes up in the store, with its share of the indexes, from a sample: counting pages would read the
 * whole table. Store thread only.
 */
import type { Database, Statement } from 'better-sqlite3'
import { addedColumns, sqlTypeOf, type TableShape } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'

const sampleRows = 200
const againMs = 10_000
/** Of a cell: its size and row number, its pointer in the page, the header of the record without its columns. */
const cellBytes = 8
/** Up to how many bits without the sign an integer takes how many bytes, its type in the header included. */
const integerBytes = [
  [7, 2],
  [15, 3],
  [23, 4],
  [31, 5],
  [47, 7],
] as const
/** What of a page of an index is filled where keys come in no order. */
const indexFill = 0.7

export class RowSize {
  readonly #sample: Statement<[number, number], number | null>
  readonly #bounds: Statement<[], { first: number | null; last: number | null }>
  #bytes = 0
  #measuredAt = Number.NEGATIVE_INFINITY
  #turn = 0

  constructor(database: Database, shape: TableShape) {
    const table = quoted(shape.name)
    const columns = [...shape.columns, ...addedColumns]
    const row = columns.map(({ name, type }) => columnBytes(name, sqlTypeOf(type))).join(' + ')
    const keys = [
      ...shape.indexes,
      ...(shape.landing?.kind === 'keyed' ? [shape.landing.key.map(({ name }) => name)] : []),
    ]
    const indexes = keys.map((names) => {
      const parts = names.map((name) =>
        columnBytes(name, sqlTypeOf(columns.find((column) => column.name === name)?.type ?? null)),
      )
      return `(${[...parts, String(cellBytes)].join(' + ')}) / ${String(indexFill)}`
    })
    const all = [row, String(cellBytes), ...indexes].join(' + ')
    this.#sample = database
      .prepare<[number, number], number | null>(
        `SELECT avg(bytes) FROM (SELECT ${all} AS bytes FROM ${table} WHERE rowid >= ? ORDER BY rowid LIMIT ?)`,
      )
      .pluck()
    this.#bounds = database.prepare(
      `SELECT (SELECT min(rowid) FROM ${table}) AS first, (SELECT max(rowid) FROM ${table}) AS last`,
    )
  }

  /** Bytes of a row, as sampled last; 0 before there was one. */
  get bytes(): number {
    return this.#bytes
  }

  /** Looks again now and then, each time elsewhere in the table. */
  measure(nowMs: number): void {
    if (nowMs - this.#measuredAt < (this.#bytes === 0 ? 0 : againMs)) return
    const bounds = this.#bounds.get()
    if (bounds?.first === null || bounds?.first === undefined || bounds.last === null) return
    const { first, last } = bounds
    // A golden-ratio walk: even over the table, whatever its size.
    this.#turn = (this.#turn + 0.618_033_988_75) % 1
    const found = this.#sample.get(first + Math.floor((last - first) * this.#turn), sampleRows) ?? null
    if (found === null) return
    this.#bytes = this.#bytes === 0 ? found : (3 * this.#bytes + found) / 4
    this.#measuredAt = nowMs
  }
}

/** SQL for the bytes that a column's value takes up in a record, its type in the header included. */
function columnBytes(name: string, sqlType: string): string {
  const column = quoted(name)
  if (sqlType === 'INTEGER') {
    const sizes = integerBytes.map(
      ([bits, bytes]) =>
        `WHEN ${column} BETWEEN -(1 << ${String(bits)}) AND (1 << ${String(bits)}) - 1 THEN ${String(bytes)}`,
    )
    return `(CASE WHEN ${column} IS NULL OR ${column} IN (0, 1) THEN 1 ${sizes.join(' ')} ELSE 9 END)`
  }
  if (sqlType === 'REAL') return `(CASE WHEN ${column} IS NULL THEN 1 ELSE 9 END)`
  return `(1 + coalesce(octet_length(${column}), 0))`
}
