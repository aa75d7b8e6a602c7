/**
 * The grammar of timestamp formats: strptime directives and literal text, and which of them make a whole moment. Used
 * when a workspace is read and when a parser is compiled, never per record.
 */

/** What a directive fills in. Two directives of one format may not fill the same field. */
export type TimestampField =
  | 'year'
  | 'month'
  | 'day'
  | 'day of the year'
  | 'weekday'
  | 'hour'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'half of the day'
  | 'zone'
  | 'seconds since 1970'

interface Directive {
  field: TimestampField
  /** Starts with a digit, so that a number beside it must have all its digits. */
  numeric: boolean
}

const directives: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ['Y', { field: 'year', numeric: true }],
  ['y', { field: 'year', numeric: true }],
  ['m', { field: 'month', numeric: true }],
  ['b', { field: 'month', numeric: false }],
  ['B', { field: 'month', numeric: false }],
  ['d', { field: 'day', numeric: true }],
  ['e', { field: 'day', numeric: true }],
  ['j', { field: 'day of the year', numeric: true }],
  ['a', { field: 'weekday', numeric: false }],
  ['A', { field: 'weekday', numeric: false }],
  ['H', { field: 'hour', numeric: true }],
  ['I', { field: 'hour', numeric: true }],
  ['M', { field: 'minute', numeric: true }],
  ['S', { field: 'second', numeric: true }],
  ['f', { field: 'fraction', numeric: true }],
  ['L', { field: 'fraction', numeric: true }],
  ['p', { field: 'half of the day', numeric: false }],
  ['z', { field: 'zone', numeric: false }],
  ['Z', { field: 'zone', numeric: false }],
  ['s', { field: 'seconds since 1970', numeric: true }],
])

const shorthands: ReadonlyMap<string, string> = new Map([
  ['T', '%H:%M:%S'],
  ['F', '%Y-%m-%d'],
  ['D', '%m/%d/%y'],
  ['R', '%H:%M'],
])

const known = '%Y %y %m %b %B %d %e %j %a %A %H %I %M %S %f %L %p %z %Z %s %T %F %D %R %%'

/** A piece of a format: text that stands for itself, or a directive. */
export type FormatToken =
  | { kind: 'literal'; text: string }
  | {
      kind: 'field'
      letter: string
      field: TimestampField
      /** True where another number stands right beside it: then it must have all its digits. */
      fixedWidth: boolean
    }

/**
 * Splits a format into literals and directives, shorthands such as `%T` spelt out.
 * @returns the tokens, or the problem in words
 */
export function parseTimestampFormat(format: string): readonly FormatToken[] | { problem: string } {
  const tokens: FormatToken[] = []
  const spelt = spellOut(format)
  if (typeof spelt !== 'string') return spelt
  let previousNumeric: Extract<FormatToken, { kind: 'field' }> | null = null
  for (let at = 0; at < spelt.length;) {
    if (spelt[at] !== '%' || spelt[at + 1] === '%') {
      const text = spelt[at] ?? ''
      appendLiteral(tokens, text)
      previousNumeric = null
      at += text === '%' ? 2 : 1
      continue
    }
    const letter = spelt[at + 1] ?? ''
    const directive = directives.get(letter)
    if (directive === undefined) return { problem: unknownDirective(letter) }
    const token: FormatToken = { kind: 'field', letter, field: directive.field, fixedWidth: false }
    if (directive.numeric && previousNumeric !== null) {
      token.fixedWidth = true
      previousNumeric.fixedWidth = true
    }
    previousNumeric = directive.numeric ? token : null
    tokens.push(token)
    at += 2
  }
  const problem = checkEpochStandsAlone(tokens) ?? checkFields(tokens)
  return problem === null ? tokens : { problem }
}

function spellOut(format: string): string | { problem: string } {
  let spelt = ''
  for (let at = 0; at < format.length; at++) {
    const character = format[at] ?? ''
    if (character !== '%') {
      spelt += character
      continue
    }
    at++
    const letter = format[at]
    if (letter === undefined) return { problem: 'the format ends in a single %; write %% for a percent sign' }
    spelt += shorthands.get(letter) ?? `%${letter}`
  }
  return spelt
}

function unknownDirective(letter: string): string {
  if (letter === '-' || letter === '_' || letter === '0' || letter === 'E' || letter === 'O') {
    return `%${letter} is not known; leave the ${letter} out, numbers of one or two digits are read as they come`
  }
  return `%${letter} is not known; the directives are ${known}`
}

function appendLiteral(tokens: FormatToken[], text: string): void {
  const last = tokens.at(-1)
  if (last?.kind === 'literal') last.text += text
  else tokens.push({ kind: 'literal', text })
}

function checkEpochStandsAlone(tokens: readonly FormatToken[]): string | null {
  const crowded = tokens.some((token) => token.kind === 'field' && token.letter === 's' && token.fixedWidth)
  return crowded
    ? '%s has no end where a number follows at once; for milliseconds since 1970 leave the format out and write unit: ms'
    : null
}

function checkFields(tokens: readonly FormatToken[]): string | null {
  const letters = new Map<TimestampField, string>()
  for (const token of tokens) {
    if (token.kind === 'literal') continue
    const earlier = letters.get(token.field)
    if (earlier === token.letter) return `%${token.letter} is there twice`
    if (earlier !== undefined)
      return `%${earlier} and %${token.letter} both give the ${token.field}; keep one`
    letters.set(token.field, token.letter)
  }
  return letters.has('seconds since 1970') ? checkEpoch(letters) : checkCalendar(letters)
}

function checkEpoch(letters: ReadonlyMap<TimestampField, string>): string | null {
  for (const [field, letter] of letters) {
    if (field !== 'seconds since 1970' && field !== 'fraction') {
      return `%s is a whole moment; leave %${letter} out`
    }
  }
  return null
}

function checkCalendar(letters: ReadonlyMap<TimestampField, string>): string | null {
  const hour = letters.get('hour')
  const half = letters.has('half of the day')
  if (!letters.has('year')) return 'a year is missing; write %Y or %y (or %s for seconds since 1970)'
  if (letters.has('day of the year') && (letters.has('month') || letters.has('day'))) {
    return '%j is the day of the year; leave the month and the day out'
  }
  if (letters.has('day') && !letters.has('month')) return 'a month is missing; write %m, %b or %B'
  if (hour !== undefined && !letters.has('day') && !letters.has('day of the year')) {
    return 'a day is missing; write %d (or %j for the day of the year)'
  }
  if (hour === 'I' && !half) return '%I needs %p (AM or PM); write %H for hours of 0 to 23'
  if (half && hour !== 'I') return '%p needs %I, hours of 1 to 12'
  if (letters.has('minute') && hour === undefined) return '%M is minutes and needs %H; write %m for the month'
  if (letters.has('second') && !letters.has('minute')) return '%S needs %M'
  if (letters.has('fraction') && !letters.has('second')) return 'a fraction of a second needs %S'
  return null
}
