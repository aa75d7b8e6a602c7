/** SQL as the console reads it: SQLite's own keywords and no more, and one highlighter for every place. */
import { SQLDialect, SQLite } from '@codemirror/lang-sql'
import { tagHighlighter, tags } from '@lezer/highlight'
import { sqliteKeywords, sqliteTypes } from './sql-keywords.ts'

/** Columns are often called `width`, `date` or `total`, so functions are told by their parenthesis and not by name. */
export const sqlDialect: SQLDialect = SQLDialect.define({
  ...SQLite.spec,
  keywords: sqliteKeywords,
  types: sqliteTypes,
  builtin: '',
  identifierQuotes: '`"[',
})

/** Classes of highlighted SQL; sql-theme.ts and SqlText.svelte give them their colours. */
export const sqlHighlighter = tagHighlighter([
  { tag: [tags.keyword, tags.typeName], class: 'sql-keyword' },
  { tag: tags.string, class: 'sql-string' },
  { tag: [tags.number, tags.bool, tags.null], class: 'sql-number' },
  { tag: tags.comment, class: 'sql-comment' },
])

/** Class of a name that stands before a parenthesis. */
export const functionClass = 'sql-function'
