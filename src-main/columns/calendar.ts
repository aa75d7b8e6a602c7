/**
 * Proleptic Gregorian calendar in plain integers, UTC only. Called per record by the timestamp readers of the ingest
 * thread, so nothing here makes an object.
 */

/** 0001-01-01T00:00:00.000Z, the first millisecond a timestamp column can hold. */
export const minTimestampMs = -62_135_596_800_000
/** 9999-12-31T23:59:59.999Z, the last one. */
export const maxTimestampMs = 253_402_300_799_999

export const msPerDay = 86_400_000

const daysBeforeEpoch = 719_162
const daysBeforeMonth = Int32Array.of(0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
const monthLengths = Int32Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

/** Whether a year has 366 days. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** Days from 1970-01-01 to the first of January of a year of 1..9999. */
export function daysToYear(year: number): number {
  const past = year - 1
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - daysBeforeEpoch
}

/** Days since 1970-01-01 of a date, or NaN where the calendar has no such date or the year is not 1..9999. */
export function daysOfDate(year: number, month: number, day: number): number {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return NaN
  const leap = isLeapYear(year)
  const length = month === 2 && leap ? 29 : (monthLengths[month] ?? 0)
  if (day > length) return NaN
  const before = (daysBeforeMonth[month] ?? 0) + (leap && month > 2 ? 1 : 0)
  return daysToYear(year) + before + day - 1
}

/** Days since 1970-01-01 of the nth day of a year (1..366), or NaN where the year has no such day. */
export function daysOfYearDay(year: number, dayOfYear: number): number {
  if (year < 1 || year > 9999 || dayOfYear < 1 || dayOfYear > (isLeapYear(year) ? 366 : 365)) return NaN
  return daysToYear(year) + dayOfYear - 1
}

/** The same number where a timestamp column can hold it, otherwise NaN. */
export function inTimestampRange(ms: number): number {
  return ms >= minTimestampMs && ms <= maxTimestampMs ? ms : NaN
}

/** The nearest number that a timestamp column can hold. */
export function nearestTimestamp(ms: number): number {
  return Math.min(Math.max(ms, minTimestampMs), maxTimestampMs)
}
