/**
 * A SQL expression over one record, evaluated by SQLite in memory: no table, no subquery, nothing beyond the record's own
 * columns. Only the columns that the expression names are read. Cluster thread.
 */
import { isUtf8 } from 'node:buffer'
import { constants, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import { type JsonbWriter, jsonbType } from '../batch/jsonb-writer.ts'
import { headersText } from '../kafka/records/headers-text.ts'
import { tokenizeSql } from '../sql/sql-tokens.ts'
import type { RecordView } from './held-record.ts'
import type { PartDecoder } from './part-decoder.ts'

const columnNames = ['partition', 'offset', 'timestamp', 'key', 'value', 'headers', 'size'] as const
type ColumnName = (typeof columnNames)[number]

const refusedFunctions = new Set(['load_extension', 'fts3_tokenizer', 'sqlite_log', 'randomblob', 'zeroblob'])
/** Longest value that an expression may make. */
const valueBytes = limits.recordBytes
/** Records with a longer text are asked by themselves. */
const packedBytes = 64 * 1024
const utf8 = new TextEncoder()

export class SqlCondition {
  /** Why the expression failed on a record that it does not fit, the first time; empty while it never has. */
  firstFailure = ''
  readonly #database: DatabaseSync
  readonly #statement: StatementSync
  /** The same over a JSONB array of records, each an array of the columns. */
  readonly #packedStatement: StatementSync
  readonly #columns: readonly ColumnName[]
  readonly #values: SQLInputValue[]

  /** @throws AppError SEARCH_INVALID with SQLite's reason */
  constructor(expression: string) {
    refuseShape(expression)
    this.#database = new DatabaseSync(':memory:', {
      allowExtension: false,
      defensive: true,
      limits: { length: valueBytes, attach: 0 },
    })
    try {
      this.#columns = namedColumns(this.#database, expression)
      this.#values = this.#columns.map(() => null)
      const bound = this.#columns.map((name) => `? AS "${name}"`).join(', ')
      const from = bound === '' ? 'SELECT 1' : `SELECT ${bound}`
      // MATERIALIZED: each column is bound once, however often the expression names it.
      const sql = `WITH message AS MATERIALIZED (${from}) SELECT 1 FROM message WHERE (${expression}\n)`
      this.#statement = this.#database.prepare(sql)
      const unpacked = this.#columns.map(
        (name, index) => `, each.value ->> '$[${String(index)}]' AS "${name}"`,
      )
      const packedSql = `WITH message AS (SELECT each.key AS _position${unpacked.join('')} FROM jsonb_each(?) AS each)
        SELECT _position AS position FROM message WHERE (${expression}\n)`
      this.#packedStatement = this.#database.prepare(packedSql)
    } catch (error) {
      this.#database.close()
      throw error instanceof AppError ? error : invalid(error)
    }
  }

  /**
   * Writes the columns of a record as the next row of a batch. `'alone'`: it does not go into one, ask {@link holds};
   * `'wait'`: a decoder has to wait first.
   */
  pack(
    writer: JsonbWriter,
    record: RecordView,
    partition: number,
    decoders: Decoders,
  ): 'packed' | 'alone' | 'wait' {
    writer.beginRow()
    for (const name of this.#columns) {
      const packed = packColumn(writer, name, { record, partition, decoders })
      if (packed === 'packed') continue
      writer.rollbackRow()
      return packed
    }
    writer.endRow()
    return 'packed'
  }

  /**
   * @param batch what was packed
   * @returns positions of the records of which it is true, ascending; null where it fails on one of them
   */
  positions(batch: Uint8Array): number[] | null {
    try {
      return this.#packedStatement.all(batch).map(({ position }) => Number(position))
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return null
    }
  }

  /** Whether it is true of a record. `'fails'`: it does not fit the record. */
  holds(record: RecordView, partition: number, decoders: Decoders): 'yes' | 'no' | 'fails' | 'wait' {
    for (let index = 0; index < this.#columns.length; index++) {
      const value = columnValue(this.#columns[index] ?? 'size', { record, partition, decoders })
      if (value === undefined) return 'wait'
      this.#values[index] = value
    }
    try {
      return this.#statement.get(...this.#values) === undefined ? 'no' : 'yes'
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (this.firstFailure === '') this.firstFailure = error.message
      return 'fails'
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }
}

export interface Decoders {
  key: PartDecoder
  value: PartDecoder
}

interface Place {
  record: RecordView
  partition: number
  decoders: Decoders
}

/** The bytes of a part as an expression sees them: text, decoded where it has a schema, or bytes. */
interface SeenPart {
  bytes: Uint8Array
  isText: boolean
}

function packColumn(writer: JsonbWriter, name: ColumnName, place: Place): 'packed' | 'alone' | 'wait' {
  if (name === 'key' || name === 'value') {
    const part = partOf(name, place)
    if (part === 'wait') return 'wait'
    if (part === null) writer.null()
    else if (!part.isText || part.bytes.length > packedBytes) return 'alone'
    else writer.span(jsonbType.textRaw, part.bytes, 0, part.bytes.length)
    return 'packed'
  }
  if (name === 'headers') {
    const headers = headersOf(place.record)
    const text = headers === null ? null : utf8.encode(headers)
    if (text === null) writer.null()
    else if (text.length > packedBytes) return 'alone'
    else writer.span(jsonbType.textRaw, text, 0, text.length)
    return 'packed'
  }
  const number = numberOf(name, place)
  if (number === null) writer.null()
  else writer.integer(number)
  return 'packed'
}

/** Undefined where a decoder has to wait first. */
function columnValue(name: ColumnName, place: Place): SQLInputValue | undefined {
  if (name === 'headers') return headersOf(place.record)
  if (name === 'key' || name === 'value') {
    const part = partOf(name, place)
    if (part === 'wait') return undefined
    return part !== null && part.isText ? asBuffer(part.bytes).toString('utf8') : (part?.bytes ?? null)
  }
  const number = numberOf(name, place)
  // A number would be bound as REAL.
  return number === null ? null : BigInt(number)
}

function numberOf(
  name: Exclude<ColumnName, 'key' | 'value' | 'headers'>,
  { record, partition }: Place,
): number | null {
  switch (name) {
    case 'partition':
      return partition
    case 'offset':
      return record.offset
    case 'timestamp':
      return record.timestampMs < 0 ? null : record.timestampMs
    case 'size':
      return record.recordBytes
  }
}

function headersOf({ bytes, headersStart, headersEnd }: RecordView): string | null {
  return headersText(bytes.subarray(headersStart, headersEnd))
}

/** Null where there is none. */
function partOf(name: 'key' | 'value', { record, decoders }: Place): SeenPart | null | 'wait' {
  const { bytes } = record
  const start = name === 'key' ? record.keyStart : record.valueStart
  const length = name === 'key' ? record.keyLength : record.valueLength
  const decoder = decoders[name]
  if (length < 0) return null
  const own = bytes.subarray(start, start + length)
  if (!decoder.differs(bytes, start, length)) return { bytes: own, isText: isUtf8(own) }
  const read = decoder.decode(bytes, start, start + length)
  if (read === 'wait') return 'wait'
  if (read !== 'text') return { bytes: own, isText: false }
  const text = decoder.bytes.subarray(decoder.start, decoder.end)
  return { bytes: text, isText: isUtf8(text) }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Compiles the expression over a table of the columns, under an authorizer that tells which of them it reads. */
function namedColumns(database: DatabaseSync, expression: string): ColumnName[] {
  database.exec(`CREATE TABLE message (${columnNames.map((name) => `"${name}"`).join(', ')})`)
  const named = new Set<string>()
  let selects = 0
  let denial = ''
  database.setAuthorizer((action, first, second) => {
    if (action === constants.SQLITE_SELECT) {
      selects++
      if (selects === 1) return constants.SQLITE_OK
      denial = 'subqueries are refused here'
    } else if (action === constants.SQLITE_READ && first === 'message') {
      // An empty name: the expression names no column at all.
      if (second !== null && second !== '') named.add(second)
      return constants.SQLITE_OK
    } else if (action === constants.SQLITE_FUNCTION && !refusedFunctions.has(second?.toLowerCase() ?? '')) {
      return constants.SQLITE_OK
    } else if (action === constants.SQLITE_FUNCTION) {
      denial = `the function ${second ?? ''}() is refused here`
    } else {
      denial = 'only an expression over the columns of a message is allowed here'
    }
    return constants.SQLITE_DENY
  })
  try {
    database.prepare(`SELECT 1 FROM message WHERE (${expression}\n)`)
  } catch (error) {
    throw denial === '' ? invalid(error) : new AppError('SEARCH_INVALID', `SQL: ${denial}`)
  } finally {
    database.setAuthorizer(null)
    database.exec('DROP TABLE message')
  }
  const unknown = [...named].find((name) => !columnNames.some((column) => column === name))
  if (unknown !== undefined) throw new AppError('SEARCH_INVALID', `SQL: there is no column ${unknown}`)
  return columnNames.filter((name) => named.has(name))
}

/** What is one expression, by its tokens: nothing may end the parentheses that are put around it. */
function refuseShape(expression: string): void {
  let depth = 0
  let tokens = 0
  for (const { kind, text } of tokenizeSql(expression)) {
    if (kind === 'comment') continue
    tokens++
    if (kind === 'unterminated') throw new AppError('SEARCH_INVALID', 'SQL: a quote is not closed')
    if (kind === 'parameter')
      throw new AppError('SEARCH_INVALID', `SQL: ${text} is a parameter without value`)
    if (kind !== 'operator') continue
    if (text === ';') throw new AppError('SEARCH_INVALID', 'SQL: one expression, without ";"')
    if (text === '(') depth++
    if (text === ')') depth--
    if (depth < 0) throw new AppError('SEARCH_INVALID', 'SQL: a ")" has no "("')
  }
  if (tokens === 0) throw new AppError('SEARCH_INVALID', 'SQL: the expression is empty')
  if (depth > 0) throw new AppError('SEARCH_INVALID', 'SQL: a "(" is not closed')
}

function invalid(error: unknown): AppError {
  const words = error instanceof Error ? error.message : String(error)
  return new AppError('SEARCH_INVALID', `SQL: ${words}`, { cause: error })
}
