/**
 * Cells of text files to typed values. Used by lookups; records of a stream are converted from their bytes elsewhere.
 */
import { assertNever } from '#contract/errors.ts'
import type { Column } from './column.ts'
import { compileTimestamp, type TimestampParser } from './timestamp.ts'
import { quoteValue, type Misfit, type SqlValue } from './values.ts'

const minInteger = -(2n ** 63n)
const maxInteger = 2n ** 63n - 1n
const integerForm = /^[+-]?[0-9]+$/
const realForm = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/
const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const encoder = new TextEncoder()
const parsers = new WeakMap<Column, TimestampParser>()

/**
 * Converts the text of one cell to its column's type: integers exactly (64 bits), booleans from true, false, 1 and 0,
 * timestamps to milliseconds. Empty text is text like any other; what stands for NULL is the caller's matter.
 */
export function convertText(column: Column, text: string): SqlValue | Misfit {
  switch (column.type) {
    case 'text':
      return text
    case 'integer':
      return toInteger(text)
    case 'real':
      return toReal(text)
    case 'boolean':
      return toBoolean(text)
    case 'timestamp':
      return toTimestamp(column, text)
    case 'json':
      return toJson(text)
    case 'bytes':
      return toBytes(text)
    default:
      return assertNever(column.type)
  }
}

/** A whole decimal number of 64 bits as bigint. */
export function toInteger(text: string): bigint | Misfit {
  if (!integerForm.test(text)) return { misfit: `${quoteValue(text)} is not an integer` }
  if (text.length > 40) return tooLarge(text)
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return value >= minInteger && value <= maxInteger ? value : tooLarge(text)
}

/** A finite decimal number. */
export function toReal(text: string): number | Misfit {
  if (!realForm.test(text)) return { misfit: `${quoteValue(text)} is not a number` }
  const value = Number(text)
  return Number.isFinite(value)
    ? value
    : { misfit: `${quoteValue(text)} is beyond the range of a real number` }
}

/** Reads a timestamp column's text: in its format; otherwise ISO 8601, or a number in its unit. */
export function toTimestamp(column: Column, text: string): bigint | Misfit {
  const parser = timestampParser(column)
  const bytes = encoder.encode(text)
  let ms = parser.parseBytes(bytes, 0, bytes.length)
  if (Number.isNaN(ms)) ms = parser.parseNumber(bytes, 0, bytes.length)
  return Number.isNaN(ms) ? timestampMisfit(column, text) : BigInt(ms)
}

/** The parser of a timestamp column, compiled once for each column object. */
export function timestampParser(column: Column): TimestampParser {
  const known = parsers.get(column)
  if (known !== undefined) return known
  const parser = compileTimestamp(column.format, column.unit)
  parsers.set(column, parser)
  return parser
}

/** What to say of text that is no timestamp of its column. */
export function timestampMisfit(column: Column, text: string): Misfit {
  const wanted =
    column.format === null ? 'a timestamp (ISO 8601)' : `a timestamp of the form ${column.format}`
  return { misfit: `${quoteValue(text)} is not ${wanted}` }
}

function tooLarge(text: string): Misfit {
  return { misfit: `${quoteValue(text)} is beyond the range of a 64-bit integer` }
}

function toBoolean(text: string): bigint | Misfit {
  const word = text.toLowerCase()
  if (word === 'true' || word === '1') return 1n
  if (word === 'false' || word === '0') return 0n
  return { misfit: `${quoteValue(text)} is not a boolean; write true or false` }
}

function toJson(text: string): string | Misfit {
  try {
    JSON.parse(text)
    return text
  } catch (error) {
    const reason = error instanceof RangeError ? 'is nested too deep' : 'is not valid JSON'
    return { misfit: `${quoteValue(text)} ${reason}` }
  }
}

/** Bytes written as base64 (RFC 4648, section 4). */
export function toBytes(text: string): Uint8Array | Misfit {
  if (base64Form.test(text)) return Buffer.from(text, 'base64')
  return { misfit: `${quoteValue(text)} is not base64` }
}
