/**
 * What a timestamp reader has read so far: one cursor per parser, reset for each value, so that reading makes no object.
 * Runs in the ingest thread, called by the steps that timestamp-steps.ts compiles.
 */
import { daysOfDate, daysOfYearDay, inTimestampRange, msPerDay } from './calendar.ts'

const noBytes = new Uint8Array(0)

/** Position in the bytes and the fields read; `-1` and `0` stand for "not read" where named so. */
export class TimestampCursor {
  bytes: Uint8Array = noBytes
  at = 0
  end = 0
  year = 1
  month = 1
  day = 1
  /** 1..366, or 0 where not read. */
  dayOfYear = 0
  hour = 0
  minute = 0
  second = 0
  /** Milliseconds of the fraction, and whether digits below them were not zero. */
  fractionMs = 0
  hasRest = false
  /** 0 not read, 1 AM, 2 PM. */
  half = 0
  offsetMinutes = 0
  epochSeconds = 0
  isEpoch = false
  isNegative = false

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes
    this.at = start
    this.end = end
    this.year = 1
    this.month = 1
    this.day = 1
    this.dayOfYear = 0
    this.hour = 0
    this.minute = 0
    this.second = 0
    this.fractionMs = 0
    this.hasRest = false
    this.half = 0
    this.offsetMinutes = 0
    this.epochSeconds = 0
    this.isEpoch = false
    this.isNegative = false
  }

  /** The byte at the cursor, or -1 at the end. */
  peek(): number {
    return this.at < this.end ? (this.bytes[this.at] ?? -1) : -1
  }

  /**
   * Reads an unsigned number of `fewest` to `most` digits, as many as there are.
   * @returns the number, or -1 where there are too few digits; then the cursor has not moved
   */
  digits(fewest: number, most: number): number {
    const stop = Math.min(this.end, this.at + most)
    let value = 0
    let at = this.at
    for (; at < stop; at++) {
      const digit = (this.bytes[at] ?? 0) - 0x30
      if (!(digit >= 0 && digit <= 9)) break
      value = value * 10 + digit
    }
    if (at - this.at < fewest) return -1
    this.at = at
    return value
  }

  /** Reads 1..9 digits of a fraction of a second. */
  fraction(): boolean {
    const start = this.at
    const value = this.digits(1, 9)
    if (value < 0) return false
    const scale = 10 ** (9 - (this.at - start))
    const nanoseconds = value * scale
    this.fractionMs = Math.floor(nanoseconds / 1e6)
    this.hasRest = nanoseconds % 1e6 !== 0
    return true
  }

  /** Reads `Z`, `+hh`, `+hhmm` or `+hh:mm`, at most 23:59. */
  offset(): boolean {
    const sign = this.peek()
    this.at++
    if (sign === 0x5a || sign === 0x7a) return true
    if (sign !== 0x2b && sign !== 0x2d) return false
    const hours = this.digits(2, 2)
    if (hours < 0 || hours > 23) return false
    let minutes = 0
    if (this.peek() === 0x3a) {
      this.at++
      minutes = this.digits(2, 2)
    } else if (this.peek() >= 0x30 && this.peek() <= 0x39) {
      minutes = this.digits(2, 2)
    }
    if (minutes < 0 || minutes > 59) return false
    this.offsetMinutes = sign === 0x2d ? -(hours * 60 + minutes) : hours * 60 + minutes
    return true
  }

  /** Milliseconds since 1970 UTC of the fields read, or NaN where they are no time of the years 1..9999. */
  toMs(): number {
    if (this.isEpoch) return this.epochMs()
    if (this.hour > 23 || this.minute > 59 || this.second > 59) return NaN
    const days =
      this.dayOfYear > 0
        ? daysOfYearDay(this.year, this.dayOfYear)
        : daysOfDate(this.year, this.month, this.day)
    const seconds = (this.hour * 60 + this.minute - this.offsetMinutes) * 60 + this.second
    return inTimestampRange(days * msPerDay + seconds * 1000 + this.fractionMs)
  }

  private epochMs(): number {
    const whole = this.epochSeconds * 1000
    if (!this.isNegative) return inTimestampRange(whole + this.fractionMs)
    return inTimestampRange(-(whole + this.fractionMs) - (this.hasRest ? 1 : 0) || 0)
  }
}
