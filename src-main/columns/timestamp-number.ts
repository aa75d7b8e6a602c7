/**
 * Numeric timestamps: exact decimal arithmetic on the digits, so that neither nanoseconds nor fractions of a second pass
 * through floating point. Runs per record in the ingest thread; makes no object.
 */
import type { Column } from './column.ts'
import { inTimestampRange } from './calendar.ts'

/** Powers of ten that turn each unit into milliseconds. */
const shifts: Record<Column['unit'], number> = { s: 3, ms: 0, us: -3, ns: -6 }

/** More whole digits than any timestamp has; the range check says the rest. */
const maxDigits = 15
const maxExponent = 999

/**
 * Reads a JSON number token (`-12`, `1700000000.25`, `1.7e9`) as milliseconds since 1970 UTC, rounded down. Only seconds
 * may have a fraction; in other units it must be zero.
 * @returns integer milliseconds, or NaN where it is no number or not of the years 1..9999
 */
export function parseNumericTimestamp(
  bytes: Uint8Array,
  start: number,
  end: number,
  unit: Column['unit'],
): number {
  const negative = bytes[start] === 0x2d
  const digitsStart = negative ? start + 1 : start
  const mantissaEnd = findExponent(bytes, digitsStart, end)
  const exponent = mantissaEnd === end ? 0 : readExponent(bytes, mantissaEnd + 1, end)
  const point = findPoint(bytes, digitsStart, mantissaEnd)
  if (point === digitsStart || point === mantissaEnd - 1 || digitsStart >= mantissaEnd) return NaN

  const wholeDigits = point - digitsStart + exponent
  const keptDigits = wholeDigits + shifts[unit]
  let value = 0
  let seen = 0
  let hasRest = false
  for (let at = digitsStart; at < mantissaEnd; at++) {
    if (at === point) continue
    const digit = (bytes[at] ?? 0) - 0x30
    if (!(digit >= 0 && digit <= 9)) return NaN
    if (seen < keptDigits) {
      value = value * 10 + digit
      if (value > 1e15) return NaN
    } else if (digit !== 0) hasRest = true
    if (digit !== 0 && seen >= wholeDigits && unit !== 's') return NaN
    seen++
  }
  if (Number.isNaN(exponent)) return NaN
  if (value !== 0 && keptDigits > seen) {
    if (keptDigits - seen > maxDigits) return NaN
    value *= 10 ** (keptDigits - seen)
  }
  if (negative) value = value === 0 && !hasRest ? 0 : -value - (hasRest ? 1 : 0)
  return inTimestampRange(value)
}

function findExponent(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (bytes[at] === 0x65 || bytes[at] === 0x45) return at
  }
  return end
}

function findPoint(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (bytes[at] === 0x2e) return at
  }
  return end
}

function readExponent(bytes: Uint8Array, start: number, end: number): number {
  const sign = bytes[start]
  let at = sign === 0x2b || sign === 0x2d ? start + 1 : start
  if (at === end) return NaN
  let exponent = 0
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30
    if (!(digit >= 0 && digit <= 9)) return NaN
    exponent = Math.min(exponent * 10 + digit, maxExponent)
  }
  return sign === 0x2d ? -exponent : exponent
}
