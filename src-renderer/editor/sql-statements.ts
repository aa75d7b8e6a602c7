/** Which statement of a text is meant: the selection's, or the one under the cursor. Pure. */
import { tokenizeSql } from './sql-tokens.ts'

export interface SqlStatement {
  text: string
  /** UTF-16 offsets into the whole text, `end` exclusive and before the semicolon. */
  start: number
  end: number
}

/** The statements of a text, split at semicolons outside strings and comments; pieces without code are left out. */
export function splitStatements(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = []
  let start = -1
  let end = 0
  let hasCode = false
  const close = (): void => {
    if (hasCode) statements.push({ text: sql.slice(start, end), start, end })
    start = -1
    hasCode = false
  }
  for (const token of tokenizeSql(sql)) {
    if (sql[token.start] === ';' && token.kind === 'symbol') {
      close()
      continue
    }
    if (start < 0) start = token.start
    if (token.kind !== 'comment') hasCode = true
    end = token.end
  }
  close()
  return statements
}

/**
 * The statement under the cursor: the one that holds it, else the last before it, else the first.
 * @returns null where the text holds no statement
 */
export function statementAt(sql: string, offset: number): SqlStatement | null {
  const statements = splitStatements(sql)
  const holding = statements.find((statement) => statement.start <= offset && offset <= statement.end)
  const before = statements.findLast((statement) => statement.start <= offset)
  return holding ?? before ?? statements[0] ?? null
}

/**
 * What a run means: the selection where it holds code, else the statement under the cursor.
 * @returns null where there is nothing to run
 */
export function statementToRun(sql: string, selection: { from: number; to: number }): SqlStatement | null {
  const selected = sql.slice(selection.from, selection.to)
  if (selected.trim() === '') return statementAt(sql, selection.to)
  const start = selection.from + (selected.length - selected.trimStart().length)
  const text = selected.trim().replace(/;\s*$/, '')
  return { text, start, end: start + text.length }
}
