/**
 * Turns the bytes of one JSON record into one packed row of typed columns, or says which column does not fit and why.
 * Runs in the ingest thread for every record; no object per record.
 */
import type { Column } from '../../workspace/model.ts'
import { type JsonbWriter, jsonbType } from '../batch/jsonb-writer.ts'
import { compileTimestamp, type TimestampParser } from '../../columns/timestamp.ts'
import { toBytes } from '../../columns/convert-text.ts'
import { formatJsonPath } from '../../columns/json-path.ts'
import { wholeNumber } from '../../columns/whole-number.ts'
import { writeHexadecimal } from './hexadecimal.ts'
import { jsonKind } from '../json/json-kind.ts'
import { JsonScanner } from '../json/json-scanner.ts'
import { unescapeText } from '../json/unescape-text.ts'

const maxInt64 = '9223372036854775807'
const minInt64 = '9223372036854775808'
/** A decimal with fewer characters than this and no exponent is a finite double. */
const safelyFinite = 300
const shownBytes = 60
const utf8 = new TextEncoder()

/** What is wrong with a record. `column` is empty where it is not about one column. */
export interface RecordMisfit {
  kind: string
  column: string
  reason: string
}

/** Decodes records of one source. Not reentrant. */
export class RecordDecoder {
  /** After a `false` from scan or write. */
  misfit: RecordMisfit = { kind: '', column: '', reason: '' }

  readonly #columns: readonly Column[]
  readonly #scanner: JsonScanner
  readonly #timestamps: (TimestampParser | null)[]
  readonly #eventTime: number
  readonly #keySlot: number
  /** By kind of the whole value: 1 where a column can be found in it. */
  readonly #readable: Uint8Array

  /**
   * @param eventTime name of the column that {@link eventTimeMs} reads, or null
   * @param keyPath path of the record's key in its value, or null
   */
  constructor(
    columns: readonly Column[],
    eventTime: string | null,
    keyPath: readonly (string | number)[] | null,
  ) {
    const paths = columns.map((column) => column.path)
    this.#columns = columns
    this.#readable = readableRoots(columns)
    this.#keySlot = keyPath === null ? -1 : paths.length
    this.#scanner = new JsonScanner(keyPath === null ? paths : [...paths, keyPath])
    this.#timestamps = columns.map((column) =>
      column.type === 'timestamp' ? compileTimestamp(column.format, column.unit) : null,
    )
    this.#eventTime = columns.findIndex((column) => column.name === eventTime)
  }

  /** Validates the JSON value in `bytes[start, end)`; false sets {@link misfit}. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    const scanner = this.#scanner
    if (!scanner.scan(bytes, start, end)) {
      this.misfit = { kind: scanner.problemKind, column: '', reason: scanner.problem }
      return false
    }
    if (this.#readable[scanner.rootKind] === 1) return true
    const wanted = this.#readable[jsonKind.object] === 1 ? 'an object' : 'an array'
    this.misfit = { kind: 'type', column: '', reason: `${shownValue(bytes, start, end)} is not ${wanted}` }
    return false
  }

  /** Whether the scanned record has a key that is not null; then {@link keyStart} and {@link keyEnd} hold its JSON token. */
  get hasKey(): boolean {
    const kind = this.#keySlot < 0 ? jsonKind.absent : this.#scanner.kinds[this.#keySlot]
    return kind !== jsonKind.absent && kind !== jsonKind.null
  }

  get keyStart(): number {
    return this.#scanner.starts[this.#keySlot] ?? 0
  }

  get keyEnd(): number {
    return this.#scanner.ends[this.#keySlot] ?? 0
  }

  /** Event time of the scanned record, milliseconds since 1970, or NaN where it has none. */
  eventTimeMs(bytes: Uint8Array): number {
    const slot = this.#eventTime
    const parser = slot < 0 ? null : this.#timestamps[slot]
    return parser ? this.#timestamp(parser, bytes, slot) : Number.NaN
  }

  /** Appends the columns of the scanned record to the writer's open row; false sets {@link misfit}. */
  write(bytes: Uint8Array, writer: JsonbWriter): boolean {
    for (let slot = 0; slot < this.#columns.length; slot++)
      if (!this.writeColumn(slot, bytes, writer)) return false
    return true
  }

  /** Appends one column of the scanned record, by its place among those of the constructor. */
  writeColumn(slot: number, bytes: Uint8Array, writer: JsonbWriter): boolean {
    const column = this.#columns[slot]
    if (column === undefined) return false
    const kind = this.#scanner.kinds[slot] ?? 0
    if (kind === jsonKind.absent || kind === jsonKind.null) return this.#writeAbsent(column, kind, writer)
    const start = this.#scanner.starts[slot] ?? 0
    const end = this.#scanner.ends[slot] ?? 0
    switch (column.type) {
      case 'text':
        return this.#writeText(column, kind, bytes, start, end, writer)
      case 'integer':
        return this.#writeInteger(column, kind, bytes, start, end, writer)
      case 'real':
        return this.#writeReal(column, kind, bytes, start, end, writer)
      case 'boolean':
        if (kind !== jsonKind.true && kind !== jsonKind.false)
          return this.#fail(column, bytes, start, end, 'boolean')
        writer.integer(kind === jsonKind.true ? 1 : 0)
        return true
      case 'timestamp': {
        const parser = this.#timestamps[slot]
        const ms = parser ? this.#timestamp(parser, bytes, slot) : Number.NaN
        if (Number.isNaN(ms)) return this.#fail(column, bytes, start, end, timestampName(column, kind))
        writer.integer(ms)
        return true
      }
      case 'json':
        writer.span(jsonbType.textRaw, bytes, start, end)
        return true
      case 'bytes':
        return this.#writeBytes(column, kind, bytes, start, end, writer)
    }
  }

  /** Base64 in JSON; hexadecimal on the way to the store, which JSONB has no bytes for. */
  #writeBytes(
    column: Column,
    kind: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    writer: JsonbWriter,
  ): boolean {
    if (kind !== jsonKind.string && kind !== jsonKind.escapedString)
      return this.#fail(column, bytes, start, end, 'text in base64')
    const decoded = toBytes(unescapeText(bytes, start + 1, end - 1))
    if (!(decoded instanceof Uint8Array)) return this.#fail(column, bytes, start, end, 'text in base64')
    writeHexadecimal(writer, decoded)
    return true
  }

  #writeAbsent(column: Column, kind: number, writer: JsonbWriter): boolean {
    const value = column.default
    if (value === null) {
      if (column.nullable) {
        writer.null()
        return true
      }
      const found = kind === jsonKind.null ? 'is null' : 'is missing'
      this.misfit = {
        kind: 'missing',
        column: column.name,
        reason: `${column.name}: ${formatJsonPath(column.path)} ${found}, and the column is not nullable`,
      }
      return false
    }
    if (typeof value === 'boolean') writer.integer(value ? 1 : 0)
    else if (typeof value === 'string') {
      const text = utf8.encode(value)
      writer.span(jsonbType.textRaw, text, 0, text.length)
    } else if (column.type === 'real') writeAscii(writer, jsonbType.float, String(value))
    else writer.integer(value)
    return true
  }

  #writeText(
    column: Column,
    kind: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    writer: JsonbWriter,
  ): boolean {
    if (kind === jsonKind.string) {
      writer.span(jsonbType.text, bytes, start + 1, end - 1)
      return true
    }
    if (kind === jsonKind.escapedString) {
      const text = unescapeText(bytes, start + 1, end - 1)
      if (!text.isWellFormed()) return this.#fail(column, bytes, start, end, 'text: half of a surrogate pair')
      const payload = utf8.encode(text)
      writer.span(jsonbType.textRaw, payload, 0, payload.length)
      return true
    }
    if (kind === jsonKind.object || kind === jsonKind.array)
      return this.#fail(column, bytes, start, end, 'text')
    writer.span(jsonbType.text, bytes, start, end)
    return true
  }

  #writeInteger(
    column: Column,
    kind: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    writer: JsonbWriter,
  ): boolean {
    let first = start
    let last = end
    if (kind === jsonKind.string) {
      first++
      last--
      if (!isWholeNumber(bytes, first, last)) return this.#fail(column, bytes, start, end, 'integer')
    } else if (kind === jsonKind.real) {
      const value = wholeNumber(asciiText(bytes, start, end))
      if (value === null) return this.#fail(column, bytes, start, end, 'integer')
      writer.integer(value)
      return true
    } else if (kind !== jsonKind.integer) {
      return this.#fail(column, bytes, start, end, 'integer')
    }
    if (last - first > 18 && !fitsInt64(bytes, first, last)) {
      return this.#fail(column, bytes, start, end, '64-bit integer')
    }
    writer.span(jsonbType.int, bytes, first, last)
    return true
  }

  #writeReal(
    column: Column,
    kind: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    writer: JsonbWriter,
  ): boolean {
    let first = start
    let last = end
    if (kind === jsonKind.string) {
      first++
      last--
      if (!isDecimal(asciiText(bytes, first, last))) return this.#fail(column, bytes, start, end, 'real')
    } else if (kind !== jsonKind.integer && kind !== jsonKind.real) {
      return this.#fail(column, bytes, start, end, 'real')
    }
    if (
      (last - first > safelyFinite || hasExponent(bytes, first, last)) &&
      !isFiniteReal(bytes, first, last)
    ) {
      return this.#fail(column, bytes, start, end, 'finite real')
    }
    writer.span(jsonbType.float, bytes, first, last)
    return true
  }

  #timestamp(parser: TimestampParser, bytes: Uint8Array, slot: number): number {
    const kind = this.#scanner.kinds[slot] ?? 0
    const start = this.#scanner.starts[slot] ?? 0
    const end = this.#scanner.ends[slot] ?? 0
    if (kind === jsonKind.string) return parser.parseBytes(bytes, start + 1, end - 1)
    if (kind === jsonKind.integer || kind === jsonKind.real) return parser.parseNumber(bytes, start, end)
    if (kind !== jsonKind.escapedString) return Number.NaN
    const text = utf8.encode(unescapeText(bytes, start + 1, end - 1))
    return parser.parseBytes(text, 0, text.length)
  }

  #fail(column: Column, bytes: Uint8Array, start: number, end: number, wanted: string): false {
    const reason = `${column.name}: ${shownValue(bytes, start, end)} is not ${article(wanted)}`
    this.misfit = { kind: 'type', column: column.name, reason }
    return false
  }
}

/** Kinds of whole values that some column reads from; in every other one all columns would be absent. */
function readableRoots(columns: readonly Column[]): Uint8Array {
  const readable = new Uint8Array(16)
  for (const { path } of columns) {
    if (path.length === 0) readable.fill(1)
    else readable[typeof path[0] === 'number' ? jsonKind.array : jsonKind.object] = 1
  }
  return columns.length === 0 ? readable.fill(1) : readable
}

/** The beginning of a value as the record has it; a character that the cut halves is left out. */
function shownValue(bytes: Uint8Array, start: number, end: number): string {
  const isCut = end - start > shownBytes
  const shown = bytes.subarray(start, isCut ? start + shownBytes : end)
  return `${new TextDecoder().decode(shown, { stream: isCut })}${isCut ? '…' : ''}`
}

function article(noun: string): string {
  if (noun.startsWith('text')) return noun
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`
}

/** @param kind of the value that is none */
function timestampName({ format, unit }: Column, kind: number): string {
  if (format !== null) return `timestamp of the form ${format}`
  if (kind !== jsonKind.integer && kind !== jsonKind.real) return 'timestamp (ISO 8601)'
  return `time in ${unit === 's' ? unit : `whole ${unit}`} since 1970, in the years 1 to 9999`
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}

function writeAscii(writer: JsonbWriter, type: number, text: string): void {
  const bytes = utf8.encode(text)
  writer.span(type, bytes, 0, bytes.length)
}

function isWholeNumber(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  if (bytes[at] === 0x2d) at++
  if (at >= end || end - at > 19) return false
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x30 || byte > 0x39) return false
  }
  return true
}

function fitsInt64(bytes: Uint8Array, start: number, end: number): boolean {
  const negative = bytes[start] === 0x2d
  const first = negative ? start + 1 : start
  const digits = end - first
  if (digits !== 19) return digits < 19
  return asciiText(bytes, first, end) <= (negative ? minInt64 : maxInt64)
}

function isDecimal(text: string): boolean {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)
}

function hasExponent(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === 0x65 || bytes[at] === 0x45) return true
  return false
}

function isFiniteReal(bytes: Uint8Array, start: number, end: number): boolean {
  return Number.isFinite(Number(asciiText(bytes, start, end)))
}
