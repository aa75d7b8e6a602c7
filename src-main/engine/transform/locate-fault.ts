/** Places SQLite's complaint about a step in the step's own text, which SQLite saw wrapped in the engine's. Pure. */
import { codeTokens, identifierOf, type SqlToken } from '../sql/sql-tokens.ts'

const complaints: readonly { pattern: RegExp; words: number }[] = [
  { pattern: /^near "(.*)": syntax error/s, words: 1 },
  { pattern: /^no such column: (.*)$/s, words: 1 },
  { pattern: /^ambiguous column name: (.*)$/s, words: 1 },
  { pattern: /^no such table: (.*)$/s, words: 1 },
  { pattern: /^no such function: (.*)$/s, words: 1 },
  { pattern: /^wrong number of arguments to function (.*)\(\)$/s, words: 1 },
  { pattern: /^misuse of (?:aggregate|window function|aggregate function)?:? ?([A-Za-z_0-9]*)/s, words: 1 },
  { pattern: /^unrecognized token: "(.*)"$/s, words: 1 },
]

/** @returns the message for people, and the offset of what it is about (0 where that is not known) */
export function locateSqlFault(sql: string, message: string): { message: string; offset: number } {
  const clean = message.replace(/^no such table: temp\./, 'no such table: ')
  for (const { pattern } of complaints) {
    const subject = pattern.exec(clean)?.[1]
    if (subject === undefined || subject === '') continue
    const offset = offsetOf(sql, subject)
    if (offset !== null) return { message: clean, offset }
  }
  return { message: clean.replace('incomplete input', 'the statement is not complete'), offset: 0 }
}

function offsetOf(sql: string, subject: string): number | null {
  const tokens = codeTokens(sql)
  const parts = subject.toLowerCase().split('.')
  const last = parts.at(-1) ?? ''
  const found = tokens.find(
    (token, index) => spells(token, last) && (parts.length === 1 || qualifies(tokens, index, parts)),
  )
  if (found === undefined) return null
  const index = tokens.indexOf(found)
  return parts.length === 1 ? found.start : (tokens[index - 2]?.start ?? found.start)
}

function spells(token: SqlToken, name: string): boolean {
  return token.text.toLowerCase() === name || identifierOf(token)?.toLowerCase() === name
}

function qualifies(tokens: readonly SqlToken[], index: number, parts: readonly string[]): boolean {
  const qualifier = tokens[index - 2]
  return tokens[index - 1]?.text === '.' && qualifier !== undefined && spells(qualifier, parts.at(-2) ?? '')
}
