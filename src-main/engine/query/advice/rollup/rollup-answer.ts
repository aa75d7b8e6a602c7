/**
 * Whether a rollup holds what a statement computes from the rows of its table, and the statement over the rollup. Strict: what is
 * not understood to its last word is not answered. Pure; tells from SQL and workspace, and leaves what the store knows (rows without
 * event time, rows that were evicted) to rollup-facts.ts.
 */
import type { Rollup } from '../../../../workspace/model.ts'
import { overWindowStart, rewriteFilter } from './rewrite-filter.ts'
import { type Grouping, hasAggregate, rewriteMeasures } from './rewrite-measures.ts'
import { type AnsweredTable, type RollupShape, rollupShapes } from './rollup-shape.ts'
import { type SelectItem, type SelectParts, selectParts } from './select-parts.ts'
import { canonical, isKeyword, nameText, stripped, textOf, wholeNumber, type Word } from './sql-words.ts'
import { holdsWindows, timeGrain } from './time-words.ts'

export interface RollupAnswer {
  rollup: string
  table: string
  /** Columns that can be selected from the rollup. */
  columns: readonly string[]
  /** The statement over the rollup; null where it must be written by hand. */
  sql: string | null
  /** The rollup and those that it is made from. */
  chain: readonly string[]
}

/** Longer statements are not looked at: this runs in the main process. */
const longestSql = 4 * 1024

/**
 * @param tables of the workspace, those without a key
 * @param rollups of the workspace, each after what it is made from
 * @returns the rollup that has the fewest groups of those that answer; null where none does
 */
export function rollupAnswer(
  sql: string,
  tables: readonly AnsweredTable[],
  rollups: readonly Rollup[],
): RollupAnswer | null {
  if (sql.length > longestSql || rollups.length === 0) return null
  const tableOf = (name: string): AnsweredTable | undefined =>
    tables.find((table) => table.name.toLowerCase() === name.toLowerCase())
  const parts = selectParts(sql, (name) => {
    const table = tableOf(name)
    return table === undefined
      ? null
      : { name: table.name, columns: table.columns.map((column) => column.name) }
  })
  const table = parts === null ? undefined : tableOf(parts.table)
  if (parts === null || table === undefined) return null
  const shapes = rollupShapes(table, rollups).filter((shape) => keepsAsLong(shape, table))
  let unwritten: RollupAnswer | null = null
  for (const shape of shapes.toSorted(byGroups)) {
    const answer = new Answer(parts, shape, table).answer()
    if (answer !== null && answer.sql !== null) return answer
    unwritten ??= answer
  }
  return unwritten
}

/** Windows that go while rows of theirs stay would be missing. */
function keepsAsLong({ retainAgeMs }: RollupShape, table: AnsweredTable): boolean {
  return retainAgeMs === null || (table.retainAgeMs !== null && table.retainAgeMs <= retainAgeMs)
}

function byGroups(one: RollupShape, other: RollupShape): number {
  const width = ({ window }: RollupShape): number => window?.everyMs ?? Number.POSITIVE_INFINITY
  return one.by.length - other.by.length || Math.sign(width(other) - width(one)) || 0
}

/** An expression of the statement that is grouped by, and the same over the rollup. */
interface Group {
  canonical: string
  text: string
  /** The key of the rollup that it tells apart as the rollup does; null where it puts windows together. */
  key: string | null
}

class Answer {
  readonly #parts: SelectParts
  readonly #shape: RollupShape
  readonly #table: AnsweredTable
  /** Cleared where the rollup has what is asked for, but the statement cannot be written for certain. */
  #isCertain = true

  constructor(parts: SelectParts, shape: RollupShape, table: AnsweredTable) {
    this.#parts = parts
    this.#shape = shape
    this.#table = table
  }

  answer(): RollupAnswer | null {
    const { items, where, groupBy } = this.#parts
    const filters = rewriteFilter(where, this.#shape, this.#table.columns)
    const groups = groupBy.map((words) => this.#group(words))
    if (filters === null || groups.some((group) => group === null) || hasTwice(items)) return null
    const known = groups.filter((group) => group !== null)
    const grouping = { isGrouped: groupBy.length > 0, isSame: this.#isSame(known) }
    if (!grouping.isGrouped && !items.some(({ expression }) => hasAggregate(expression))) return null
    const values = items.map(({ expression }) => this.#expression(expression, known, grouping))
    const having = this.#having(known, grouping, values)
    const orderBy = this.#parts.orderBy.map((term) => this.#term(term, known, grouping))
    if ([...values, having, ...orderBy].includes(null) || !isPlainLimit(this.#parts.limit)) return null
    return this.#found({
      select: items.map((item, index) => selected(item, values[index] ?? '')),
      // Where nothing is grouped any more, groups are rows.
      where: grouping.isSame && having !== '' ? [...filters, `(${having ?? ''})`] : filters,
      groupBy: grouping.isSame ? [] : known.map(({ text }) => text),
      having: grouping.isSame ? '' : (having ?? ''),
      orderBy: orderBy.map((term) => term ?? ''),
    })
  }

  #found(clauses: Clauses): RollupAnswer {
    const { name, table, columns, chain } = this.#shape
    const sql = this.#isCertain ? writeSelect(name, clauses, this.#parts.limit) : null
    return { rollup: name, table, columns, sql, chain }
  }

  /** A column that the rollup groups by, or an expression that is the same for all times of a window. */
  #group(given: readonly Word[]): Group | null {
    const words = stripped(this.#meant(given))
    const { by, window } = this.#shape
    const [column] = words
    const text = canonical(words)
    if (words.length === 1 && column?.kind === 'column' && by.includes(column.text))
      return { canonical: text, text: nameText(column.text), key: column.text }
    if (window?.isUtc !== true) return null
    const grain = timeGrain(words, window.on)
    if (grain === null || !holdsWindows(grain, window.everyMs)) return null
    const isWindow = grain.isOneToOne && grain.grainMs === window.everyMs
    const over = textOf(overWindowStart(words, window.on))
    return { canonical: text, text: over, key: isWindow ? 'window_start' : null }
  }

  /** A number or the name of a result column stands for its expression; SQLite looks for a column of the table first. */
  #meant(words: readonly Word[]): readonly Word[] {
    const [word] = words
    if (words.length !== 1 || word === undefined) return words
    const number = wholeNumber(word)
    if (number !== null) return this.#parts.items[number - 1]?.expression ?? words
    return this.#aliased(word)?.expression ?? words
  }

  #aliased({ kind, text }: Word): SelectItem | undefined {
    if (kind !== 'word' && kind !== 'quoted') return undefined
    const name = plainNameOf(text)
    return this.#parts.items.find(({ alias }) => alias?.toLowerCase() === name)
  }

  #isSame(groups: readonly Group[]): boolean {
    const { by, window } = this.#shape
    const keys = new Set(groups.map(({ key }) => key))
    return (
      groups.length > 0 && [...by, ...(window === null ? [] : ['window_start'])].every((key) => keys.has(key))
    )
  }

  /** What is grouped by, or aggregates; what mixes both is there, but must be written by hand. */
  #expression(
    words: readonly Word[],
    groups: readonly Group[],
    grouping: Grouping,
    named?: ReadonlyMap<string, string>,
  ): string | null {
    if (words.length === 0) return null
    const text = canonical(words)
    const group = groups.find((candidate) => candidate.canonical === text)
    if (group !== undefined) return group.text
    const value = rewriteMeasures(words, this.#shape, grouping, named)
    if (value !== null) return value
    const keys = new Set(groups.map((candidate) => candidate.canonical))
    const others = words.filter((word) => word.kind !== 'column' || !keys.has(canonical([word])))
    if (others.length === words.length || !isRowExpression(others)) return null
    this.#isCertain = false
    return text
  }

  #having(groups: readonly Group[], grouping: Grouping, values: readonly (string | null)[]): string | null {
    const { having, items } = this.#parts
    if (having.length === 0) return ''
    const named = new Map(
      items.flatMap(({ alias, expression }, index) =>
        // What is grouped by has lost the type by which SQLite converts what it is compared with.
        alias === null || !hasAggregate(expression) ? [] : [[alias.toLowerCase(), values[index] ?? '']],
      ),
    )
    return this.#expression(having, groups, grouping, named)
  }

  #term(given: readonly Word[], groups: readonly Group[], grouping: Grouping): string | null {
    const at = given.findIndex(
      (word, index) => index > 0 && ['ASC', 'DESC', 'NULLS'].some((key) => isKeyword(word, key)),
    )
    const words = at < 0 ? given : given.slice(0, at)
    const direction = at < 0 ? [] : given.slice(at)
    if (
      !direction.every((word) =>
        ['ASC', 'DESC', 'NULLS', 'FIRST', 'LAST'].some((key) => isKeyword(word, key)),
      )
    )
      return null
    const [word] = words
    const isName = words.length === 1 && word !== undefined
    const alias = isName ? this.#named(word) : null
    const number = isName ? wholeNumber(word) : null
    const text = alias ?? (number === null ? this.#expression(words, groups, grouping) : String(number))
    return text === null ? null : [text, ...direction.map((one) => one.text)].join(' ')
  }

  /** In ORDER BY the name of a result column comes before the table's. */
  #named({ kind, text }: Word): string | null {
    const name = kind === 'column' ? text.toLowerCase() : plainNameOf(text)
    const item = this.#parts.items.find(({ alias }) => alias?.toLowerCase() === name)
    return item?.alias === null || item === undefined ? null : nameText(item.alias)
  }
}

interface Clauses {
  select: readonly string[]
  where: readonly string[]
  groupBy: readonly string[]
  having: string
  orderBy: readonly string[]
}

function writeSelect(rollup: string, clauses: Clauses, limit: readonly Word[]): string {
  const { select, where, groupBy, having, orderBy } = clauses
  return [
    `SELECT ${select.join(', ')}`,
    `FROM ${nameText(rollup)}`,
    ...(where.length === 0 ? [] : [`WHERE ${where.join(' AND ')}`]),
    ...(groupBy.length === 0 ? [] : [`GROUP BY ${groupBy.join(', ')}`]),
    ...(having === '' ? [] : [`HAVING ${having}`]),
    ...(orderBy.length === 0 ? [] : [`ORDER BY ${orderBy.join(', ')}`]),
    ...(limit.length === 0 ? [] : [`LIMIT ${textOf(limit).trim()}`]),
  ].join('\n')
}

/** Whether a name stands for two result columns. */
function hasTwice(items: readonly SelectItem[]): boolean {
  const names = items.flatMap(({ alias }) => alias?.toLowerCase() ?? [])
  return new Set(names).size < names.length
}

/** Result columns keep their names. */
function selected({ alias, sql, expression }: SelectItem, text: string): string {
  const [column, ...more] = stripped(expression)
  const name = alias ?? (column?.kind === 'column' && more.length === 0 ? column.text : sql)
  return text === nameText(name) ? text : `${text} AS ${nameText(name)}`
}

/** What makes one value of the columns of one group: no names that are not known, no further columns. */
function isRowExpression(words: readonly Word[]): boolean {
  return words.every(({ kind, text }) => {
    if (kind === 'column' || kind === 'quoted') return false
    return kind !== 'word' || rowWords.has(text)
  })
}

const rowWords = new Set(
  `AND OR NOT IN IS NULL BETWEEN LIKE GLOB CASE WHEN THEN ELSE END TRUE FALSE UPPER LOWER SUBSTR LENGTH TRIM ROUND ABS
   COALESCE IFNULL NULLIF IIF`.split(/\s+/),
)

function isPlainLimit(words: readonly Word[]): boolean {
  return words.every((word) => wholeNumber(word) !== null || word.text === ',' || isKeyword(word, 'OFFSET'))
}

function plainNameOf(text: string): string {
  return /^["`[]/u.test(text) ? text.slice(1, -1).toLowerCase() : text.toLowerCase()
}
