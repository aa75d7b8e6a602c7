/** Types of what a SELECT gives, as far as SQLite itself is sure of them. For planning, over a scratch database without rows. */
import type { ColumnType } from '#contract/workspace.ts'
import type { SqlDatabase } from './sql-database.ts'

/** By the affinity that CREATE TABLE AS records for a column, as after a CAST. */
const sureTypes: ReadonlyMap<string, ColumnType> = new Map([
  ['INT', 'integer'],
  ['REAL', 'real'],
  ['TEXT', 'text'],
])

/**
 * @param select one statement
 * @param parameters values for all parameters that it names
 * @returns by column of the result; null where the type is not certain
 * @throws the database's error where it does not compile
 */
export function resultTypes(
  scratch: SqlDatabase,
  select: string,
  parameters: Record<string, unknown> = {},
): (ColumnType | null)[] {
  scratch.exec('DROP TABLE IF EXISTS temp."result types"')
  scratch.prepare(`CREATE TEMP TABLE "result types" AS ${select}`).run(parameters)
  const rows = scratch.prepare("SELECT type FROM pragma_table_info('result types')").all()
  return rows.map((row) => {
    const type = typeof row === 'object' && row !== null && 'type' in row ? String(row.type) : ''
    return sureTypes.get(type) ?? null
  })
}
