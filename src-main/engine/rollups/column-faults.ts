/** What is said of a column or expression that the database does not take. Pure. */
import { suggest } from '../../workspace/suggest.ts'
import type { PlannedColumn } from '../batch/relations.ts'
import type { MeasureFault } from './measure-fault.ts'

/** @param below table or rollup that has the columns */
export function missingColumn(below: string, name: string, columns: readonly PlannedColumn[]): MeasureFault {
  const names = columns.map((column) => column.name)
  const near = suggest(name, names)
  const hint = near === null ? `there are ${names.join(', ') || 'none'}` : `write "${near}"`
  return { message: `${below} has no column ${JSON.stringify(name)}`, hint }
}

/** What the database said of a measure, with what to do. */
export function expressionFault(
  error: unknown,
  below: string,
  columns: readonly PlannedColumn[],
): MeasureFault {
  const message = error instanceof Error ? error.message : String(error)
  const missing = /^no such column: (.+?)(?: - should this be .*)?$/.exec(message)?.[1]
  if (missing !== undefined) return missingColumn(below, missing.replace(/^"(.*)"$/, '$1'), columns)
  const isUnknown = message.startsWith('no such function')
  const hint = isUnknown
    ? 'a measure may use the functions of SQLite that look at one row'
    : 'write one aggregate over the columns of a row, for example sum(delay) filter (where delay > 0)'
  return { message, hint }
}
