/**
 * Completion from the live schema: relations with their kind, columns with their types (also bare, of the relations that
 * the statement names), functions with their arguments. Used by the editor's extensions.
 */
import {
  snippetCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
} from '@codemirror/autocomplete'
import type { SQLNamespace } from '@codemirror/lang-sql'
import type { Relation, SchemaView } from '#contract/query.ts'
import { sqlFunctions } from './sql-functions.ts'
import { offeredKeywords } from './sql-keywords.ts'
import { statementAt } from './sql-statements.ts'
import { nameOf, quoteName, tokenizeSql } from './sql-tokens.ts'

/** Past this many characters the text is not searched for relation names at each key. */
const searchedCharacters = 200_000
const validName = /^[\w$]*$/

/** A record's coordinates (`_offset` and the like) come after what people named. */
function nameCompletion(name: string, detail: string, type: string, rank = 0): Completion {
  const quoted = quoteName(name)
  const boost = name.startsWith('_') ? -2 : rank
  return { label: name, detail, type, boost, ...(quoted === name ? {} : { apply: quoted }) }
}

/** What stands after a column's name in the list: its declared type, else SQLite's. */
function columnDetail(column: Relation['columns'][number]): string {
  return column.type ?? column.sqlType.toLowerCase()
}

/** The schema in the form that the SQL language takes for `table.` and `alias.` completion. */
export function schemaNamespace(schema: SchemaView | null): SQLNamespace {
  const namespace: Record<string, SQLNamespace> = {}
  for (const relation of schema?.relations ?? []) {
    namespace[relation.name] = {
      self: nameCompletion(relation.name, relation.kind, 'type', 1),
      children: relation.columns.map((column) =>
        nameCompletion(column.name, columnDetail(column), 'property', 2),
      ),
    }
  }
  return namespace
}

/** Relations that a statement names anywhere, in the order of the schema. */
export function relationsNamed(sql: string, schema: SchemaView): Relation[] {
  const names = new Set(tokenizeSql(sql).map((token) => nameOf(sql, token)?.toLowerCase()))
  return schema.relations.filter((relation) => names.has(relation.name.toLowerCase()))
}

/** Completions of bare columns; a name in several relations says them all. */
export function columnCompletions(relations: readonly Relation[]): Completion[] {
  const byName = new Map<string, { type: string; owners: string[] }>()
  for (const relation of relations) {
    for (const column of relation.columns) {
      const known = byName.get(column.name)
      if (known === undefined) {
        byName.set(column.name, { type: columnDetail(column), owners: [relation.name] })
      } else known.owners.push(relation.name)
    }
  }
  const isShown = relations.length > 1
  return [...byName].map(([name, { type, owners }]) =>
    nameCompletion(name, isShown ? `${type} · ${owners.join(', ')}` : type, 'property', 3),
  )
}

const functionCompletions: readonly Completion[] = sqlFunctions.map((signature) => {
  const name = signature.slice(0, signature.indexOf('('))
  const takesNothing = signature.endsWith('()')
  return snippetCompletion(takesNothing ? `${name}()` : `${name}(\${})`, {
    label: name,
    detail: signature.slice(name.length),
    type: 'function',
  })
})

function wordBefore(context: CompletionContext): { from: number; text: string } | null {
  const word = context.matchBefore(/[\w$]+/)
  const from = word?.from ?? context.pos
  if (context.state.sliceDoc(Math.max(0, from - 1), from) === '.') return null
  if (word === null && !context.explicit) return null
  return { from, text: word?.text ?? '' }
}

function isInText(context: CompletionContext): boolean {
  return context.tokenBefore(['String', 'LineComment', 'BlockComment']) !== null
}

/** Bare columns of the relations that the statement under the cursor names. */
export function columnSource(schema: SchemaView | null): CompletionSource {
  return (context): CompletionResult | null => {
    const word = wordBefore(context)
    if (schema === null || word === null || isInText(context)) return null
    if (context.state.doc.length > searchedCharacters) return null
    const sql = context.state.doc.toString()
    const statement = statementAt(sql, context.pos)
    if (statement === null) return null
    const options = columnCompletions(relationsNamed(statement.text, schema))
    return options.length === 0 ? null : { from: word.from, options, validFor: validName }
  }
}

const keywordCompletions: readonly Completion[] = offeredKeywords.map((label) => ({
  label,
  type: 'keyword',
  boost: -1,
}))

/** Keywords that read. */
export const keywordSource: CompletionSource = (context): CompletionResult | null => {
  const word = wordBefore(context)
  if (word === null || isInText(context)) return null
  return { from: word.from, options: keywordCompletions, validFor: validName }
}

/** SQLite's functions. */
export const functionSource: CompletionSource = (context): CompletionResult | null => {
  const word = wordBefore(context)
  if (word === null || isInText(context)) return null
  return { from: word.from, options: functionCompletions, validFor: validName }
}
