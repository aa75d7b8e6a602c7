/**
 * Conditions over rows of a table as conditions over groups of a rollup: those that hold for all rows of a group or for none.
 * Pure.
 */
import type { AnsweredColumn, RollupShape } from './rollup-shape.ts'
import { conditions } from './select-parts.ts'
import { isKeyword, isSign, stripped, textOf, type Word } from './sql-words.ts'
import { constantTime, holdsWindows, timeGrain } from './time-words.ts'

const windowStart: Word = { kind: 'column', text: 'window_start', start: 0, end: 0 }

/** @returns SQL of each condition; null where one asks for what no group tells */
export function rewriteFilter(
  where: readonly Word[],
  shape: RollupShape,
  columns: readonly AnsweredColumn[],
): string[] | null {
  const rewritten: string[] = []
  for (const condition of conditions(where)) {
    const own = stripped(condition)
    const parts = own.length < condition.length ? conditions(own) : [own]
    if (parts.length > 1) {
      const inner = rewriteFilter(own, shape, columns)
      if (inner === null) return null
      rewritten.push(...inner)
      continue
    }
    const one = overKeys(own, shape, columns) ?? overWindows(own, shape) ?? overTime(own, shape)
    if (one === null) return null
    rewritten.push(one)
  }
  return rewritten
}

const comparisons = ['=', '<>', '<', '<=', '>', '>=']
const conditionWords = new Set([
  'AND',
  'OR',
  'NOT',
  'IN',
  'IS',
  'NULL',
  'BETWEEN',
  'LIKE',
  'GLOB',
  'TRUE',
  'FALSE',
])
const conditionSigns = new Set([...comparisons, '(', ')', ',', '-'])

/**
 * A condition over columns that are grouped by. Columns of a rollup have no declared type, so that SQLite converts nothing:
 * a number must stand beside numbers, and a text beside texts.
 */
function overKeys(
  words: readonly Word[],
  { by }: RollupShape,
  columns: readonly AnsweredColumn[],
): string | null {
  const kinds = new Set<string>()
  for (const { kind, text } of words) {
    if (kind === 'column') {
      if (!by.includes(text)) return null
      kinds.add(kindOfColumn(columns.find(({ name }) => name === text)?.sqlType ?? ''))
    } else if (kind === 'string') kinds.add('text')
    else if (kind === 'number') kinds.add('number')
    else if (kind === 'word' ? !conditionWords.has(text) : kind !== 'operator' || !conditionSigns.has(text))
      return null
    if (kind === 'word' && (text === 'TRUE' || text === 'FALSE')) kinds.add('number')
  }
  if (kinds.size !== 1 || kinds.has('')) return null
  const isOr = words.some((word) => isKeyword(word, 'OR'))
  return isOr ? `(${textOf(words)})` : textOf(words)
}

function kindOfColumn(sqlType: string): string {
  if (sqlType === 'TEXT') return 'text'
  return ['INTEGER', 'INT', 'REAL'].includes(sqlType) ? 'number' : ''
}

/** `at >= 1700000000000`, where a window begins there. */
function overWindows(words: readonly Word[], { window }: RollupShape): string | null {
  if (window?.isUtc !== true || window.everyMs % weekMs === 0) return null
  const { on, everyMs } = window
  const isTime = (word: Word | undefined): boolean => word?.kind === 'column' && word.text === on
  const between = words.findIndex((word) => isKeyword(word, 'BETWEEN'))
  const and = words.findIndex((word) => isKeyword(word, 'AND'))
  if (between === 1 && isTime(words[0])) {
    const from = bound('>=', constantTime(words.slice(2, and)), everyMs)
    const to = bound('<=', constantTime(words.slice(and + 1)), everyMs)
    return from === null || to === null ? null : `${from} AND ${to}`
  }
  const sign = words[1]?.text ?? ''
  if (isTime(words[0]) && words[1]?.kind === 'operator')
    return bound(sign, constantTime(words.slice(2)), everyMs)
  const turned = turnedSigns[words.at(-2)?.text ?? '']
  if (!isTime(words.at(-1)) || turned === undefined) return null
  return bound(turned, constantTime(words.slice(0, -2)), everyMs)
}

const weekMs = 604_800_000
const turnedSigns: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** Times are whole milliseconds, so that `> x` is `>= x + 1`. */
function bound(sign: string, at: number | null, everyMs: number): string | null {
  if (at === null) return null
  const isAfter = sign === '>' || sign === '>='
  if (!isAfter && sign !== '<' && sign !== '<=') return null
  const edge = sign === '>' || sign === '<=' ? at + 1 : at
  return edge % everyMs === 0 ? `window_start ${isAfter ? '>=' : '<'} ${edge}` : null
}

/** `date(at / 1000, 'unixepoch') = '2026-01-31'`. */
function overTime(words: readonly Word[], { window }: RollupShape): string | null {
  if (window?.isUtc !== true) return null
  const sign = words.findIndex(
    (word) =>
      comparisons.some((one) => isSign(word, one)) || isKeyword(word, 'IN') || isKeyword(word, 'BETWEEN'),
  )
  const rest = words.slice(sign + 1)
  const isConstant = rest.every(
    ({ kind, text }) =>
      kind === 'number' ||
      kind === 'string' ||
      ['(', ')', ','].includes(text) ||
      (kind === 'word' && text === 'AND'),
  )
  const grain =
    sign <= 0 || rest.length === 0 || !isConstant ? null : timeGrain(words.slice(0, sign), window.on)
  return grain !== null && holdsWindows(grain, window.everyMs)
    ? textOf(overWindowStart(words, window.on))
    : null
}

/** An expression over a time as the same one over the beginning of its window. */
export function overWindowStart(words: readonly Word[], on: string): Word[] {
  return words.map((word) =>
    word.kind === 'column' && word.text === on ? { ...word, ...windowStart } : word,
  )
}
