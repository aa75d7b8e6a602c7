/** Places SQLite's complaint about a step in the step's own text, which SQLite saw wrapped in the engine's. Pure. */
import { codeTokens, identifierOf, type SqlToken } from '../sql/sql-tokens.ts'

const syntaxError = /^near "(.*)": syntax error/s
/** Complaints that quote a name of the text. */
const complaints: readonly RegExp[] = [
  /^no such column: (.*?)(?: - should this be a string literal in single-quotes\?)?$/s,
  /^ambiguous column name: (.*)$/s,
  /^no such table: (.*)$/s,
  /^no such function: (.*)$/s,
  /^wrong number of arguments to function (.*)\(\)$/s,
  /^misuse of (?:aggregate function|aggregate|window function):? ?([A-Za-z_0-9]+)/s,
  /^unrecognized token: "(.*)"$/s,
]

/**
 * @param complaintOf what SQLite says of so much of the step's SQL, or null where it takes it
 * @returns the message for people, and the offset of what it is about (0 where that is not known)
 */
export function locateSqlFault(
  sql: string,
  message: string,
  complaintOf: (beginning: string) => string | null,
): { message: string; offset: number } {
  const clean = message.replace(/^no such table: temp\./, 'no such table: ')
  const unexpected = syntaxError.exec(clean)?.[1]
  if (unexpected !== undefined) {
    return { message: clean, offset: offsetOfUnexpected(sql, unexpected, complaintOf) ?? 0 }
  }
  for (const pattern of complaints) {
    const subject = pattern.exec(clean)?.[1]
    const offset = subject === undefined || subject === '' ? null : offsetOfName(sql, subject)
    if (offset !== null) return { message: clean, offset }
  }
  return { message: clean.replace('incomplete input', 'the statement is not complete'), offset: 0 }
}

/** Of several places with the same text, the one up to which SQLite already complains of it. */
function offsetOfUnexpected(
  sql: string,
  text: string,
  complaintOf: (beginning: string) => string | null,
): number | null {
  const places = codeTokens(sql).filter((token) => token.text === text)
  const found = places.find(
    (token) => syntaxError.exec(complaintOf(sql.slice(0, token.end)) ?? '')?.[1] === text,
  )
  return (found ?? places[0])?.start ?? null
}

function offsetOfName(sql: string, subject: string): number | null {
  const tokens = codeTokens(sql)
  const [name = '', qualifier] = subject.toLowerCase().split('.').toReversed()
  const places = tokens.flatMap((token, index) => (spells(token, name) ? [index] : []))
  const index =
    qualifier === undefined
      ? (places.find((place) => !isSaidOfSomethingElse(tokens, place)) ?? places[0])
      : places.find((place) => qualifies(tokens, place, qualifier))
  if (index === undefined) return null
  return (qualifier === undefined ? tokens[index] : tokens[index - 2])?.start ?? null
}

function spells(token: SqlToken, name: string): boolean {
  return token.text.toLowerCase() === name || identifierOf(token)?.toLowerCase() === name
}

function qualifies(tokens: readonly SqlToken[], index: number, qualifier: string): boolean {
  const before = tokens[index - 2]
  return tokens[index - 1]?.text === '.' && before !== undefined && spells(before, qualifier)
}

/** A column of a table that is named, or a name that is only given. */
function isSaidOfSomethingElse(tokens: readonly SqlToken[], index: number): boolean {
  const before = tokens[index - 1]?.text.toLowerCase()
  return before === '.' || before === 'as' || tokens[index + 1]?.text === '.'
}
