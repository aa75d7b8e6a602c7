/**
 * SQLite's lexical rules as far as the editor needs them: where strings, quoted names and comments begin and end, so
 * that statements can be told apart and names found. Pure; the engine has its own, stricter reading.
 */

export interface SqlToken {
  kind: 'word' | 'quoted' | 'string' | 'number' | 'comment' | 'symbol'
  /** UTF-16 offsets, `end` exclusive. */
  start: number
  end: number
}

const wordStart = /[\p{L}_]/u
const wordPart = /[\p{L}\p{N}_$]/u
const digit = /[0-9]/
const numberPart = /[0-9A-Za-z_.]/
const space = /\s/
const closers: Record<string, string> = { "'": "'", '"': '"', '`': '`', '[': ']' }

function endOfQuoted(sql: string, start: number, closer: string): number {
  let at = start + 1
  for (;;) {
    const found = sql.indexOf(closer, at)
    if (found < 0) return sql.length
    if (closer === ']' || sql[found + 1] !== closer) return found + 1
    at = found + 2
  }
}

function endWhile(sql: string, start: number, part: RegExp): number {
  let at = start
  while (at < sql.length && part.test(sql.charAt(at))) at++
  return at
}

function endOfComment(sql: string, start: number): number {
  const isLine = sql[start] === '-'
  const found = sql.indexOf(isLine ? '\n' : '*/', start + 2)
  if (found < 0) return sql.length
  return isLine ? found : found + 2
}

function isComment(sql: string, at: number): boolean {
  return sql.startsWith('--', at) || sql.startsWith('/*', at)
}

function tokenAt(sql: string, start: number): SqlToken {
  const first = sql.charAt(start)
  const closer = closers[first]
  if (isComment(sql, start)) return { kind: 'comment', start, end: endOfComment(sql, start) }
  if (closer !== undefined) {
    return { kind: first === "'" ? 'string' : 'quoted', start, end: endOfQuoted(sql, start, closer) }
  }
  if (wordStart.test(first)) return { kind: 'word', start, end: endWhile(sql, start, wordPart) }
  if (digit.test(first)) return { kind: 'number', start, end: endWhile(sql, start, numberPart) }
  return { kind: 'symbol', start, end: start + 1 }
}

/** The tokens of SQL text, right or wrong, in order; white space is skipped, unclosed tokens reach to the end. */
export function tokenizeSql(sql: string): SqlToken[] {
  const tokens: SqlToken[] = []
  let at = 0
  while (at < sql.length) {
    if (space.test(sql.charAt(at))) {
      at++
      continue
    }
    const token = tokenAt(sql, at)
    tokens.push(token)
    at = token.end
  }
  return tokens
}

/** The name that a word or quoted token stands for, without its quotes; null for other tokens. */
export function nameOf(sql: string, token: SqlToken): string | null {
  const text = sql.slice(token.start, token.end)
  if (token.kind === 'word') return text
  if (token.kind !== 'quoted') return null
  const closer = closers[text.charAt(0)] ?? ''
  const inner = text.endsWith(closer) && text.length > 1 ? text.slice(1, -1) : text.slice(1)
  return closer === ']' ? inner : inner.replaceAll(closer + closer, closer)
}

/** A name as it must be written in SQL: bare where SQLite takes it bare, else in double quotes. */
export function quoteName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name.toUpperCase())
    ? name
    : `"${name.replaceAll('"', '""')}"`
}

const reserved = new Set(
  (
    'ABORT ADD ALL ALTER ALWAYS ANALYZE AND AS ASC AUTOINCREMENT BETWEEN BY CASE CHECK COLLATE COLUMN COMMIT ' +
    'CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DEFAULT DEFERRABLE DELETE DESC ' +
    'DISTINCT DROP ELSE END ESCAPE EXCEPT EXISTS FILTER FOR FOREIGN FROM FULL GLOB GROUP HAVING IF IN INDEX INNER ' +
    'INSERT INTERSECT INTO IS ISNULL JOIN LEFT LIKE LIMIT MATCH NATURAL NOT NOTHING NOTNULL NULL OFFSET ON OR ORDER ' +
    'OUTER OVER PARTITION PRAGMA PRIMARY RANGE RECURSIVE REFERENCES REGEXP REPLACE RETURNING RIGHT ROLLBACK ROW ' +
    'ROWS SELECT SET TABLE THEN TO TRANSACTION TRIGGER UNION UNIQUE UPDATE USING VALUES VIEW WHEN WHERE WINDOW WITH'
  ).split(' '),
)
