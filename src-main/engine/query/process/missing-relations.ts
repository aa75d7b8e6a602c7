/**
 * System relations and columns that a snapshot lacks because an earlier version wrote it: stood in for by temporary ones, which
 * read as empty. The file stays as it is. Runs in the query processes.
 */
import { DatabaseSync } from 'node:sqlite'
import { systemSchema } from '../../store/system-schema.ts'

interface Column {
  name: string
  type: string
  /** SQL of the default; NULL where there is none. */
  fallback: string
}

/** Only for snapshots: what is missing in a store may still come, and would be hidden. @throws the error of SQLite */
export function standInForMissing(database: DatabaseSync): void {
  if (columnsOf(database, 'sys_snapshot').length === 0) return
  const model = new DatabaseSync(':memory:')
  try {
    model.exec(systemSchema)
    for (const name of relationsOf(model)) {
      const statement = standIn(name, columnsOf(database, name), columnsOf(model, name))
      if (statement !== null) database.exec(statement)
    }
  } finally {
    model.close()
  }
}

function standIn(name: string, present: readonly Column[], wanted: readonly Column[]): string | null {
  if (present.length === 0)
    return `CREATE TEMP TABLE "${name}" (${wanted.map((column) => `"${column.name}" ${column.type}`).join(', ')})`
  const known = new Set(present.map((column) => column.name))
  const missing = wanted.filter((column) => !known.has(column.name))
  if (missing.length === 0) return null
  const added = missing.map((column) => `${column.fallback} AS "${column.name}"`).join(', ')
  return `CREATE TEMP VIEW "${name}" AS SELECT *, ${added} FROM main."${name}"`
}

function relationsOf(database: DatabaseSync): string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*'"
  return database
    .prepare(sql)
    .all()
    .map(({ name }) => String(name))
}

/** Empty where there is no such relation. */
function columnsOf(database: DatabaseSync, relation: string): Column[] {
  return database
    .prepare("SELECT name, type, dflt_value FROM pragma_table_info(?, 'main')")
    .all(relation)
    .map(({ name, type, dflt_value: fallback }) => ({
      ...{ name: String(name), type: String(type) },
      fallback: fallback === null ? 'NULL' : String(fallback),
    }))
}
