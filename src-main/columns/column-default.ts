/** The default of a column as a value that the store binds. Used where a value is absent or null. */
import type { Column } from './column.ts'
import type { SqlValue } from './values.ts'

/** NULL where the column has none; the workspace has checked that a default fits its type. */
export function columnDefault(column: Column): SqlValue {
  const value = column.default
  if (typeof value === 'boolean') return BigInt(value)
  if (typeof value === 'number' && column.type !== 'real') return BigInt(value)
  return value
}
