/**
 * SQL text as tokens by SQLite's lexical rules, without a grammar. Pure; used on any thread: by the query processes to
 * refuse statements by name, and by the transform to place faults in a step's SQL.
 */

/** Offsets count UTF-16 units; `text` is the source between them. */
export interface SqlToken {
  /** `unterminated`: a string or quoted name that the end of the text cut off. */
  kind:
    'word' | 'quoted' | 'string' | 'number' | 'blob' | 'operator' | 'parameter' | 'comment' | 'unterminated'
  text: string
  start: number
  end: number
}

/** One statement without its semicolon, and without comments before or after it. */
export interface SqlStatement {
  text: string
  start: number
  end: number
}

type Kind = SqlToken['kind']

const spaces = new Set([' ', '\t', '\n', '\f', '\r', '\uFEFF'])
const doubled = new Set(['==', '<=', '<>', '<<', '>=', '>>', '!=', '||', '->'])
const closers: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' }

/** Whether a character may stand inside a name; all beyond ASCII may. */
const isNameCharacter = (character: string): boolean => /[A-Za-z0-9_$]/.test(character) || character > '\x7f'
const isDigit = (character: string): boolean => character >= '0' && character <= '9'

/**
 * Every token of the text in order; white space lies in the gaps between them, comments are tokens. Never throws: a
 * character that SQLite does not know is an operator of its own.
 */
export function tokenizeSql(sql: string): SqlToken[] {
  const tokens: SqlToken[] = []
  let start = 0
  while (start < sql.length) {
    if (spaces.has(sql.charAt(start))) {
      start += 1
      continue
    }
    const { kind, end } = tokenAt(sql, start)
    tokens.push({ kind, text: sql.slice(start, end), start, end })
    start = end
  }
  return tokens
}

/** The tokens without comments. */
export function codeTokens(sql: string): SqlToken[] {
  return tokenizeSql(sql).filter((token) => token.kind !== 'comment')
}

/** The statements of a text, split at semicolons; those inside the body of a trigger do not split. */
export function splitStatements(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = []
  let current: SqlToken[] = []
  const finish = (): void => {
    const first = current[0]
    const last = current.at(-1)
    current = []
    if (first === undefined || last === undefined) return
    statements.push({ text: sql.slice(first.start, last.end), start: first.start, end: last.end })
  }
  for (const token of codeTokens(sql)) {
    if (token.text === ';' && !isInsideTrigger(current)) finish()
    else current.push(token)
  }
  finish()
  return statements
}

/** The name that a word or a quoted token stands for, without quotes; null for other tokens. */
export function identifierOf(token: SqlToken): string | null {
  if (token.kind === 'word') return token.text
  if (token.kind !== 'quoted') return null
  const quote = token.text.charAt(0)
  const inner = token.text.slice(1, -1)
  return quote === '[' ? inner : inner.replaceAll(quote + quote, quote)
}

function tokenAt(sql: string, start: number): { kind: Kind; end: number } {
  const first = sql.charAt(start)
  const second = sql.charAt(start + 1)
  if (first === '-' && second === '-') return { kind: 'comment', end: endOfLine(sql, start) }
  if (first === '/' && second === '*' && start + 2 < sql.length) {
    const close = sql.indexOf('*/', start + 2)
    return { kind: 'comment', end: close < 0 ? sql.length : close + 2 }
  }
  if (first in closers) return quotedAt(sql, start, first === "'" ? 'string' : 'quoted')
  if ((first === 'x' || first === 'X') && second === "'") return quotedAt(sql, start + 1, 'blob')
  if (isDigit(first) || (first === '.' && isDigit(second)))
    return { kind: 'number', end: numberEnd(sql, start) }
  if (first === '?') return { kind: 'parameter', end: skipWhile(sql, start + 1, isDigit) }
  if ('$@#:'.includes(first)) return parameterAt(sql, start)
  if (isNameCharacter(first)) return { kind: 'word', end: skipWhile(sql, start + 1, isNameCharacter) }
  if (sql.startsWith('->>', start)) return { kind: 'operator', end: start + 3 }
  return { kind: 'operator', end: start + (doubled.has(first + second) ? 2 : 1) }
}

function quotedAt(sql: string, open: number, kind: Kind): { kind: Kind; end: number } {
  const quote = sql.charAt(open)
  const closer = closers[quote] ?? quote
  let end = sql.indexOf(closer, open + 1)
  while (end >= 0 && quote !== '[' && sql.charAt(end + 1) === closer) end = sql.indexOf(closer, end + 2)
  return end < 0 ? { kind: 'unterminated', end: sql.length } : { kind, end: end + 1 }
}

/** A number runs on into letters: SQLite refuses `1x` as one token, too. */
function numberEnd(sql: string, start: number): number {
  const isHex = /^0[xX]/.test(sql.slice(start, start + 2))
  let end = start
  while (end < sql.length) {
    const character = sql.charAt(end)
    const isSign =
      !isHex &&
      (character === '+' || character === '-') &&
      /[eE]/.test(sql.charAt(end - 1)) &&
      isDigit(sql.charAt(end + 1))
    if (!isNameCharacter(character) && (isHex || character !== '.') && !isSign) break
    end += 1
  }
  return end
}

function parameterAt(sql: string, start: number): { kind: Kind; end: number } {
  let end = skipWhile(sql, start + 1, isNameCharacter)
  while (sql.startsWith('::', end)) end = skipWhile(sql, end + 2, isNameCharacter)
  return { kind: end === start + 1 ? 'operator' : 'parameter', end }
}

function endOfLine(sql: string, start: number): number {
  const newline = sql.indexOf('\n', start)
  return newline < 0 ? sql.length : newline
}

function skipWhile(sql: string, start: number, matches: (character: string) => boolean): number {
  let end = start
  while (end < sql.length && matches(sql.charAt(end))) end += 1
  return end
}

/** True in `CREATE TRIGGER ... BEGIN ...;` until its END. */
function isInsideTrigger(tokens: readonly SqlToken[]): boolean {
  const word = (index: number): string => tokens.at(index)?.text.toUpperCase() ?? ''
  if (word(0) !== 'CREATE') return false
  const kind = word(1) === 'TEMP' || word(1) === 'TEMPORARY' ? word(2) : word(1)
  return kind === 'TRIGGER' && !(word(-1) === 'END' && word(-2) === ';')
}
