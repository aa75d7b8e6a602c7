/** Refuses by name, before SQLite sees it, what the first words of a text tell. Runs in the query processes. */
import { codeTokens, splitStatements } from '../../sql/sql-tokens.ts'
import type { SqlStatement, SqlToken } from '../../sql/sql-tokens.ts'
import { QueryFault } from './query-fault.ts'

const refusedWords = new Set([
  ...['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'CREATE', 'DROP', 'ALTER', 'ATTACH', 'DETACH', 'VACUUM'],
  ...['REINDEX', 'ANALYZE', 'BEGIN', 'COMMIT', 'END', 'ROLLBACK', 'SAVEPOINT', 'RELEASE'],
])

/**
 * The one statement of a text. node:sqlite runs the first statement and is silent about the others, and stops at a NUL,
 * so both are refused here.
 * @throws QueryFault QUERY_INVALID or QUERY_REFUSED
 */
export function onlyStatement(sql: string): SqlStatement {
  const nul = sql.indexOf('\0')
  if (nul >= 0) throw new QueryFault('QUERY_INVALID', 'The statement holds a NUL character.', nul)
  const [statement, second, ...others] = splitStatements(sql)
  if (statement === undefined) throw new QueryFault('QUERY_INVALID', 'There is no statement to run.')
  if (second !== undefined) {
    const count = String(2 + others.length)
    throw new QueryFault('QUERY_REFUSED', `${count} statements: run one at a time.`, second.start)
  }
  refuseByWords(codeTokens(statement.text), statement.start)
  return statement
}

function refuseByWords(tokens: readonly SqlToken[], start: number): void {
  const token = tokens[leadingWord(tokens)]
  const word = token?.text.toUpperCase() ?? ''
  if (token !== undefined && refusedWords.has(word)) {
    throw new QueryFault('QUERY_REFUSED', `${word} is refused here: queries only read.`, start + token.start)
  }
  const parameter = tokens.find((candidate) => candidate.kind === 'parameter')
  if (parameter !== undefined) {
    const message = `The parameter ${parameter.text} has no value here: write the value into the statement.`
    throw new QueryFault('QUERY_INVALID', message, start + parameter.start)
  }
}

/** Index of the word that names the statement, past EXPLAIN and EXPLAIN QUERY PLAN. */
function leadingWord(tokens: readonly SqlToken[]): number {
  const word = (index: number): string => tokens[index]?.text.toUpperCase() ?? ''
  if (word(0) !== 'EXPLAIN') return 0
  return word(1) === 'QUERY' && word(2) === 'PLAN' ? 3 : 1
}
