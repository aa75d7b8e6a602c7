/**
 * Tables, and columns of tables, that the store holds and a version of the workspace does not fill any more: noted as paused
 * backfills with the place where they stood, so that they get what they missed when they come back. Store thread only; inside
 * the caller's transaction.
 */
import type { Database } from 'better-sqlite3'
import { addedColumns } from '../batch/relations.ts'
import { type BackfillTarget, type FilledTable, hasColumn, targetOf } from './backfill-target.ts'
import type { NotedBackfills } from './noted-backfills.ts'
import type { Positions } from './positions.ts'
import { columnsIn, hasRows } from './table-content.ts'

/** What is looked at, and where it is noted. */
export interface GoneFrom {
  database: Database
  positions: Positions
  noted: NotedBackfills
}

/** Tables that had all that their source has read, and get no more. */
export function noteGoneTables(
  { database, positions, noted }: GoneFrom,
  targets: readonly BackfillTarget[],
): void {
  const known = noted.open().filter(({ columns }) => columns.length === 0)
  const tables = database.prepare<[], FilledTable>('SELECT name AS "table", source FROM sys_tables')
  for (const gone of tables.all()) {
    const isNoted = known.some(({ table, source }) => table === gone.table && source === gone.source)
    if (isNoted || targetOf(targets, gone) !== undefined || !positions.hasRead(gone.source)) continue
    noted.addPaused(gone, [], gone.source)
  }
}

/** Columns that a table holds and does not get any more; the rows that come now are without them. */
export function noteGoneColumns({ database, positions, noted }: GoneFrom, target: BackfillTarget): void {
  const { name: table, source } = target.shape
  if (!target.carriesPlaces || !positions.hasRead(source)) return
  const own = noted.open().filter((backfill) => backfill.table === table && backfill.source === source)
  const known = new Set(own.flatMap(({ columns }) => columns.map((name) => name.toLowerCase())))
  for (const { name } of addedColumns) known.add(name)
  const gone = columnsIn(database, table).filter((name) => !hasColumn(target, name) && !known.has(name))
  if (gone.length === 0 || !hasRows(database, table)) return
  const whole = own.find(({ columns }) => columns.length === 0)
  noted.addPaused({ table, source }, gone, whole?.run ?? source)
}
