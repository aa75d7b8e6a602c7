/**
 * What a statement may touch, decided by SQLite's authorizer while it compiles a statement: reading, and a few PRAGMAs
 * that only tell. Runs in the query processes.
 */
import { constants } from 'node:sqlite'

/** PRAGMAs that only tell something, and whether they take an argument. */
const readingPragmas: Readonly<Record<string, boolean>> = {
  table_info: true,
  table_xinfo: true,
  table_list: true,
  index_list: true,
  index_info: true,
  index_xinfo: true,
  foreign_key_list: true,
  function_list: false,
  compile_options: false,
  page_count: false,
  page_size: false,
  freelist_count: false,
  database_list: false,
}

/** Functions that reach beyond the store or change the connection. */
const refusedFunctions = new Set(['load_extension', 'fts3_tokenizer', 'sqlite_log'])

const readingActions = new Set([constants.SQLITE_SELECT, constants.SQLITE_READ, constants.SQLITE_RECURSIVE])

const actionWords: ReadonlyMap<number, string> = new Map([
  [constants.SQLITE_INSERT, 'INSERT'],
  [constants.SQLITE_UPDATE, 'UPDATE'],
  [constants.SQLITE_DELETE, 'DELETE'],
  [constants.SQLITE_ATTACH, 'ATTACH'],
  [constants.SQLITE_DETACH, 'DETACH'],
  [constants.SQLITE_ALTER_TABLE, 'ALTER TABLE'],
  [constants.SQLITE_REINDEX, 'REINDEX'],
  [constants.SQLITE_ANALYZE, 'ANALYZE'],
  [constants.SQLITE_TRANSACTION, 'BEGIN, COMMIT and ROLLBACK'],
  [constants.SQLITE_SAVEPOINT, 'SAVEPOINT'],
])

const pragmaNames = Object.keys(readingPragmas).join(', ')

/** Allows and remembers: `denial` is why the last statement was refused. */
export class Authorizer {
  /** In words; null while nothing was refused since {@link forget}. */
  denial: string | null = null

  /** Starts a new statement. */
  forget(): void {
    this.denial = null
  }

  /** The callback of DatabaseSync.setAuthorizer. */
  readonly check = (action: number, first: string | null, second: string | null): number => {
    const denial = refusalOf(action, first ?? '', second)
    if (denial === null) return constants.SQLITE_OK
    this.denial ??= denial
    return constants.SQLITE_DENY
  }
}

function refusalOf(action: number, first: string, second: string | null): string | null {
  if (readingActions.has(action)) return null
  if (action === constants.SQLITE_FUNCTION) {
    return refusedFunctions.has(second?.toLowerCase() ?? '')
      ? `The function ${second ?? ''}() is refused here: it reaches beyond the store.`
      : null
  }
  if (action === constants.SQLITE_PRAGMA) return pragmaRefusal(first, second)
  const word = actionWords.get(action)
  return word === undefined
    ? 'CREATE and DROP are refused here: queries only read.'
    : `${word} is refused here: queries only read.`
}

function pragmaRefusal(name: string, value: string | null): string | null {
  const takesArgument = readingPragmas[name.toLowerCase()]
  if (takesArgument === undefined) return `PRAGMA ${name} is refused here. Allowed are: ${pragmaNames}.`
  return value === null || takesArgument ? null : `PRAGMA ${name} may be read here, but not set.`
}
