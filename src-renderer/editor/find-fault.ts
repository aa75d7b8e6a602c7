/** Where in a statement a fault is, from the engine's offset, or else from the name in SQLite's message. Pure. */
import { nameOf, tokenizeSql, type SqlToken } from './sql-tokens.ts'

export interface FaultRange {
  /** UTF-16 offsets into the statement, `to` exclusive and past `from` except in an empty text. */
  from: number
  to: number
}

const namings = [
  /near "((?:[^"]|"")+)"/i,
  /no such (?:table|column|function|collation sequence|index)(?: or [a-z ]+)?: ("?[^\s",()]+"?)/i,
  /ambiguous column name: (\S+)/i,
  /wrong number of arguments to function ([^\s(]+)/i,
  /misuse of (?:aggregate|window function|aliased aggregate):? ([^\s(]+)/i,
  /unrecognized token: "([^]+)"/i,
]

function namedIn(message: string): string | null {
  for (const naming of namings) {
    const found = naming.exec(message)?.[1]
    if (found !== undefined) return found.replace(/^"|[".]+$/g, '')
  }
  return null
}

function rangeOf(token: SqlToken): FaultRange {
  return { from: token.start, to: token.end }
}

function findNamed(sql: string, tokens: readonly SqlToken[], named: string): FaultRange | null {
  const last = named.split('.').at(-1)?.toLowerCase() ?? ''
  const matches = tokens.filter((token) => nameOf(sql, token)?.toLowerCase() === last)
  const [match] = matches
  if (match !== undefined) return rangeOf(match)
  const code = tokens.find(
    (token) => token.kind !== 'comment' && sql.slice(token.start, token.end).startsWith(named),
  )
  return code === undefined ? null : rangeOf(code)
}

/**
 * The token to underline.
 * @param offset zero-based offset of the fault, or null where the engine does not know it
 * @returns null where neither offset nor message point anywhere
 */
export function findFault(sql: string, message: string, offset: number | null): FaultRange | null {
  const tokens = tokenizeSql(sql).filter((token) => token.kind !== 'comment')
  if (offset !== null) {
    const at = tokens.find((token) => token.end > offset) ?? tokens.at(-1)
    return at === undefined ? null : rangeOf(at)
  }
  const named = namedIn(message)
  if (named !== null) return findNamed(sql, tokens, named)
  const last = tokens.at(-1)
  return message.includes('incomplete input') && last !== undefined ? rangeOf(last) : null
}
