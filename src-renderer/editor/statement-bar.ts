/** A bar beside the lines of the statement that Ctrl Enter would run, shown where a text holds several. */
import { StateField, type EditorState, type Text } from '@codemirror/state'
import { gutter, GutterMarker } from '@codemirror/view'
import { splitStatements, statementAt, type SqlStatement } from './sql-statements.ts'

/** Longer texts are not split at each move of the cursor. */
const splitCharacters = 100_000

interface Meant {
  doc: Text
  statements: readonly SqlStatement[]
  /** Lines counted from 1, both inclusive; null where there is nothing to tell apart. */
  lines: { first: number; last: number } | null
}

function meantIn(state: EditorState, before: Meant | null): Meant {
  const isSame = before?.doc === state.doc
  const isLong = state.doc.length > splitCharacters
  const statements = isSame ? before.statements : isLong ? [] : splitStatements(state.doc.toString())
  if (statements.length < 2 || !state.selection.main.empty) return { doc: state.doc, statements, lines: null }
  const statement = statementAt(state.doc.toString(), state.selection.main.head)
  if (statement === null) return { doc: state.doc, statements, lines: null }
  const first = state.doc.lineAt(statement.start).number
  return { doc: state.doc, statements, lines: { first, last: state.doc.lineAt(statement.end).number } }
}

const meantField = StateField.define<Meant>({
  create: (state) => meantIn(state, null),
  update: (value, transaction) =>
    transaction.docChanged || transaction.selection !== undefined ? meantIn(transaction.state, value) : value,
})

const bar = new (class extends GutterMarker {
  override elementClass = 'cm-statementMark'
})()

/** The extension. */
export const statementBar = [
  meantField,
  gutter({
    class: 'cm-statementBar',
    lineMarker: (view, line) => {
      const { lines } = view.state.field(meantField)
      if (lines === null) return null
      const { number } = view.state.doc.lineAt(line.from)
      return number >= lines.first && number <= lines.last ? bar : null
    },
    lineMarkerChange: (update) =>
      update.startState.field(meantField).lines !== update.state.field(meantField).lines,
  }),
]
