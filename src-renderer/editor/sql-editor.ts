/**
 * One CodeMirror view over the documents of the workbench. Made by SqlEditor.svelte when it is mounted, destroyed with
 * it; what it shows of each document between is kept in EditorSessions.
 */
import { historyField } from '@codemirror/commands'
import { setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { EditorState, Text } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import type { SchemaView } from '#contract/query.ts'
import type { EditorSessions, TextSource } from './editor-sessions.ts'
import { findFault } from './find-fault.ts'
import { sqlExtensions, withSchema } from './sql-extensions.ts'
import { statementToRun, type SqlStatement } from './sql-statements.ts'

/** A fault of a statement that was run: the statement as it was, and what the engine said. */
export interface SqlFault {
  statement: SqlStatement
  message: string
  /** Zero-based offset into the statement, null where unknown. */
  offset: number | null
}

export interface SqlEditorOptions {
  parent: HTMLElement
  sessions: EditorSessions
  label: () => string
  hint: string
  onRun: (statement: SqlStatement | null) => void
  onChange: (documentId: string, text: TextSource) => void
}

/** Where the statement stands now: at its old place, or the nearest place with the same text; -1 where it is gone. */
export function placeOf(text: string, statement: SqlStatement): number {
  if (text.startsWith(statement.text, statement.start)) return statement.start
  const before = text.lastIndexOf(statement.text, statement.start)
  const after = text.indexOf(statement.text, statement.start)
  if (before < 0 || after < 0) return Math.max(before, after)
  return statement.start - before <= after - statement.start ? before : after
}

/** The editor as the rest of the console uses it. Every method is immediate. */
export class SqlEditor {
  #view: EditorView
  #options: SqlEditorOptions
  #schema: SchemaView | null = null
  #documentId = ''
  #marked: { from: number; to: number } | null = null

  constructor(options: SqlEditorOptions) {
    this.#options = options
    this.#view = new EditorView({ parent: options.parent, state: this.#stateOf('') })
  }

  /** Shows a document where it was left; keeps the one shown before. */
  open(documentId: string, text: TextSource): void {
    if (documentId === this.#documentId) {
      this.#replaceIfOther(text)
      return
    }
    this.#keep()
    this.#documentId = documentId
    this.#marked = null
    const value = text.toString()
    const session = this.#options.sessions.find(documentId, value)
    this.#view.setState(session === null ? this.#stateOf(value) : this.#restored(session.state))
    this.#view.scrollDOM.scrollTop = session?.scrollTop ?? 0
  }

  setSchema(schema: SchemaView | null): void {
    if (this.#schema?.version === schema?.version) return
    this.#schema = schema
    this.#view.dispatch(withSchema(schema))
  }

  /** Underlines the fault where its statement still stands; null takes the underline away. */
  showFault(fault: SqlFault | null): void {
    const diagnostic = fault === null ? null : this.#diagnosticOf(fault)
    this.#marked = diagnostic
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostic === null ? [] : [diagnostic]))
  }

  /** The selection, or the statement under the cursor; null where there is nothing to run. */
  statementToRun(): SqlStatement | null {
    const { doc, selection } = this.#view.state
    return statementToRun(doc.toString(), selection.main)
  }

  /** Puts text in place of the selection and takes the focus. */
  insert(text: string): void {
    this.#view.dispatch(this.#view.state.replaceSelection(text), { scrollIntoView: true, userEvent: 'input' })
    this.#view.focus()
  }

  /** Adds a statement at the end and selects it, so that Ctrl Enter runs it; nothing that was there is touched. */
  append(statement: string): void {
    const { doc } = this.#view.state
    const before = doc.toString().trimEnd()
    const gap = before === '' ? '' : `${/;$|--[^\n]*$/.test(before) ? '' : ';'}\n\n`
    const from = before.length + gap.length
    this.#view.dispatch({
      changes: { from: before.length, to: doc.length, insert: gap + statement },
      selection: { anchor: from, head: from + statement.length },
      scrollIntoView: true,
      userEvent: 'input.paste',
    })
    this.#view.focus()
  }

  focus(): void {
    this.#view.focus()
  }

  destroy(): void {
    this.#keep()
    this.#view.destroy()
  }

  #stateOf(text: string): EditorState {
    return EditorState.create({ doc: text, extensions: this.#extensions() })
  }

  #restored(json: unknown): EditorState {
    return EditorState.fromJSON(json, { extensions: this.#extensions() }, { history: historyField })
  }

  #extensions(): ReturnType<typeof sqlExtensions> {
    const { label, hint, onRun, onChange } = this.#options
    return sqlExtensions({
      label,
      hint,
      schema: this.#schema,
      onRun: () => {
        onRun(this.statementToRun())
      },
      onUpdate: (view, isChanged) => {
        if (!isChanged) return
        this.#unmark()
        onChange(this.#documentId, view.state.doc)
      },
    })
  }

  #keep(): void {
    if (this.#documentId === '') return
    const { state, scrollDOM } = this.#view
    this.#options.sessions.keep(this.#documentId, {
      state: state.toJSON({ history: historyField }),
      text: state.doc.toString(),
      scrollTop: scrollDOM.scrollTop,
    })
  }

  #replaceIfOther(text: TextSource): void {
    const { doc } = this.#view.state
    if (text === doc) return
    const value = text.toString()
    if (value === doc.toString()) return
    const insert = Text.of(value.split(/\r\n?|\n/))
    this.#view.dispatch({ changes: { from: 0, to: doc.length, insert } })
  }

  #diagnosticOf(fault: SqlFault): Diagnostic | null {
    const start = placeOf(this.#view.state.doc.toString(), fault.statement)
    const range = findFault(fault.statement.text, fault.message, fault.offset)
    if (start < 0 || range === null) return null
    return { from: start + range.from, to: start + range.to, severity: 'error', message: fault.message }
  }

  /** An edit makes what was underlined another text: the underline goes once the engine may think otherwise. */
  #unmark(): void {
    if (this.#marked === null) return
    this.#marked = null
    const view = this.#view
    queueMicrotask(() => {
      view.dispatch(setDiagnostics(view.state, []))
    })
  }
}
