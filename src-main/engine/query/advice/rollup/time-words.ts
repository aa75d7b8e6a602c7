/** Expressions over the event time that are the same for every time of a window, and bounds where windows begin. Pure. */
import { isKeyword, isSign, stripped, closing, wholeNumber, type Word } from './sql-words.ts'

const secondMs = 1000
const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000
/** Windows of whole weeks begin on Mondays, which none of these expressions tells. */
const weekMs = 7 * dayMs

/** What an expression tells of a time: no more than which span of `grainMs` since 1970 UTC it is in. */
export interface TimeGrain {
  grainMs: number
  /** Whether each span has a value of its own. */
  isOneToOne: boolean
}

/** Whether windows of this width, in UTC, lie each in one span. */
export function holdsWindows({ grainMs }: TimeGrain, everyMs: number): boolean {
  return everyMs % weekMs !== 0 && grainMs % everyMs === 0
}

/** @param on name of the time column, milliseconds. @returns null for any other expression */
export function timeGrain(words: readonly Word[], on: string): TimeGrain | null {
  const own = stripped(words)
  return calendarGrain(own, on) ?? moduloGrain(own, on) ?? divisionGrain(own, on)
}

/** `on / 3600000`, `on / 1000 / 60`, `on / 3600000 * 3600000`, `(on / 60000) % 60`. */
function divisionGrain(words: readonly Word[], on: string): TimeGrain | null {
  if (isSign(words[0], '(')) {
    const close = closing(words, 0)
    const inner = divisionGrain(words.slice(1, close), on)
    return inner === null ? null : withConstants(inner, words.slice(close + 1))
  }
  if (!isTime(words[0], on)) return null
  let grainMs = 1
  let index = 1
  while (isSign(words[index], '/')) {
    const divisor = wholeNumber(words[index + 1])
    if (divisor === null || divisor === 0) break
    grainMs *= divisor
    index += 2
  }
  return grainMs === 1 ? null : withConstants({ grainMs, isOneToOne: true }, words.slice(index))
}

/** What numbers make of the value is told by the value; only multiples keep the spans apart for certain. */
function withConstants(grain: TimeGrain, rest: readonly Word[]): TimeGrain | null {
  if (rest.length === 0) return grain
  const isConstant = rest.every(
    (word, index) =>
      (index % 2 === 0 && ['+', '-', '*', '/', '%'].some((sign) => isSign(word, sign))) ||
      (index % 2 === 1 && word.kind === 'number'),
  )
  if (!isConstant || rest.length % 2 !== 0) return null
  const isMultiple = rest.length === 2 && isSign(rest[0], '*') && (wholeNumber(rest[1]) ?? 0) > 0
  return { ...grain, isOneToOne: grain.isOneToOne && isMultiple }
}

/** `on - on % 3600000`. */
function moduloGrain(words: readonly Word[], on: string): TimeGrain | null {
  if (!isTime(words[0], on) || !isSign(words[1], '-')) return null
  const [time, sign, size, ...more] = stripped(words.slice(2))
  const grainMs = wholeNumber(size)
  if (!isTime(time, on) || !isSign(sign, '%') || grainMs === null || grainMs === 0 || more.length > 0)
    return null
  return { grainMs, isOneToOne: true }
}

/** `strftime('%Y-%m-%d', on / 1000, 'unixepoch')`, `date(on / 1000, 'unixepoch')`. */
function calendarGrain(words: readonly Word[], on: string): TimeGrain | null {
  const [name, open, ...rest] = words
  if (name?.kind !== 'word' || !isSign(open, '(') || closing(words, 1) !== words.length - 1) return null
  const isFormatted = name.text === 'STRFTIME'
  const time = isFormatted ? rest.slice(2) : rest
  const [column, over, thousand, comma, modifier, close, ...more] = time
  const isUtc = modifier?.kind === 'string' && modifier.text.toLowerCase() === "'unixepoch'"
  if (!isTime(column, on) || !isSign(over, '/') || wholeNumber(thousand) !== 1000) return null
  if (!isSign(comma, ',') || !isUtc || !isSign(close, ')') || more.length > 0) return null
  if (!isFormatted) return fixedFormats[name.text] ?? null
  return rest[0]?.kind === 'string' && isSign(rest[1], ',') ? formatGrain(rest[0].text.slice(1, -1)) : null
}

const fixedFormats: Readonly<Record<string, TimeGrain>> = {
  DATE: { grainMs: dayMs, isOneToOne: true },
  DATETIME: { grainMs: secondMs, isOneToOne: true },
  TIME: { grainMs: secondMs, isOneToOne: false },
  UNIXEPOCH: { grainMs: secondMs, isOneToOne: true },
}

const specifierMs: Readonly<Record<string, number>> = {
  ...{ Y: dayMs, m: dayMs, d: dayMs, e: dayMs, j: dayMs, F: dayMs, w: dayMs, u: dayMs, W: dayMs, U: dayMs },
  ...{ G: dayMs, g: dayMs, V: dayMs, H: hourMs, I: hourMs, k: hourMs, l: hourMs, p: hourMs, P: hourMs },
  ...{ M: minuteMs, R: minuteMs, S: secondMs, T: secondMs, s: secondMs },
}

function formatGrain(format: string): TimeGrain | null {
  const specifiers = [...format.matchAll(/%(.)/gu)]
    .map(([, letter]) => letter ?? '')
    .filter((letter) => letter !== '%')
  const spans = specifiers.map((letter) => specifierMs[letter])
  if (spans.length === 0 || spans.includes(undefined)) return null
  const grainMs = Math.min(...spans.map((span) => span ?? 0))
  const has = (...letters: string[]): boolean => letters.every((letter) => specifiers.includes(letter))
  const isDay = has('Y', 'm', 'd') || has('F') || has('Y', 'j')
  const isHour = grainMs > hourMs || has('H') || has('R') || has('T')
  const isMinute = grainMs > minuteMs || has('M') || has('R') || has('T')
  return { grainMs, isOneToOne: isDay && isHour && isMinute && !specifiers.includes('s') }
}

function isTime(word: Word | undefined, on: string): boolean {
  return word?.kind === 'column' && word.text === on
}

/** A time that is written out: milliseconds, `seconds * 1000`, `unixepoch('2026-01-31 12:00') * 1000`; else null. */
export function constantTime(words: readonly Word[]): number | null {
  const own = stripped(words)
  if (own.length === 1) return wholeNumber(own[0])
  const factor = isSign(own.at(-2), '*') ? wholeNumber(own.at(-1)) : null
  const seconds = own.length === 3 ? wholeNumber(own[0]) : calledSeconds(own.slice(0, -2))
  if (factor === null || seconds === null) return null
  return Number.isSafeInteger(seconds * factor) ? seconds * factor : null
}

/** `unixepoch('2026-01-31')`. */
function calledSeconds([name, open, text, close, ...more]: readonly Word[]): number | null {
  if (!isKeyword(name, 'UNIXEPOCH') || !isSign(open, '(') || !isSign(close, ')') || more.length > 0)
    return null
  return text?.kind === 'string' ? utcSeconds(text.text.slice(1, -1)) : null
}

/** As SQLite reads a date without a zone. */
function utcSeconds(text: string): number | null {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::(\d{2}))?)?$/u.exec(text)
  if (parts === null) return null
  const [, day = '', time = '00:00', second = '00'] = parts
  const ms = Date.parse(`${day}T${time}:${second}Z`)
  // A day that its month does not have is another day to SQLite.
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day) ? null : ms / 1000
}
