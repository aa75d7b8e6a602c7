/** The columns that travel with a batch: those of the source, and what the engine itself must know of each record. Pure. */
import type { Column, Source, Table } from '../../workspace/model.ts'

/** Says whether a record is a tombstone; steps do not see it. No column of a workspace begins like this. */
export const tombstoneColumn = '_tombstone'

const hidden: Column = {
  name: tombstoneColumn,
  from: 'tombstone',
  path: [],
  type: 'boolean',
  nullable: false,
  default: null,
  format: null,
  unit: 'ms',
}

/**
 * Adds {@link tombstoneColumn} where a keyed table may need it: the source has a column of the record's key, and none that
 * says what a tombstone is.
 */
export function packedColumns(
  source: Pick<Source, 'name'>,
  columns: readonly Column[],
  tables: readonly Table[],
): readonly Column[] {
  const isKeyed = tables.some((table) => table.source === source.name && table.key !== null)
  const hasKey = columns.some((column) => column.from === 'key')
  const tells = columns.some((column) => column.from === 'tombstone')
  return isKeyed && hasKey && !tells ? [...columns, hidden] : columns
}
