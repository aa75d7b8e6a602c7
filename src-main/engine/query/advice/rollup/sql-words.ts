/**
 * SQL as words in which columns of one table are recognised, so that the same expression has the same text however it was
 * written. Pure; no grammar.
 */
import { codeTokens, identifierOf, type SqlToken } from '../../../sql/sql-tokens.ts'

export interface Word {
  kind: SqlToken['kind'] | 'column'
  /** Keywords and functions in capitals, columns by their declared names, everything else as it was written. */
  text: string
  start: number
  end: number
}

/** A table as a statement names it. */
export interface NamedTable {
  /** Names that may stand before a column. */
  names: readonly string[]
  columns: readonly string[]
}

const spellings: Readonly<Record<string, string>> = { '==': '=', '!=': '<>' }

/** The words of an SQL text; a name that is no column stays a word. */
export function wordsOf(sql: string, table: NamedTable): Word[] {
  return readColumns(codeTokens(sql), table)
}

/** As {@link wordsOf}, of tokens. */
export function readColumns(tokens: readonly SqlToken[], { names, columns }: NamedTable): Word[] {
  const prefixes = new Set(names.map((name) => name.toLowerCase()))
  const known = new Map(columns.map((name) => [name.toLowerCase(), name]))
  const words: Word[] = []
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]
    if (token === undefined) break
    const name = identifierOf(token)
    const after = tokens[index + 2]
    if (name !== null && tokens[index + 1]?.text === '.' && after !== undefined) {
      const column = known.get(identifierOf(after)?.toLowerCase() ?? '')
      if (column !== undefined && prefixes.has(name.toLowerCase())) {
        words.push({ kind: 'column', text: column, start: token.start, end: after.end })
        index += 2
        continue
      }
    }
    const column = tokens[index + 1]?.text === '(' ? undefined : known.get(name?.toLowerCase() ?? '')
    words.push(column === undefined ? plain(token) : { ...token, kind: 'column', text: column })
  }
  return words
}

function plain(token: SqlToken): Word {
  if (token.kind === 'word') return { ...token, text: token.text.toUpperCase() }
  return { ...token, text: spellings[token.text] ?? token.text }
}

/** Text by which two expressions are compared. */
export function canonical(words: readonly Word[]): string {
  return stripped(words)
    .map(({ kind, text }) => (kind === 'column' ? quotedName(text) : text))
    .join(' ')
}

/** Without brackets around all of it. */
export function stripped(words: readonly Word[]): readonly Word[] {
  let inner = words
  while (inner[0]?.text === '(' && closing(inner, 0) === inner.length - 1) inner = inner.slice(1, -1)
  return inner
}

/** Index of the bracket that closes the one at `open`; -1 without one. */
export function closing(words: readonly Word[], open: number): number {
  let depth = 0
  for (let index = open; index < words.length; index++) {
    if (isSign(words[index], '(')) depth++
    else if (isSign(words[index], ')') && --depth === 0) return index
  }
  return -1
}

/** The parts between separators that stand outside of brackets. */
export function split(words: readonly Word[], isSeparator: (index: number) => boolean): Word[][] {
  const parts: Word[][] = [[]]
  let depth = 0
  words.forEach((word, index) => {
    if (isSign(word, '(')) depth++
    else if (isSign(word, ')')) depth--
    if (depth === 0 && isSeparator(index)) parts.push([])
    else parts.at(-1)?.push(word)
  })
  return parts
}

export function splitList(words: readonly Word[]): Word[][] {
  return split(words, (index) => isSign(words[index], ','))
}

export function isSign(word: Word | undefined, sign: string): boolean {
  return word?.kind === 'operator' && word.text === sign
}

export function isKeyword(word: Word | undefined, keyword: string): boolean {
  return word?.kind === 'word' && word.text === keyword
}

/** A whole number that is written in digits; null for anything else. */
export function wholeNumber(word: Word | undefined): number | null {
  if (word?.kind !== 'number' || !/^\d+$/.test(word.text)) return null
  const value = Number(word.text)
  return Number.isSafeInteger(value) ? value : null
}

/** SQL of words, with single spaces. */
export function textOf(words: readonly Word[]): string {
  let text = ''
  words.forEach((word, index) => {
    const before = words[index - 1]
    const isCall = isSign(word, '(') && before?.kind === 'word' && !operators.has(before.text)
    const isClose = before === undefined || isSign(before, '(') || isSign(word, ')') || isSign(word, ',')
    text += isCall || isClose ? '' : ' '
    text +=
      word.kind === 'column'
        ? nameText(word.text)
        : isFunction(words, index)
          ? word.text.toLowerCase()
          : word.text
  })
  return text
}

const operators = new Set([
  'AND',
  'OR',
  'NOT',
  'IN',
  'IS',
  'BETWEEN',
  'LIKE',
  'GLOB',
  'WHERE',
  'WHEN',
  'THEN',
  'ELSE',
])

function isFunction(words: readonly Word[], index: number): boolean {
  const word = words[index]
  return word?.kind === 'word' && isSign(words[index + 1], '(') && !operators.has(word.text)
}

const plainName = /^[A-Za-z_]\w*$/
/** Keywords of SQLite that cannot be names as they are. */
const reserved = new Set(
  `ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CHECK COLLATE COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE DELETE DISTINCT
   DROP ELSE ESCAPE EXCEPT EXISTS FOREIGN FROM GROUP HAVING IN INDEX INSERT INTERSECT INTO IS ISNULL JOIN LIMIT NOT NOTHING
   NOTNULL NULL ON OR ORDER PRIMARY REFERENCES RETURNING SELECT SET TABLE THEN TO TRANSACTION UNION UNIQUE UPDATE USING
   VALUES WHEN WHERE CROSS FULL INNER LEFT NATURAL OUTER RIGHT CAST FILTER OVER WINDOW`.split(/\s+/),
)

/** A name as people write it: quoted where it must be. */
export function nameText(name: string): string {
  return plainName.test(name) && !reserved.has(name.toUpperCase()) ? name : quotedName(name)
}

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
