/** Reads of the system tables, and the values that come back as the contract's. Pure; used by every list and series here. */
import { AppError } from '#contract/errors.ts'
import type { SqlValue } from '../../../columns/values.ts'

/** Runs one reading statement: values of `?` in, rows as arrays out (INTEGER as bigint). The query pool is one. */
export interface RowSource {
  run(sql: string, parameters?: readonly SqlValue[]): Promise<SqlValue[][]>
}

/** A number that is never NULL. */
export function numberOf(value: SqlValue | undefined): number {
  const number = numberOrNull(value)
  if (number === null) throw new AppError('INTERNAL', 'a number of the system tables is missing')
  return number
}

export function numberOrNull(value: SqlValue | undefined): number | null {
  return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : null
}

/** A text that is never NULL; a 64-bit integer as its digits. */
export function textOf(value: SqlValue | undefined): string {
  const text = textOrNull(value)
  if (text === null) throw new AppError('INTERNAL', 'a text of the system tables is missing')
  return text
}

export function textOrNull(value: SqlValue | undefined): string | null {
  if (typeof value === 'bigint') return value.toString()
  return typeof value === 'string' ? value : null
}
