/** Writes columns that do not come from the value: key, headers, timestamp, tombstone. Runs in the ingest thread. */
import { convertText } from '../../columns/convert-text.ts'
import { isMisfit, type SqlValue } from '../../columns/values.ts'
import type { Column } from '../../workspace/model.ts'
import { type JsonbWriter, jsonbType } from '../batch/jsonb-writer.ts'
import { writeHexadecimal } from './hexadecimal.ts'
import type { PartReader } from './part-reader.ts'
import { RecordDecoder, type RecordMisfit } from './record-decoder.ts'
import type { RecordPlace } from './record-place.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf8 = new TextEncoder()

export class PartColumns {
  misfit: RecordMisfit = { kind: '', column: '', reason: '' }

  readonly #parts: PartReader
  /** Reads the members of keys that are JSON; its slots by column. */
  readonly #keyDecoder: RecordDecoder
  readonly #keySlots: ReadonlyMap<Column, number>
  #key: Uint8Array = new Uint8Array(0)
  #keyState: 'absent' | 'scanned' | 'misfit' = 'absent'

  constructor(columns: readonly Column[], parts: PartReader) {
    const inKey = columns.filter((column) => column.from === 'key' && isMember(column))
    this.#parts = parts
    this.#keyDecoder = new RecordDecoder(inKey, null, null)
    this.#keySlots = new Map(inKey.map((column, slot) => [column, slot]))
  }

  /** Begins a record. */
  open(bytes: Uint8Array, place: RecordPlace): void {
    if (this.#keySlots.size === 0) return
    const key = this.#parts.key(bytes, place)
    this.#keyState = 'absent'
    if (key === null) return
    this.#key = key
    this.#keyState = this.#keyDecoder.scan(key, 0, key.length) ? 'scanned' : 'misfit'
  }

  /** Appends one column; false sets {@link misfit}. */
  write(column: Column, bytes: Uint8Array, place: RecordPlace, writer: JsonbWriter): boolean {
    switch (column.from) {
      case 'timestamp':
        writer.integer(place.timestampMs)
        return true
      case 'tombstone':
        writer.integer(place.isTombstone ? 1 : 0)
        return true
      case 'headers':
        return this.#writeText(column, this.#parts.headersJson(bytes, place), writer)
      case 'header':
        return this.#writeText(column, this.#parts.header(bytes, place, String(column.path[0])), writer)
      default:
        return this.#writeKey(column, bytes, place, writer)
    }
  }

  #writeKey(column: Column, bytes: Uint8Array, place: RecordPlace, writer: JsonbWriter): boolean {
    const slot = this.#keySlots.get(column)
    if (slot === undefined) return this.#writeText(column, this.#parts.key(bytes, place), writer)
    if (this.#keyState === 'absent') return this.#writeAbsent(column, writer)
    const isWritten = this.#keyState === 'scanned' && this.#keyDecoder.writeColumn(slot, this.#key, writer)
    if (!isWritten) {
      const { kind, reason } = this.#keyDecoder.misfit
      this.misfit = { kind, column: column.name, reason: `the key: ${reason}` }
    }
    return isWritten
  }

  /** A part that is one value, as text. */
  #writeText(column: Column, part: Uint8Array | null, writer: JsonbWriter): boolean {
    if (part === null) return this.#writeAbsent(column, writer)
    if (column.type === 'bytes') {
      writeHexadecimal(writer, part)
      return true
    }
    const text = decodeStrictly(part)
    if (text === null) return this.#fail(column, 'is not UTF-8', 'invalid-utf8')
    const value = convertText(column, text)
    if (isMisfit(value)) return this.#fail(column, value.misfit, 'type')
    writeValue(writer, column, value)
    return true
  }

  #writeAbsent(column: Column, writer: JsonbWriter): boolean {
    if (column.default !== null) {
      writeValue(
        writer,
        column,
        typeof column.default === 'boolean' ? BigInt(column.default) : column.default,
      )
      return true
    }
    if (!column.nullable) return this.#fail(column, 'is missing, and the column is not nullable', 'missing')
    writer.null()
    return true
  }

  #fail(column: Column, what: string, kind: string): false {
    const part = column.from === 'header' ? `header ${JSON.stringify(column.path[0])}` : column.from
    this.misfit = { kind, column: column.name, reason: `${column.name}: ${part}: ${what}` }
    return false
  }
}

/** Whether a column of the key is a member of it, or the key as JSON; otherwise it is the key as text. */
function isMember(column: Column): boolean {
  return column.path.length > 0 || column.type === 'json'
}

function decodeStrictly(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return null
  }
}

function writeValue(writer: JsonbWriter, column: Column, value: SqlValue): void {
  if (value === null) writer.null()
  else if (value instanceof Uint8Array) writeHexadecimal(writer, value)
  else {
    const type =
      typeof value === 'string' ? jsonbType.textRaw : column.type === 'real' ? jsonbType.float : jsonbType.int
    const text = utf8.encode(String(value))
    writer.span(type, text, 0, text.length)
  }
}
