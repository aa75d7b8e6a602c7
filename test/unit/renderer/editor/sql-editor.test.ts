import { completionStatus } from '@codemirror/autocomplete'
import { forEachDiagnostic } from '@codemirror/lint'
import { EditorView, runScopeHandlers } from '@codemirror/view'
import { undo } from '@codemirror/commands'
import { afterEach, describe, expect, it } from 'vitest'
import { EditorSessions, type TextSource } from '../../../../src-renderer/editor/editor-sessions.ts'
import { placeOf, SqlEditor } from '../../../../src-renderer/editor/sql-editor.ts'
import type { SqlStatement } from '../../../../src-renderer/editor/sql-statements.ts'
import { settle } from '../fake-clock.ts'

const made: SqlEditor[] = []
afterEach(() => {
  for (const editor of made.splice(0)) editor.destroy()
  document.body.replaceChildren()
})

function setUp(sessions = new EditorSessions()) {
  const texts = new Map<string, TextSource>()
  const runs: (SqlStatement | null)[] = []
  const parent = document.body.appendChild(document.createElement('div'))
  const editor = new SqlEditor({
    parent,
    sessions,
    label: () => 'SQL',
    hint: '',
    onRun: (statement) => runs.push(statement),
    onChange: (id, text) => texts.set(id, text),
  })
  made.push(editor)
  const view = EditorView.findFromDOM(parent)
  if (view === null) throw new Error('no view')
  return { editor, texts, runs, view, sessions }
}
function marked(view: EditorView): string[] {
  const found: string[] = []
  forEachDiagnostic(view.state, (_, from, to) => found.push(view.state.sliceDoc(from, to)))
  return found
}

describe('the editor', () => {
  it('tells its owner of every change, under the document it belongs to', () => {
    const { editor, texts, view } = setUp()
    editor.open('a', 'SELECT 1')
    view.dispatch({ changes: { from: 8, insert: '2' } })
    editor.open('b', 'x')
    expect([texts.get('a')?.toString(), texts.has('b')]).toEqual(['SELECT 12', false])
  })

  it('offers nothing more once the statement was sent', () => {
    const { editor, view, runs } = setUp()
    editor.open('a', 'SELECT ')
    view.dispatch({ changes: { from: 7, insert: 'n' }, selection: { anchor: 8 }, userEvent: 'input.type' })
    expect(completionStatus(view.state)).toBe('pending')
    const press = new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true })
    expect(runScopeHandlers(view, press, 'editor')).toBe(true)
    expect([runs.length, completionStatus(view.state)]).toEqual([1, null])
  })

  it('keeps the undo history of each document, also over its own end', () => {
    const { editor, texts, view, sessions } = setUp()
    editor.open('a', 'SELECT 1')
    view.dispatch({ changes: { from: 8, insert: '2' }, userEvent: 'input' })
    editor.open('b', 'other')
    editor.open('a', texts.get('a') ?? '')
    editor.destroy()
    const again = setUp(sessions)
    again.editor.open('a', 'SELECT 12')
    undo(again.view)
    expect(again.view.state.doc.toString()).toBe('SELECT 1')
  })

  it('shows the text it is given where that was changed elsewhere', () => {
    const { editor, view } = setUp()
    editor.open('a', 'SELECT 1')
    editor.open('a', 'SELECT 2')
    expect(view.state.doc.toString()).toBe('SELECT 2')
  })

  it('adds a statement at the end, apart from what is there, and selects it', () => {
    const { editor, view } = setUp()
    editor.open('a', 'SELECT 1  \n')
    editor.append('SELECT 2')
    expect(view.state.doc.toString()).toBe('SELECT 1;\n\nSELECT 2')
    expect(editor.statementToRun()?.text).toBe('SELECT 2')
    editor.open('b', '')
    editor.append('SELECT 3')
    expect(view.state.doc.toString()).toBe('SELECT 3')
  })

  it('underlines a fault where its statement stands now, and no longer once it is edited', async () => {
    const { editor, view } = setUp()
    editor.open('a', 'SELECT 0;\nSELECT * FORM t')
    const statement = { text: 'SELECT * FORM t', start: 0, end: 15 }
    editor.showFault({ statement, message: 'near "FORM": syntax error', offset: 9 })
    expect(marked(view)).toEqual(['FORM'])
    view.dispatch({ changes: { from: 19, to: 23, insert: 'FROM' } })
    await settle()
    expect(marked(view)).toEqual([])
  })

  it('underlines nothing where the statement is gone', () => {
    const { editor, view } = setUp()
    editor.open('a', 'SELECT 1')
    editor.showFault({ statement: { text: 'SELECT 2', start: 0, end: 8 }, message: 'x', offset: 3 })
    expect(marked(view)).toEqual([])
  })

  it('takes a paste of a megabyte', () => {
    const { editor, texts, view } = setUp()
    editor.open('a', '')
    const large = 'SELECT 1, -- a line of some length that repeats\n'.repeat(22_000)
    view.dispatch({ changes: { from: 0, insert: large }, userEvent: 'input.paste' })
    expect(texts.get('a')?.length).toBe(large.length)
  })
})

describe('placeOf', () => {
  const statement = { text: 'ab', start: 4, end: 6 }
  it('finds the nearest place with the same text', () => {
    expect(placeOf('....ab', statement)).toBe(4)
    expect(placeOf('ab.....ab', statement)).toBe(7)
    expect(placeOf('.ab.......ab', statement)).toBe(1)
    expect(placeOf('nothing', statement)).toBe(-1)
  })
})
