/**
 * Turns the directives of a timestamp format into steps over a cursor. Compiled once per column; the steps run per
 * record in the ingest thread and make no object.
 */
import { assertNever } from '#contract/errors.ts'
import type { FormatToken } from './timestamp-format.ts'
import type { TimestampCursor } from './timestamp-cursor.ts'

/** Reads one piece at the cursor and moves it; false where the bytes do not fit. */
export type TimestampStep = (cursor: TimestampCursor) => boolean

const encoder = new TextEncoder()
const monthNames = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
].map((name) => encoder.encode(name))
const dayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((name) =>
  encoder.encode(name),
)
const utcNames = ['utc', 'gmt'].map((name) => encoder.encode(name))
const halfNames = ['am', 'pm'].map((name) => encoder.encode(name))

/** The step that reads one token of a format. */
export function timestampStep(token: FormatToken): TimestampStep {
  if (token.kind === 'literal') return literalStep(encoder.encode(token.text))
  const fewest = token.fixedWidth ? 2 : 1
  switch (token.field) {
    case 'year':
      return token.letter === 'Y' ? readYear : readShortYear
    case 'month':
      return token.letter === 'm' ? monthStep(fewest) : readMonthName
    case 'day':
      return token.letter === 'd' ? dayStep(fewest) : readPaddedDay
    case 'day of the year':
      return dayOfYearStep(token.fixedWidth ? 3 : 1)
    case 'weekday':
      return (cursor) => matchName(cursor, dayNames) >= 0
    case 'hour':
      return token.letter === 'H' ? hourStep(fewest) : hour12Step(fewest)
    case 'minute':
      return (cursor) => (cursor.minute = cursor.digits(fewest, 2)) >= 0
    case 'second':
      return (cursor) => (cursor.second = cursor.digits(fewest, 2)) >= 0
    case 'fraction':
      return token.letter === 'f' ? (cursor) => cursor.fraction() : readMilliseconds
    case 'half of the day':
      return readHalf
    case 'zone':
      return token.letter === 'z' ? (cursor) => cursor.offset() : (cursor) => matchWord(cursor, utcNames) >= 0
    case 'seconds since 1970':
      return readEpochSeconds
    default:
      return assertNever(token.field)
  }
}

function literalStep(text: Uint8Array): TimestampStep {
  return (cursor) => {
    if (cursor.end - cursor.at < text.length) return false
    for (let index = 0; index < text.length; index++) {
      if (cursor.bytes[cursor.at + index] !== text[index]) return false
    }
    cursor.at += text.length
    return true
  }
}

function readYear(cursor: TimestampCursor): boolean {
  return (cursor.year = cursor.digits(4, 4)) >= 1
}

/** 69..99 is 1969..1999 and 00..68 is 2000..2068, as POSIX has it. */
function readShortYear(cursor: TimestampCursor): boolean {
  const year = cursor.digits(2, 2)
  cursor.year = year < 69 ? 2000 + year : 1900 + year
  return year >= 0
}

function monthStep(fewest: number): TimestampStep {
  return (cursor) => (cursor.month = cursor.digits(fewest, 2)) >= 1
}

function dayStep(fewest: number): TimestampStep {
  return (cursor) => (cursor.day = cursor.digits(fewest, 2)) >= 1
}

function readPaddedDay(cursor: TimestampCursor): boolean {
  if (cursor.peek() === 0x20) {
    cursor.at++
    return (cursor.day = cursor.digits(1, 1)) >= 1
  }
  return (cursor.day = cursor.digits(1, 2)) >= 1
}

function dayOfYearStep(fewest: number): TimestampStep {
  return (cursor) => (cursor.dayOfYear = cursor.digits(fewest, 3)) >= 1
}

function hourStep(fewest: number): TimestampStep {
  return (cursor) => (cursor.hour = cursor.digits(fewest, 2)) >= 0
}

function hour12Step(fewest: number): TimestampStep {
  return (cursor) => {
    const hour = cursor.digits(fewest, 2)
    if (hour < 1 || hour > 12) return false
    cursor.hour = (hour % 12) + (cursor.half === 2 ? 12 : 0)
    return true
  }
}

function readHalf(cursor: TimestampCursor): boolean {
  const half = matchWord(cursor, halfNames)
  if (half < 0) return false
  cursor.half = half + 1
  if (half === 1 && cursor.hour < 12) cursor.hour += 12
  return true
}

function readMilliseconds(cursor: TimestampCursor): boolean {
  return (cursor.fractionMs = cursor.digits(3, 3)) >= 0
}

function readEpochSeconds(cursor: TimestampCursor): boolean {
  cursor.isEpoch = true
  if (cursor.peek() === 0x2d) {
    cursor.isNegative = true
    cursor.at++
  }
  return (cursor.epochSeconds = cursor.digits(1, 12)) >= 0
}

function readMonthName(cursor: TimestampCursor): boolean {
  const month = matchName(cursor, monthNames)
  cursor.month = month + 1
  return month >= 0
}

/** Index of the name at the cursor, whole or its first three letters, in any case; -1 for none. */
function matchName(cursor: TimestampCursor, names: readonly Uint8Array[]): number {
  for (let index = 0; index < names.length; index++) {
    const name = names[index]
    if (name === undefined) continue
    const length = sharedLetters(cursor, name)
    if (length < 3) continue
    cursor.at += length === name.length ? length : 3
    return index
  }
  return -1
}

/** Index of the word at the cursor, whole and in any case; -1 for none. */
function matchWord(cursor: TimestampCursor, words: readonly Uint8Array[]): number {
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    if (word === undefined || sharedLetters(cursor, word) < word.length) continue
    cursor.at += word.length
    return index
  }
  return -1
}

function sharedLetters(cursor: TimestampCursor, lowerCase: Uint8Array): number {
  const most = Math.min(lowerCase.length, cursor.end - cursor.at)
  let length = 0
  while (length < most && ((cursor.bytes[cursor.at + length] ?? 0) | 0x20) === lowerCase[length]) length++
  return length
}
