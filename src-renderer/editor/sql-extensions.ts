/** The set of CodeMirror extensions that make the SQL editor. Called by sql-editor.ts for each document it opens. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { schemaCompletionSource, sql } from '@codemirror/lang-sql'
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state'
import {
  crosshairCursor,
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
  rectangularSelection,
} from '@codemirror/view'
import type { SchemaView } from '#contract/query.ts'
import { functionCalls } from './function-calls.ts'
import { columnSource, functionSource, keywordSource, schemaNamespace } from './sql-completion.ts'
import { sqlDialect, sqlHighlighter } from './sql-language.ts'
import { sqlTheme } from './sql-theme.ts'
import { statementBar } from './statement-bar.ts'

const schemaPart = new Compartment()

function completion(schema: SchemaView | null): Extension {
  const fromSchema = schemaCompletionSource({ dialect: sqlDialect, schema: schemaNamespace(schema) })
  return autocompletion({
    override: [columnSource(schema), fromSchema, functionSource, keywordSource],
    icons: false,
    maxRenderedOptions: 60,
  })
}

/** Replaces the schema that completion knows. */
export function withSchema(schema: SchemaView | null): { effects: ReturnType<Compartment['reconfigure']> } {
  return { effects: schemaPart.reconfigure(completion(schema)) }
}

export interface SqlExtensionOptions {
  /** Name for screen readers, asked for at each update. */
  label: () => string
  hint: string
  schema: SchemaView | null
  onRun: () => void
  onUpdate: (view: EditorView, isChanged: boolean) => void
}

/** All extensions of one editor. */
export function sqlExtensions(options: SqlExtensionOptions): Extension[] {
  const run = (view: EditorView): boolean => {
    closeCompletion(view)
    options.onRun()
    return true
  }
  return [
    Prec.highest(keymap.of([{ key: 'Mod-Enter', run, preventDefault: true }])),
    statementBar,
    lineNumbers(),
    highlightActiveLineGutter(),
    history(),
    drawSelection(),
    dropCursor(),
    rectangularSelection(),
    crosshairCursor(),
    EditorState.allowMultipleSelections.of(true),
    indentUnit.of('  '),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    search(),
    placeholder(options.hint),
    sql({ dialect: sqlDialect }).language,
    sqlDialect.language.data.of({ closeBrackets: { brackets: ['(', "'", '"'] } }),
    syntaxHighlighting(sqlHighlighter),
    functionCalls,
    schemaPart.of(completion(options.schema)),
    sqlTheme,
    EditorView.contentAttributes.of(() => ({
      'aria-label': options.label(),
      'aria-description': 'Escape, then Tab, leaves the editor.',
      'data-testid': 'SqlEditor_content',
    })),
    EditorView.updateListener.of((update) => {
      if (update.docChanged || update.selectionSet) options.onUpdate(update.view, update.docChanged)
    }),
    keymap.of([
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
  ]
}
