/**
 * Windows of a rollup that is stored in another form now, where they cannot be made again and nobody was asked: they stay as
 * they were, under a name that no workspace has. Only the newest are kept. Store thread only; inside the caller's transaction.
 */
import type { SqlDatabase } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'
import { stateTable } from './rollup-sql.ts'

/** The view of the windows that a rollup had before. */
export function viewBefore(rollup: string): string {
  return `sys_${rollup}_before`
}

function tableBefore(rollup: string): string {
  return `${rollup}/before`
}

/** Statements that drop what {@link keepBefore} keeps. */
export function dropsOfBefore(rollup: string): string[] {
  return [
    `DROP VIEW IF EXISTS ${quoted(viewBefore(rollup))}`,
    `DROP TABLE IF EXISTS ${quoted(tableBefore(rollup))}`,
  ]
}

/** Takes the view and the table of a rollup out of its way. Its row in sys_rollups stays. */
export function keepBefore(database: SqlDatabase, rollup: string): void {
  dropBefore(database, rollup)
  const select = selectOf(database, rollup)
  database.exec(`DROP VIEW IF EXISTS main.${quoted(rollup)}`)
  if (select !== null) database.exec(`CREATE VIEW main.${quoted(viewBefore(rollup))} AS ${select}`)
  // This changes the view, too.
  database.exec(`ALTER TABLE main.${quoted(stateTable(rollup))} RENAME TO ${quoted(tableBefore(rollup))}`)
  database
    .prepare(
      `INSERT INTO _penstock_columns (relation, kind, column_name, position, type)
       SELECT ?, kind, column_name, position, type FROM _penstock_columns WHERE relation = ?`,
    )
    .run(viewBefore(rollup), rollup)
}

export function dropBefore(database: SqlDatabase, rollup: string): void {
  for (const sql of dropsOfBefore(rollup)) database.exec(sql)
  database.prepare('DELETE FROM _penstock_columns WHERE relation = ?').run(viewBefore(rollup))
}

function selectOf(database: SqlDatabase, view: string): string | null {
  const row = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?").get(view)
  const sql = typeof row === 'object' && row !== null && 'sql' in row ? String(row.sql) : null
  return sql === null ? null : sql.slice(sql.indexOf(' AS ') + ' AS '.length)
}
