/**
 * Timestamp columns: text in a declared format or ISO 8601, and numbers since 1970, to integer milliseconds UTC.
 * Compiled once per column; the parser runs per record in the ingest thread.
 */
import { AppError } from '#contract/errors.ts'
import type { Column } from './column.ts'
import { TimestampCursor } from './timestamp-cursor.ts'
import { parseTimestampFormat } from './timestamp-format.ts'
import { readIsoTimestamp } from './timestamp-iso.ts'
import { parseNumericTimestamp } from './timestamp-number.ts'
import { timestampStep } from './timestamp-steps.ts'

/** Reads values of one timestamp column. Both methods work on UTF-8 bytes in place and make no object or string. */
export interface TimestampParser {
  /**
   * Reads text: the characters of a value, without quotes and with JSON escapes already undone.
   * @returns integer milliseconds since 1970 UTC, years 0001..9999; NaN where the text does not fit the format
   */
  parseBytes(bytes: Uint8Array, start: number, end: number): number
  /**
   * Reads a JSON number token. Where the column has a format, the token is read as text in it (`20240131` by `%Y%m%d`);
   * otherwise as a count of `unit` since 1970 UTC, rounded down to milliseconds. Only seconds may have a fraction.
   * @returns as parseBytes
   */
  parseNumber(bytes: Uint8Array, start: number, end: number): number
}

/**
 * Compiles the parser of a timestamp column.
 * @param format strptime format, or null for ISO 8601 text (without an offset: UTC)
 * @param unit of numbers, where there is no format
 * @throws AppError WORKSPACE_INVALID for a format that {@link checkTimestampFormat} refuses
 */
export function compileTimestamp(format: string | null, unit: Column['unit']): TimestampParser {
  const cursor = new TimestampCursor()
  if (format === null) {
    return {
      parseBytes(bytes, start, end) {
        cursor.reset(bytes, start, end)
        return readIsoTimestamp(cursor)
      },
      parseNumber: (bytes, start, end) => parseNumericTimestamp(bytes, start, end, unit),
    }
  }
  const parseBytes = compileFormat(format, cursor)
  return { parseBytes, parseNumber: parseBytes }
}

/** What is wrong with a format and what to write instead, or null where it can be compiled. */
export function checkTimestampFormat(format: string): string | null {
  const tokens = parseTimestampFormat(format)
  return 'problem' in tokens ? tokens.problem : null
}

function compileFormat(format: string, cursor: TimestampCursor): TimestampParser['parseBytes'] {
  const tokens = parseTimestampFormat(format)
  if ('problem' in tokens) {
    throw new AppError('WORKSPACE_INVALID', `timestamp format ${JSON.stringify(format)}: ${tokens.problem}`)
  }
  const steps = tokens.map(timestampStep)
  return (bytes, start, end) => {
    cursor.reset(bytes, start, end)
    for (const step of steps) {
      if (!step(cursor)) return NaN
    }
    return cursor.at === cursor.end ? cursor.toMs() : NaN
  }
}
