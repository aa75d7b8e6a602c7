/**
 * Values of JSON files to typed values, by the same rules as records of a stream. Used by lookups.
 */
import { assertNever } from '#contract/errors.ts'
import type { Column } from './column.ts'
import { timestampMisfit, timestampParser, toBytes, toInteger, toReal } from './convert-text.ts'
import { ExactNumber } from './exact-json.ts'
import { quoteValue, type Misfit, type SqlValue } from './values.ts'
import { wholeNumber } from './whole-number.ts'

const encoder = new TextEncoder()

/**
 * Converts one value to its column's type. Numbers may be quoted; text takes any scalar; json takes anything and keeps
 * its digits.
 * @param value of parseExactJson, not null
 */
export function convertJson(column: Column, value: unknown): SqlValue | Misfit {
  switch (column.type) {
    case 'text':
      return toText(value)
    case 'integer':
      return integerOf(value)
    case 'real':
      return isNumeric(value) ? toReal(sourceOf(value)) : misfit(value, 'a number')
    case 'boolean':
      return typeof value === 'boolean' ? BigInt(value) : misfit(value, 'a boolean; write true or false')
    case 'timestamp':
      return timestampOf(column, value)
    case 'json':
      return JSON.stringify(value)
    case 'bytes':
      return typeof value === 'string' ? toBytes(value) : misfit(value, 'bytes as base64')
    default:
      return assertNever(column.type)
  }
}

function toText(value: unknown): string | Misfit {
  if (typeof value === 'string') {
    return value.isWellFormed() ? value : misfit(value, 'text: it has half of a surrogate pair')
  }
  if (typeof value === 'boolean') return String(value)
  return value instanceof ExactNumber ? value.source : misfit(value, 'text')
}

function integerOf(value: unknown): bigint | Misfit {
  if (!isNumeric(value)) return misfit(value, 'an integer')
  if (!(value instanceof ExactNumber) || value.isWhole) return toInteger(sourceOf(value))
  const number = wholeNumber(value.source)
  return number === null ? misfit(value, 'an integer') : BigInt(number)
}

function timestampOf(column: Column, value: unknown): bigint | Misfit {
  if (!isNumeric(value)) return misfit(value, 'a timestamp')
  const parser = timestampParser(column)
  const source = sourceOf(value)
  const bytes = encoder.encode(source)
  const isNumber = value instanceof ExactNumber
  const ms = isNumber ? parser.parseNumber(bytes, 0, bytes.length) : parser.parseBytes(bytes, 0, bytes.length)
  return Number.isNaN(ms) ? timestampMisfit(column, source) : BigInt(ms)
}

function isNumeric(value: unknown): value is string | ExactNumber {
  return typeof value === 'string' || value instanceof ExactNumber
}

function sourceOf(value: string | ExactNumber): string {
  return typeof value === 'string' ? value : value.source
}

function misfit(value: unknown, wanted: string): Misfit {
  if (typeof value === 'string') return { misfit: `${quoteValue(value)} is not ${wanted}` }
  const text = JSON.stringify(value)
  return { misfit: `${text.length > 60 ? `${text.slice(0, 57)}...` : text} is not ${wanted}` }
}
