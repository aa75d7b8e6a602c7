/** Records of a topic as typed rows of a lookup. Allocates; lookups are small beside streams. Ingest thread. */
import { columnDefault } from '../../columns/column-default.ts'
import { convertJson } from '../../columns/convert-json.ts'
import { convertText } from '../../columns/convert-text.ts'
import { isJsonObject, parseExactJson } from '../../columns/exact-json.ts'
import { isMisfit, type Misfit, type SqlValue } from '../../columns/values.ts'
import type { Column } from '../../workspace/model.ts'
import { readHeaders } from '../kafka/records/batch-reader.ts'
import { headersText } from '../kafka/records/headers-text.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf8 = new TextDecoder()

/** The parts of one record; views that are valid for now. */
export interface TopicRecord {
  key: Uint8Array | null
  /** The value as JSON; null for a tombstone. */
  json: Uint8Array | null
  /** As they are on the wire; null where there are none. */
  headers: Uint8Array | null
  timestampMs: number
}

/** What a record does to a lookup. `row` is null where it removes its key. */
export interface TopicRow {
  key: SqlValue
  row: SqlValue[] | null
}

/** Why a record is no row. */
export interface TopicMisfit {
  kind: string
  column: string
  reason: string
}

/** A column's value could not be had; carries why up to {@link TopicRows.read}. */
class RowMisfit extends Error {
  readonly misfit: TopicMisfit

  constructor(misfit: TopicMisfit) {
    super(misfit.reason)
    this.misfit = misfit
  }
}

export class TopicRows {
  readonly #columns: readonly Column[]
  readonly #key: Column
  readonly #readsKeyMembers: boolean

  /** @param columns of topicColumns, which have the key among them */
  constructor(columns: readonly Column[], key: Column) {
    this.#columns = columns
    this.#key = key
    this.#readsKeyMembers = columns.some((column) => column.from === 'key' && isMember(column))
  }

  read(record: TopicRecord): TopicRow | TopicMisfit {
    try {
      if (record.key === null) throw failed('missing', this.#key, 'the record has no key')
      const keyJson = this.#readsKeyMembers ? parse(record.key, 'the key') : null
      const key = this.#value(this.#key, record, { value: null, key: keyJson })
      if (key === null) throw failed('missing', this.#key, 'the key of a row is never NULL')
      if (record.json === null) return { key, row: null }
      const parsed = { value: parse(record.json, 'the value'), key: keyJson }
      return { key, row: this.#columns.map((column) => this.#value(column, record, parsed)) }
    } catch (error) {
      if (error instanceof RowMisfit) return error.misfit
      throw error
    }
  }

  #value(column: Column, record: TopicRecord, parsed: { value: unknown; key: unknown }): SqlValue {
    switch (column.from) {
      case 'value':
        return typed(column, valueAt(parsed.value, column.path))
      case 'key':
        if (isMember(column)) return typed(column, valueAt(parsed.key, column.path))
        return textual(column, record.key)
      case 'header':
        return textual(column, headerValue(record.headers, String(column.path[0])))
      case 'headers': {
        const text = headersText(record.headers)
        return text === null ? absent(column) : checked(column, convertText(column, text))
      }
      case 'timestamp':
        return BigInt(Math.floor(record.timestampMs))
      case 'tombstone':
        return 0n
    }
  }
}

/** Whether a result of {@link TopicRows.read} is a misfit. */
export function isTopicMisfit(result: TopicRow | TopicMisfit): result is TopicMisfit {
  return 'reason' in result
}

function isMember(column: Column): boolean {
  return column.path.length > 0 || column.type === 'json'
}

function typed(column: Column, value: unknown): SqlValue {
  return value === null || value === undefined ? absent(column) : checked(column, convertJson(column, value))
}

function textual(column: Column, bytes: Uint8Array | null): SqlValue {
  if (bytes === null) return absent(column)
  if (column.type === 'bytes') return bytes.slice()
  let text: string
  try {
    text = strictUtf8.decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw failed('invalid-utf8', column, `${column.from}: is not UTF-8`)
  }
  return checked(column, convertText(column, text))
}

function absent(column: Column): SqlValue {
  if (column.default !== null) return columnDefault(column)
  if (column.nullable) return null
  throw failed('missing', column, 'is missing, and the column is not nullable')
}

function checked(column: Column, value: SqlValue | Misfit): SqlValue {
  if (isMisfit(value)) throw failed('type', column, value.misfit)
  return value
}

function failed(kind: string, column: Column, what: string): RowMisfit {
  return new RowMisfit({ kind, column: column.name, reason: `${column.name}: ${what}` })
}

function parse(bytes: Uint8Array, what: string): unknown {
  try {
    return parseExactJson(strictUtf8.decode(bytes))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) {
      throw new RowMisfit({ kind: 'invalid-json', column: '', reason: `${what}: ${error.message}` })
    }
    if (!(error instanceof TypeError)) throw error
    throw new RowMisfit({ kind: 'invalid-utf8', column: '', reason: `${what} is not UTF-8` })
  }
}

function valueAt(root: unknown, path: Column['path']): unknown {
  let value = root
  for (const segment of path) {
    if (typeof segment === 'number') value = Array.isArray(value) ? value[segment] : null
    else value = isJsonObject(value) && Object.hasOwn(value, segment) ? value[segment] : null
  }
  return value
}

function headerValue(headers: Uint8Array | null, name: string): Uint8Array | null {
  if (headers === null) return null
  return readHeaders(headers, 0).findLast((header) => utf8.decode(header.name) === name)?.value ?? null
}
