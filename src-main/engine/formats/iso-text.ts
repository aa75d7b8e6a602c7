/** Times as text in ISO 8601, written to JSON digit by digit. */
import type { JsonOutput } from './json-output.ts'

const quote = 0x22
const dash = 0x2d
const colon = 0x3a
const point = 0x2e

/** `"2024-02-29"`. @param days since 1970-01-01 */
export function writeDate(output: JsonOutput, days: number): void {
  output.byte(quote)
  writeDay(output, days)
  output.byte(quote)
}

/** `"10:20:30.000"`. @param units since midnight, of which a second has 10^power */
export function writeTime(output: JsonOutput, units: number, power: number): void {
  output.byte(quote)
  writeClock(output, units, power)
  output.byte(quote)
}

/**
 * `"2024-02-29T10:20:30.000Z"`.
 * @param units since 1970, of which a second has 10^power
 * @param zone "Z", or empty for a local time
 */
export function writeInstant(
  output: JsonOutput,
  units: number | bigint,
  { power, zone }: { power: number; zone: '' | 'Z' },
): void {
  const perDay = 86_400 * 10 ** power
  let days: number
  let rest: number
  if (typeof units === 'number') {
    days = Math.floor(units / perDay)
    rest = units - days * perDay
  } else {
    const exact = BigInt(perDay)
    const left = ((units % exact) + exact) % exact
    days = Number((units - left) / exact)
    rest = Number(left)
  }
  output.byte(quote)
  writeDay(output, days)
  output.byte(0x54)
  writeClock(output, rest, power)
  if (zone !== '') output.byte(0x5a)
  output.byte(quote)
}

/** Civil date of a day of the proleptic Gregorian calendar, in eras of 400 years. */
function writeDay(output: JsonOutput, days: number): void {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  writeYear(output, year)
  output.byte(dash)
  output.digits(month, 2)
  output.byte(dash)
  output.digits(day, 2)
}

/** Four digits, or a sign and at least six where the year has more or comes before year 0. */
function writeYear(output: JsonOutput, year: number): void {
  if (year >= 0 && year <= 9999) {
    output.digits(year, 4)
    return
  }
  output.byte(year < 0 ? dash : 0x2b)
  const size = Math.abs(year)
  output.digits(size, Math.max(6, String(size).length))
}

function writeClock(output: JsonOutput, units: number, power: number): void {
  const perSecond = 10 ** power
  const seconds = Math.floor(units / perSecond)
  output.digits(Math.floor(seconds / 3600), 2)
  output.byte(colon)
  output.digits(Math.floor(seconds / 60) % 60, 2)
  output.byte(colon)
  output.digits(seconds % 60, 2)
  if (power === 0) return
  output.byte(point)
  output.digits(units - seconds * perSecond, power)
}
