/**
 * Brings the store to the workspace's rollups at the start: makes the tables of new ones, makes those anew whose definition
 * changed, drops those that the workspace does not have any more. Store thread only.
 */
import { AppError } from '#contract/errors.ts'
import type { SqlDatabase } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'
import type { RollupPlan } from './rollup-plan.ts'
import { dropBefore, dropsOfBefore, keepBefore, viewBefore } from './kept-before.ts'
import { parametersOf } from './kept-rollup.ts'
import { isEarlierForm, isWrittenOtherwise } from './rollup-definition.ts'
import type { HeldRows, RollupEvent } from './rollup-set.ts'
import { stateTable } from './rollup-sql.ts'

/** Drops rollups that the workspace does not have any more: a table may have got the name of one. */
export function dropOtherRollups(database: SqlDatabase, plans: readonly RollupPlan[]): void {
  for (const name of storedDefinitions(database).keys()) {
    if (plans.some((plan) => plan.name === name)) continue
    drop(database, name)
    dropBefore(database, name)
  }
}

/** What preparing needs to know, and who is told. */
export interface RollupSurroundings {
  /** Rows that a table holds now. */
  held: (table: string) => HeldRows
  /** Whether penstock.yaml is, to the letter, the one that filled the store. */
  isSameFile: boolean
  onEvent: RollupEvent
}

/**
 * Windows that mean the same go on, whatever version of Penstock made them. What is stored in another form is made anew; where
 * that loses windows and no person asked for it, they are kept aside.
 * To be called in a transaction.
 * @throws AppError STORE_UNUSABLE where a table of the store has the name of a rollup
 */
export function prepareRollups(
  database: SqlDatabase,
  plans: readonly RollupPlan[],
  { held, isSameFile, onEvent }: RollupSurroundings,
): void {
  const stored = storedDefinitions(database)
  const anew = new Map<string, Making>()
  for (const plan of plans) {
    refuseTable(database, plan.name)
    // What another tool has dropped is made as a new one is.
    const before = isThere(database, stateTable(plan.name)) ? stored.get(plan.name) : undefined
    const below = anew.get(plan.from)
    if (before !== undefined && below === undefined && isSame(database, plan, before, isSameFile)) {
      database.exec(`DROP VIEW IF EXISTS main.${quoted(plan.name)}`)
      database.exec(plan.sql.createView)
      database
        .prepare("UPDATE sys_rollups SET problem = '', definition = ? WHERE name = ?")
        .run(plan.definition, plan.name)
    } else {
      const how = makingOf(plan, before, below)
      anew.set(plan.name, how)
      const comesFromRows = plan.isFromTable || below !== undefined
      const rest = comesFromRows ? restOfRows(plan, held(plan.table)) : restOfRollup(database, plan)
      const keeps = how === 'other form' && rest !== null && rest.gone !== ''
      if (keeps) keepBefore(database, plan.name)
      make(database, plan)
      if (rest !== null) tell(plan, how, rest, onEvent)
    }
    noteColumns(database, plan)
  }
}

/** Why a rollup is made: because it is new, because a person changed it, or because it is stored in another form now. */
type Making = 'new' | 'changed' | 'other form'

function makingOf(plan: RollupPlan, before: string | undefined, below: Making | undefined): Making {
  if (before === undefined) return 'new'
  return below === 'changed' || isWrittenOtherwise(before, plan.definition) ? 'changed' : 'other form'
}

function isSame(database: SqlDatabase, plan: RollupPlan, before: string, isSameFile: boolean): boolean {
  if (before === plan.definition) return true
  if (!isEarlierForm(before)) return false
  return before === plan.earlierDefinition || (isSameFile && hasSameColumns(database, plan))
}

function hasSameColumns(database: SqlDatabase, { name, columns }: RollupPlan): boolean {
  const stored = database
    .prepare('SELECT json_group_array(json_array(name, type)) AS columns FROM pragma_table_info(?)')
    .get(stateTable(name))
  const wanted = JSON.stringify(columns.map((column) => [column.name, column.sqlType]))
  return typeof stored === 'object' && stored !== null && 'columns' in stored && stored.columns === wanted
}

function make(database: SqlDatabase, plan: RollupPlan): void {
  const { name, from, sql } = plan
  drop(database, name)
  database.exec(sql.createState)
  database.exec(sql.createView)
  database
    .prepare(
      `INSERT INTO sys_rollups (name, from_name, table_name, rows, groups, untimed, missed, evicted, problem, applied_row, definition)
       VALUES (?, ?, ?, 0, 0, 0, 0, 0, '', 0, ?)`,
    )
    .run(name, from, plan.table, plan.definition)
  if (!plan.isFromTable) fillFromStored(database, plan)
}

/** What the rollup below holds already. */
function fillFromStored(database: SqlDatabase, { name, from, sql }: RollupPlan): void {
  for (const create of sql.createDelta) database.exec(create)
  const horizon = -BigInt(Number.MAX_SAFE_INTEGER)
  for (const fill of sql.fillFromStored) database.prepare(fill).run(parametersOf(fill, { horizon }))
  database.prepare(sql.merge).run()
  if (sql.derive !== null) database.prepare(sql.derive).run()
  database
    .prepare(
      `UPDATE sys_rollups SET groups = (SELECT count(*) FROM ${quoted(stateTable(name))}),
         rows = below.rows, applied_row = below.applied_row, untimed = below.untimed, missed = below.missed
       FROM (SELECT rows, applied_row, untimed, missed FROM sys_rollups WHERE name = ?) AS below WHERE name = ?`,
    )
    .run(from, name)
}

/** @throws AppError STORE_UNUSABLE where a table of the store has the name of a rollup */
export function refuseStoredTables(database: SqlDatabase, plans: readonly RollupPlan[]): void {
  for (const { name } of plans) refuseTable(database, name)
}

/** A table that the workspace had once stays in the store with its rows. */
function refuseTable(database: SqlDatabase, name: string): void {
  if (!isThere(database, name)) return
  const message = `${name} is a rollup in the workspace, and a table in the store`
  throw new AppError(
    'STORE_UNUSABLE',
    `${message}; give the rollup another name, or move the store file away`,
  )
}

function isThere(database: SqlDatabase, table: string): boolean {
  const sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"
  return database.prepare(sql).get(table) !== undefined
}

function drop(database: SqlDatabase, name: string): void {
  database.exec(`DROP VIEW IF EXISTS main.${quoted(name)}`)
  database.exec(`DROP TABLE IF EXISTS main.${quoted(stateTable(name))}`)
  database.prepare('DELETE FROM sys_rollups WHERE name = ?').run(name)
  database.prepare("DELETE FROM _penstock_columns WHERE relation = ? AND kind = 'rollup'").run(name)
}

/** What a rollup is made from, and what of that is gone; for people. */
interface Rest {
  held: string
  gone: string
}

/** Null where nothing has landed yet. */
function restOfRows({ table }: RollupPlan, { first, last, evicted }: HeldRows): Rest | null {
  const rows = Math.max(0, last - first + 1)
  if (rows === 0 && evicted === 0) return null
  const gone = evicted > 0 ? `${String(evicted)} rows that the table no longer holds` : ''
  return { held: `the ${String(rows)} rows that ${table} holds`, gone }
}

function restOfRollup(database: SqlDatabase, { from }: RollupPlan): Rest {
  const below = database.prepare('SELECT evicted FROM sys_rollups WHERE name = ?').get(from)
  const evicted =
    typeof below === 'object' && below !== null && 'evicted' in below ? Number(below.evicted) : 0
  const gone = evicted > 0 ? `${String(evicted)} groups that it no longer holds` : ''
  return { held: `what ${from} holds`, gone }
}

function tell(plan: RollupPlan, how: Making, { held, gone }: Rest, onEvent: RollupEvent): void {
  const { name } = plan
  const words: Record<Making, string> = {
    new: 'is new and is made',
    changed: 'was changed and is made anew',
    'other form': 'is stored in another form now and is made anew',
  }
  const missing = gone === '' ? '' : `; ${gone} are not in it`
  const message = `${name} ${words[how]} from ${held}${missing}`
  const level = gone === '' ? 'info' : 'warn'
  if (level === 'info' || how !== 'other form') {
    onEvent(level, 'rollup-made', name, message)
    return
  }
  const drops = dropsOfBefore(name).join('; ')
  onEvent(
    level,
    'rollup-made',
    name,
    `${message}. What it held before is in ${viewBefore(name)}. To drop that, run ${drops} in the store with any SQLite tool while nothing runs`,
  )
}

function storedDefinitions(database: SqlDatabase): Map<string, string> {
  const rows = database.prepare('SELECT name, definition FROM sys_rollups').all()
  return new Map(
    rows.flatMap((row) =>
      typeof row === 'object' && row !== null && 'name' in row && 'definition' in row
        ? [[String(row.name), String(row.definition)] as const]
        : [],
    ),
  )
}

function noteColumns(database: SqlDatabase, { name, keys, measures, widthMs }: RollupPlan): void {
  const insert = database.prepare(
    `INSERT INTO _penstock_columns (relation, kind, column_name, position, type) VALUES (?, 'rollup', ?, ?, ?)
     ON CONFLICT DO UPDATE SET kind = excluded.kind, position = excluded.position, type = excluded.type`,
  )
  database.prepare('DELETE FROM _penstock_columns WHERE relation = ?').run(name)
  const columns = [
    ...keys.filter((key) => key.name !== ''),
    ...(widthMs === null ? [] : [{ name: 'window_end', type: 'timestamp' as const }]),
    ...measures,
  ]
  columns.forEach((column, position) => insert.run(name, column.name, position, column.type))
}
