/** Columns of a lookup that is a topic. */
import type { Column, Lookup } from '../../workspace/model.ts'

/**
 * The columns with the one that identifies a row: it is the record's key, also where it is declared without saying so, and
 * is put in front where it is not declared.
 */
export function topicColumns({ key }: Pick<Lookup, 'key'>, columns: readonly Column[]): Column[] {
  const isKey = ({ name }: Column): boolean => name.toLowerCase() === key.toLowerCase()
  const declared = columns.map((column) =>
    !isKey(column) || column.from === 'key' ? column : { ...column, from: 'key' as const, path: [] },
  )
  return declared.some(isKey) ? declared : [keyColumn(key), ...declared]
}

function keyColumn(name: string): Column {
  return {
    name,
    from: 'key',
    path: [],
    type: 'text',
    nullable: false,
    default: null,
    format: null,
    unit: 'ms',
  }
}
