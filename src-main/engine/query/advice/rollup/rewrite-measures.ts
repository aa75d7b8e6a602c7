/** Aggregates over rows as expressions over groups of a rollup. Pure. */
import { canonicalMeasure, type RollupShape } from './rollup-shape.ts'
import { closing, isKeyword, isSign, nameText, splitList, textOf, type Word } from './sql-words.ts'

/** How groups of the rollup make up those of the statement. */
export interface Grouping {
  /** Whether each group of the statement is one of the rollup, so that its values need no merging. */
  isSame: boolean
  /** Whether the statement has GROUP BY: without, it gives a row even where there are none. */
  isGrouped: boolean
}

const merged: Readonly<Record<string, string>> = {
  COUNT: 'sum',
  SUM: 'sum',
  TOTAL: 'total',
  MIN: 'min',
  MAX: 'max',
}
const aggregates = new Set([...Object.keys(merged), 'AVG'])
/** Functions of one row that give the same for the same. */
const plainFunctions = new Set(
  `ROUND ABS COALESCE IFNULL NULLIF IIF PRINTF FORMAT CEIL CEILING FLOOR TRUNC SQRT POW POWER LN LOG LOG2 LOG10 EXP SIGN CAST`.split(
    ' ',
  ),
)
const plainWords = new Set(
  `AND OR NOT IN IS NULL BETWEEN CASE WHEN THEN ELSE END TRUE FALSE AS REAL INTEGER TEXT NUMERIC`.split(' '),
)

/**
 * An expression over aggregates and constants, with each aggregate taken from the rollup.
 * @param named what names of result columns stand for
 * @returns null where the rollup does not hold one of them, or more is asked for than aggregates
 */
export function rewriteMeasures(
  words: readonly Word[],
  shape: RollupShape,
  grouping: Grouping,
  named: ReadonlyMap<string, string> = new Map(),
): string | null {
  const parts: Word[] = []
  const add = (text: string): void => {
    parts.push({ kind: 'operator', text, start: 0, end: 0 })
  }
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    if (word === undefined) return null
    if (word.kind === 'word' && isSign(words[index + 1], '(') && aggregates.has(word.text)) {
      const end = endOfAggregate(words, index)
      const value = end === null ? null : measureValue(words.slice(index, end), shape, grouping)
      if (end === null || value === null) return null
      add(value)
      index = end - 1
    } else if (word.kind === 'word' || word.kind === 'quoted') {
      const alias = named.get(word.text.toLowerCase())
      if (alias !== undefined) add(`(${alias})`)
      else if (word.kind === 'quoted' || !isPlain(words, index)) return null
      else parts.push(word)
    } else if (word.kind === 'column') return null
    else parts.push(word)
  }
  return textOf(parts)
}

function isPlain(words: readonly Word[], index: number): boolean {
  const text = words[index]?.text ?? ''
  const isCall = isSign(words[index + 1], '(')
  return plainWords.has(text) || (isCall && plainFunctions.has(text))
}

/** Whether an aggregate is called: a statement without GROUP BY that has one gives one row. */
export function hasAggregate(words: readonly Word[]): boolean {
  return words.some(
    ({ kind, text }, index) => kind === 'word' && aggregates.has(text) && isSign(words[index + 1], '('),
  )
}

/** Index after the aggregate that begins at `start`, with its filter; null where it is not closed. */
function endOfAggregate(words: readonly Word[], start: number): number | null {
  const close = closing(words, start + 1)
  if (close < 0) return null
  if (!isKeyword(words[close + 1], 'FILTER')) return close + 1
  const end = closing(words, close + 2)
  return end < 0 ? null : end + 1
}

function measureValue(words: readonly Word[], shape: RollupShape, grouping: Grouping): string | null {
  const [name, ...rest] = words
  const text = name?.text ?? ''
  // Of several arguments the greatest or least is no aggregate.
  if (name === undefined || splitList(words.slice(2, closing(words, 1))).length !== 1) return null
  const measureOf = (aggregate: string): string | null => {
    const measure = shape.measures.get(canonicalMeasure([{ ...name, text: aggregate }, ...rest]))
    return measure === undefined ? null : nameText(measure)
  }
  const kept = measureOf(text === 'TOTAL' ? 'SUM' : text)
  if (text === 'AVG' && (kept === null || !grouping.isSame))
    return averageOf(measureOf('SUM'), measureOf('COUNT'), grouping)
  if (kept === null) return null
  if (grouping.isSame) return text === 'TOTAL' ? `CAST(ifnull(${kept}, 0) AS REAL)` : kept
  const value = `${merged[text] ?? ''}(${kept})`
  return text === 'COUNT' && !grouping.isGrouped ? `coalesce(${value}, 0)` : value
}

/** The average of averages is none: it takes sums and counts. */
function averageOf(sum: string | null, count: string | null, { isSame }: Grouping): string | null {
  if (sum === null || count === null) return null
  const of = (name: string): string => (isSame ? name : `sum(${name})`)
  return `CAST(${of(sum)} AS REAL) / nullif(${of(count)}, 0)`
}
