/** What went wrong with a statement: SQLite's errors as faults with a code, plain words and a place in the SQL. */
import type { DatabaseSync } from 'node:sqlite'
import { codeTokens, identifierOf } from '../../sql/sql-tokens.ts'
import type { SqlStatement, SqlToken } from '../../sql/sql-tokens.ts'
import type { OpenStore } from './open-store.ts'
import { QueryFault, sqliteCode } from './query-fault.ts'

/** SQLite's primary result codes that say more than "wrong statement". */
const results = {
  busy: 5,
  noMemory: 7,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  schema: 17,
  tooBig: 18,
  denied: 23,
  notADatabase: 26,
} as const

/** Any error that a statement threw, as a fault. `statement` is where it stands in the text that a person wrote. */
export function faultOf(error: unknown, store: OpenStore, statement: SqlStatement): QueryFault {
  if (error instanceof QueryFault) return error
  const message = error instanceof Error ? error.message : String(error)
  if (store.authorizer.denial !== null) return new QueryFault('QUERY_REFUSED', store.authorizer.denial)
  switch (sqliteCode(error)) {
    case null:
      return jsFault(message)
    case results.readOnly:
    case results.denied:
      return new QueryFault('QUERY_REFUSED', `The statement is refused here: ${message}.`)
    case results.noMemory:
      return new QueryFault('QUERY_MEMORY_LIMIT', 'The statement needed more memory than a query may use.')
    case results.tooBig:
      return tooBig()
    case results.full:
      return new QueryFault(
        'QUERY_MEMORY_LIMIT',
        'No space is left for the temporary files of this statement.',
      )
    case results.busy:
      return new QueryFault('STORE_IN_USE', `The store stayed locked by another process: ${message}.`)
    case results.corrupt:
    case results.notADatabase:
      return new QueryFault('STORE_DAMAGED', `The store is damaged: ${message}.`)
    case results.inputOutput:
    case results.cannotOpen:
      return new QueryFault('STORE_UNUSABLE', `The store cannot be read: ${message}.`)
    case results.schema:
      return new QueryFault('QUERY_PROCESS_LOST', 'Tables changed while the statement started.')
    default:
      return sqlFault(message, store.database, statement)
  }
}

/** node:sqlite fails without a code where a value does not fit a JavaScript string. */
function jsFault(message: string): QueryFault {
  if (/Iterator result undefined|string longer|string length|too large/i.test(message)) return tooBig()
  return new QueryFault('INTERNAL', message)
}

function tooBig(): QueryFault {
  return new QueryFault('QUERY_MEMORY_LIMIT', 'A value of this statement is larger than a query may hold.')
}

function sqlFault(message: string, database: DatabaseSync, statement: SqlStatement): QueryFault {
  const offset = faultOffset(message, database, statement.text)
  return new QueryFault(
    'QUERY_INVALID',
    plainWords(message),
    offset === null ? null : statement.start + offset,
  )
}

function plainWords(message: string): string {
  if (message === 'incomplete input') return 'The statement ends too early.'
  const near = /^near "([^]*)": syntax error$/.exec(message)?.[1]
  if (near !== undefined) return `Syntax error near "${shorten(near)}".`
  const unknown = /^unrecognized token: "([^]*)"$/.exec(message)?.[1]
  if (unknown !== undefined) return `Unknown token ${shorten(unknown)}.`
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?]$/.test(text) ? text : `${text}.`
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** Characters before the fault in the statement; null where SQLite's words do not tell. */
function faultOffset(message: string, database: DatabaseSync, sql: string): number | null {
  if (message === 'incomplete input') return sql.length
  const tokens = codeTokens(sql)
  const near = /^near "([^]*)": syntax error$/.exec(message)?.[1]
  if (near !== undefined) {
    return firstRefused(
      tokens.filter((token) => token.text === near),
      message,
      { database, sql },
    )
  }
  const unknown = /^unrecognized token: "([^]*)"$/.exec(message)?.[1]
  if (unknown !== undefined) return tokens.find((token) => token.text.startsWith(unknown))?.start ?? null
  const missing = /^(?:no such (?:column|table|function)|ambiguous column name): ([^]+)$/.exec(message)?.[1]
  const wrongCount = /^wrong number of arguments to function ([^(]+)\(\)$/.exec(message)?.[1]
  const name = missing ?? wrongCount
  return name === undefined ? null : offsetOfName(tokens, name)
}

/**
 * SQLite names the token at fault, not its place. The parser reads from left to right, so of several equal tokens the
 * one at fault is the first whose prefix of the statement already fails alike.
 */
function firstRefused(
  candidates: readonly SqlToken[],
  message: string,
  context: { database: DatabaseSync; sql: string },
): number | null {
  let low = 0
  let high = candidates.length - 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const end = candidates[middle]?.end ?? 0
    if (prepareMessage(context.database, context.sql.slice(0, end)) === message) high = middle
    else low = middle + 1
  }
  return candidates[low]?.start ?? null
}

function prepareMessage(database: DatabaseSync, sql: string): string {
  try {
    database.prepare(sql)
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

/** First place where a possibly qualified name stands, unless it is given there (`AS name`). */
function offsetOfName(tokens: readonly SqlToken[], name: string): number | null {
  const parts = name.split('.').map((part) => part.toLowerCase())
  for (const [index, token] of tokens.entries()) {
    if (tokens[index - 1]?.text.toUpperCase() === 'AS') continue
    const matches = parts.every((part, step) => {
      const candidate = tokens[index + step * 2]
      const dot = step === 0 || tokens[index + step * 2 - 1]?.text === '.'
      return dot && candidate !== undefined && identifierOf(candidate)?.toLowerCase() === part
    })
    if (matches) return token.start
  }
  return null
}
