/** A column of a source, with what tests leave out filled in. */
import type { Column } from '../../../../../src-main/columns/column.ts'

export function column(
  name: string,
  type: Column['type'],
  path: Column['path'] = [name],
  unit: Column['unit'] = 'ms',
): Column {
  return { name, from: 'value', path, type, nullable: true, default: null, format: null, unit }
}
