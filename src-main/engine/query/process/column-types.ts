/** Declared types of the columns of a result, found through the table columns they come from. Runs in the query processes. */
import type { ResultColumn } from '#contract/query.ts'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { columnTypeOf } from '../column-type.ts'

/** Longest column name that travels; that of an expression is its whole text. */
const nameCharacters = 200

/** The columns of a compiled statement; an expression has no type. */
export function resultColumns(database: DatabaseSync, statement: StatementSync): ResultColumn[] {
  const declared = declaredTypes(database)
  return statement.columns().map((column) => {
    const name =
      column.name.length > nameCharacters ? `${column.name.slice(0, nameCharacters)}…` : column.name
    if (column.table === null || column.column === null) return { name, type: null }
    const relation = relationOf(column.table)
    const type = columnTypeOf({
      relation,
      column: column.column,
      declared: declared?.get(relation, column.column)?.['type'],
      sqlType: column.type ?? '',
    })
    return { name, type }
  })
}

/** A rollup is a view of a table that is named after it, with a slash. */
function relationOf(table: string): string {
  const slash = table.indexOf('/')
  return slash === -1 ? table : table.slice(0, slash)
}

/** Null in a database that no Penstock made. */
function declaredTypes(database: DatabaseSync): StatementSync | null {
  const exists = database.prepare(`SELECT 1 FROM pragma_table_info('_penstock_columns')`).get()
  if (exists === undefined) return null
  return database.prepare('SELECT type FROM _penstock_columns WHERE relation = ? AND column_name = ?')
}
