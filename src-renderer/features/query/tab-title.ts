/** What a tab is called while nobody has named it: after its first comment, or the first relation it reads. Pure. */
import { nameOf, tokenizeSql } from '../../editor/sql-tokens.ts'

const longest = 40
/** Names are looked for at the beginning; a large paste is not read whole at each pause in typing. */
const searchedCharacters = 4000

/** A short name for SQL text; "Untitled" where it says nothing yet. */
export function titleOf(text: string): string {
  const sql = text.slice(0, searchedCharacters)
  const tokens = tokenizeSql(sql)
  const [first] = tokens
  if (first?.kind === 'comment') {
    const words = sql
      .slice(first.start, first.end)
      .replace(/^(--+|\/\*+)|\*+\/$/g, '')
      .trim()
      .split('\n')[0]
    if (words !== undefined && words !== '')
      return words.length > longest ? `${words.slice(0, longest)}…` : words
  }
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]
    if (next === undefined || nameOf(sql, token)?.toUpperCase() !== 'FROM') continue
    const name = nameOf(sql, next)
    if (name !== null) return name
  }
  return 'Untitled'
}
