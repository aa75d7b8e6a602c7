/** Marks function names in the visible part of the editor: names before a parenthesis. */
import { syntaxTree } from '@codemirror/language'
import type { Range } from '@codemirror/state'
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view'
import { functionClass } from './sql-language.ts'

const mark = Decoration.mark({ class: functionClass })

function callsIn(view: EditorView): DecorationSet {
  const found: Range<Decoration>[] = []
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter: (node) => {
        if (node.name !== 'Identifier') return
        if (/^\s*\(/.test(view.state.sliceDoc(node.to, node.to + 20)))
          found.push(mark.range(node.from, node.to))
      },
    })
  }
  return Decoration.set(found)
}

/** The extension; it looks only at what is on screen. */
export const functionCalls = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = callsIn(view)
    }
    update(update: ViewUpdate): void {
      const isParsed = syntaxTree(update.startState) !== syntaxTree(update.state)
      if (update.docChanged || update.viewportChanged || isParsed) this.decorations = callsIn(update.view)
    }
  },
  { decorations: (plugin) => plugin.decorations },
)
