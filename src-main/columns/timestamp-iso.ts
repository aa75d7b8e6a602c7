/**
 * ISO 8601 and RFC 3339 text to milliseconds: `2024-02-29`, `2024-02-29T10:20`, `2024-02-29 10:20:30.123456789+02:00`.
 * Runs per record in the ingest thread on the bytes themselves.
 */
import type { TimestampCursor } from './timestamp-cursor.ts'

/**
 * Reads the bytes that the cursor was reset to. Without an offset the time is UTC; the fraction has 1 to 9 digits after
 * a point or a comma.
 * @returns integer milliseconds since 1970 UTC, or NaN where the text does not fit
 */
export function readIsoTimestamp(cursor: TimestampCursor): number {
  if (!readDate(cursor)) return NaN
  if (cursor.at === cursor.end) return cursor.toMs()
  const separator = cursor.peek()
  if (separator !== 0x54 && separator !== 0x74 && separator !== 0x20) return NaN
  cursor.at++
  if (!readTime(cursor)) return NaN
  if (cursor.at < cursor.end && !cursor.offset()) return NaN
  return cursor.at === cursor.end ? cursor.toMs() : NaN
}

function readDate(cursor: TimestampCursor): boolean {
  cursor.year = cursor.digits(4, 4)
  if (cursor.peek() !== 0x2d) return false
  cursor.at++
  cursor.month = cursor.digits(2, 2)
  if (cursor.peek() !== 0x2d) return false
  cursor.at++
  cursor.day = cursor.digits(2, 2)
  return cursor.day >= 1
}

function readTime(cursor: TimestampCursor): boolean {
  cursor.hour = cursor.digits(2, 2)
  if (cursor.hour < 0 || cursor.peek() !== 0x3a) return false
  cursor.at++
  cursor.minute = cursor.digits(2, 2)
  if (cursor.minute < 0) return false
  if (cursor.peek() !== 0x3a) return true
  cursor.at++
  cursor.second = cursor.digits(2, 2)
  if (cursor.second < 0) return false
  const mark = cursor.peek()
  if (mark !== 0x2e && mark !== 0x2c) return true
  cursor.at++
  return cursor.fraction()
}
