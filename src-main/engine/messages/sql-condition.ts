/**
 * A SQL expression over one record, evaluated by SQLite in memory: no table, no subquery, nothing beyond the record's own
 * columns. Only the columns that the expression names are read. Cluster thread.
 */
import { isUtf8 } from 'node:buffer'
import { constants, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { BatchReader } from '../kafka/records/batch-reader.ts'
import { headersText } from '../kafka/records/headers-text.ts'
import { tokenizeSql } from '../sql/sql-tokens.ts'
import type { PartDecoder } from './part-decoder.ts'

const columnNames = ['partition', 'offset', 'timestamp', 'key', 'value', 'headers', 'size'] as const
type ColumnName = (typeof columnNames)[number]

const refusedFunctions = new Set(['load_extension', 'fts3_tokenizer', 'sqlite_log', 'randomblob', 'zeroblob'])
/** Longest value that an expression may make. */
const valueBytes = limits.recordBytes

export class SqlCondition {
  /** Why the expression failed on a record that it does not fit, the first time; empty while it never has. */
  firstFailure = ''
  readonly #database: DatabaseSync
  readonly #statement: StatementSync
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
    } catch (error) {
      this.#database.close()
      throw error instanceof AppError ? error : invalid(error)
    }
  }

  /** Whether it is true of the record at which the reader stands. `'fails'`: it does not fit the record. */
  holds(reader: BatchReader, partition: number, decoders: Decoders): 'yes' | 'no' | 'fails' | 'wait' {
    for (let index = 0; index < this.#columns.length; index++) {
      const value = columnValue(this.#columns[index] ?? 'size', reader, partition, decoders)
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

interface Decoders {
  key: PartDecoder
  value: PartDecoder
}

/** Undefined where a decoder has to wait first. */
function columnValue(
  name: ColumnName,
  reader: BatchReader,
  partition: number,
  decoders: Decoders,
): SQLInputValue | undefined {
  switch (name) {
    case 'partition':
      return partition
    case 'offset':
      return reader.offset
    case 'timestamp':
      return reader.timestampMs < 0 ? null : reader.timestampMs
    case 'key':
      return partValue(decoders.key, reader.bytes, reader.keyStart, reader.keyLength)
    case 'value':
      return partValue(decoders.value, reader.bytes, reader.valueStart, reader.valueLength)
    case 'headers':
      return headersText(reader.bytes.subarray(reader.headersStart, reader.headersEnd))
    case 'size':
      return reader.recordBytes
  }
}

/** Text where it is UTF-8, else a BLOB; null where there is none. */
function partValue(
  decoder: PartDecoder,
  bytes: Uint8Array,
  start: number,
  length: number,
): SQLInputValue | undefined {
  if (length < 0) return null
  if (!decoder.differs(bytes, start, length)) return textOrBytes(bytes.subarray(start, start + length))
  const read = decoder.decode(bytes, start, start + length)
  if (read === 'wait') return undefined
  return read === 'text'
    ? textOrBytes(decoder.bytes.subarray(decoder.start, decoder.end))
    : bytes.subarray(start, start + length)
}

function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  if (!isUtf8(bytes)) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
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
      if (second !== null) named.add(second)
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
