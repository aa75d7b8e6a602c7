/** The coordinates of a record (partition, offset, timestamp), carried along through steps that keep rows apart. */
import { metaColumns } from '../batch/packed-batch.ts'
import type { SqlDatabase } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'
import type { StepSelect } from './step-columns.ts'
import { withRelations } from './step-statements.ts'

/**
 * @returns the SQL of a step with the coordinates of its driving row that it does not select itself
 * @throws the database's error where the statement does not compile
 */
export function carryCoordinates(scratch: SqlDatabase, { sql, shape, used }: StepSelect): string {
  const { driving, drivingAlias, selectListEnd } = shape
  if (shape.groups || driving === null || selectListEnd === null || drivingAlias === null) return sql
  const given = scratch.prepare(withRelations(sql, used)).columns()
  const present = new Set(given.map(({ name }) => name.toLowerCase()))
  const columns = used.find((relation) => relation.name === driving)?.columns ?? []
  const missing = metaColumns.filter(
    (name) => !present.has(name) && columns.some((column) => column.name === name),
  )
  if (missing.length === 0) return sql
  const added = missing.map((name) => `, ${quoted(drivingAlias)}.${name} AS ${name}`).join('')
  return `${sql.slice(0, selectListEnd)}${added} ${sql.slice(selectListEnd)}`
}
