/** SQL cut into pieces with their classes, for places that show SQL without an editor. Pure. */
import { highlightTree } from '@lezer/highlight'
import { functionClass, sqlDialect, sqlHighlighter } from './sql-language.ts'

export interface SqlPiece {
  text: string
  /** Class of the highlighter, or empty. */
  class: string
}

/** The pieces of `sql`, in order; joined they are `sql` again. */
export function highlightSql(sql: string): SqlPiece[] {
  const pieces: SqlPiece[] = []
  let at = 0
  const add = (end: number, name: string): void => {
    if (end > at) pieces.push({ text: sql.slice(at, end), class: name })
    at = Math.max(at, end)
  }
  highlightTree(sqlDialect.language.parser.parse(sql), sqlHighlighter, (from, to, name) => {
    addPlain(sql.slice(at, from), add, at)
    add(to, name)
  })
  addPlain(sql.slice(at), add, at)
  return pieces
}

const call = /[\p{L}_][\p{L}\p{N}_$]*(?=\s*\()/gu

function addPlain(text: string, add: (end: number, name: string) => void, start: number): void {
  for (const match of text.matchAll(call)) {
    add(start + match.index, '')
    add(start + match.index + match[0].length, functionClass)
  }
  add(start + text.length, '')
}
