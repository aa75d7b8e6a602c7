/**
 * The SQL that lands a batch in a table with a key. Rows whose key no delete touches are upserted by one statement, in the
 * order in which they came. The others are contested: a ledger puts them in order together with what the table and the
 * markers of earlier deletes have under their keys, and tells what each one did. Pure.
 *
 * Order with newest_by: its value, then offset, partition and topic, whenever a record comes; a row without one is older than
 * any other. Without newest_by: order of arrival, in a batch that of offsets.
 */
import { type KeyedPlan, leavesMarkers, markerTable, namesOf } from '../batch/landing-plan.ts'
import { type PlannedColumn, sqlTypeOf } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'
import { landedValues } from './landing-columns.ts'

/** Older than every time. */
const beforeAll = '-9223372036854775808'
/** Columns of the ledger for the place in the order; of a key's newest one in each of its rows. */
const placeColumns = '"/newest", "/offset", "/partition", "/topic"'

export interface KeyedStatements {
  /** Temporary tables. */
  create: string[]
  clearContested: string
  clearLedger: string
  /** Keys of rows that delete; null where nothing deletes. */
  contestByDeletes: string | null
  /** Keys of rows that were deleted before; null where deletes leave no marker. */
  contestByMarkers: string | null
  lastRow: string
  upsertAll: string
  upsertUncontested: string
  fillLedger: string
  /** One row: applied, inserted, updated, deleted. */
  countLedger: string
  applyLedger: string[]
}

/**
 * @param table name of the landed table
 * @param rows temporary table of the last step's rows
 * @param columns those of the last step
 */
export function keyedStatements(
  table: string,
  rows: string,
  columns: readonly PlannedColumn[],
  plan: KeyedPlan,
): KeyedStatements {
  const names = new Names(table, rows, plan)
  const { contested, ledger, landed } = names
  const contest = (where: string): string =>
    `INSERT OR IGNORE INTO ${contested} SELECT ${namesOf(plan.key, 'landed.')} FROM ${landed} AS landed WHERE ${where}`
  const deletes = plan.deletes
  const upsert = new Upsert(names, columns, plan)
  const notContested = `NOT EXISTS (SELECT 1 FROM ${contested} AS touched WHERE ${names.sameKey('touched', 'landed')})`
  return {
    create: [names.createContested(), names.createLedger()],
    clearContested: `DELETE FROM ${contested}`,
    clearLedger: `DELETE FROM ${ledger}`,
    contestByDeletes: deletes === null ? null : contest(deletes),
    contestByMarkers: leavesMarkers(plan)
      ? contest(`EXISTS (SELECT 1 FROM ${names.markers} AS gone WHERE ${names.sameKey('gone', 'landed')})`)
      : null,
    lastRow: `SELECT coalesce(max(rowid), 0) AS last FROM ${names.main}`,
    upsertAll: upsert.inOrder('true'),
    upsertUncontested: upsert.inOrder(notContested),
    fillLedger: fillLedger(names, columns, plan),
    countLedger: `SELECT count(*) AS applied, coalesce(sum(NOT deletes AND was_absent), 0) AS inserted,
      coalesce(sum(NOT deletes AND NOT was_absent), 0) AS updated, coalesce(sum(deletes AND NOT was_absent), 0) AS deleted
      FROM ${ledger} WHERE arrival > 0`,
    applyLedger: [
      `DELETE FROM ${names.main} WHERE rowid IN (SELECT kept.rowid FROM ${ledger} AS entry
        CROSS JOIN ${names.main} AS kept ON ${names.sameKey('kept', 'entry')}
        WHERE entry.is_last AND entry.deletes AND entry.arrival > 0)`,
      upsert.fromLedger(),
      ...(leavesMarkers(plan) ? markerStatements(names, plan) : []),
    ],
  }
}

class Names {
  readonly main: string
  readonly landed: string
  readonly contested: string
  readonly ledger: string
  readonly markers: string
  readonly #key: readonly PlannedColumn[]

  constructor(table: string, rows: string, plan: KeyedPlan) {
    this.main = `main.${quoted(table)}`
    this.landed = `temp.${quoted(rows)}`
    this.contested = `temp.${quoted(`${table}/contested`)}`
    this.ledger = `temp.${quoted(`${table}/ledger`)}`
    this.markers = `main.${quoted(markerTable(table))}`
    this.#key = plan.key
  }

  sameKey(one: string, other: string): string {
    return this.#key.map(({ name }) => `${one}.${quoted(name)} = ${other}.${quoted(name)}`).join(' AND ')
  }

  createContested(): string {
    return `CREATE TEMP TABLE ${unqualified(this.contested)} (${this.#typed()}, PRIMARY KEY (${namesOf(this.#key)})) WITHOUT ROWID`
  }

  createLedger(): string {
    return `CREATE TEMP TABLE ${unqualified(this.ledger)} (arrival INTEGER, deletes INTEGER, was_absent INTEGER, is_last INTEGER,
      ${this.#typed()}, ${placeColumns})`
  }

  #typed(): string {
    return this.#key
      .map(({ name, type }) => `${quoted(name)} ${type === null ? '' : sqlTypeOf(type)}`.trim())
      .join(', ')
  }
}

function unqualified(name: string): string {
  return name.slice(name.indexOf('.') + 1)
}

/** The place of a row in the order, as four values. @param topic SQL for its topic */
function orderOf(row: string, plan: KeyedPlan, has: (column: string) => boolean, topic: string): string {
  const newest = plan.newestBy === null ? '0' : `coalesce(${row}.${quoted(plan.newestBy)}, ${beforeAll})`
  return `${newest}, ${offsetsOf(row, has, topic)}`
}

function offsetsOf(row: string, has: (column: string) => boolean, topic: string): string {
  const whole = (column: string): string => (has(column) ? `coalesce(${row}.${column}, -1)` : '-1')
  return `${whole('_offset')}, ${whole('_partition')}, coalesce(${topic}, '')`
}

class Upsert {
  readonly #names: Names
  readonly #insert: string
  readonly #update: string
  readonly #onlyNewer: string
  readonly #order: string

  constructor(names: Names, columns: readonly PlannedColumn[], plan: KeyedPlan) {
    const values = landedValues(columns)
    const keyed = new Set(plan.key.map(({ name }) => quoted(name)))
    const targets = values.map(({ target }) => target).join(', ')
    const set = values
      .filter(({ target }) => !keyed.has(target))
      .map(({ target }) => `${target} = excluded.${target}`)
    const place = (row: string): string => orderOf(row, plan, () => true, `${row}._topic`)
    this.#names = names
    this.#insert = `INSERT INTO ${names.main} AS kept (${targets}) SELECT ${values.map(({ value }) => value).join(', ')}`
    this.#update = `ON CONFLICT (${namesOf(plan.key)}) DO UPDATE SET ${set.join(', ')}`
    this.#onlyNewer = plan.newestBy === null ? '' : ` WHERE (${place('excluded')}) >= (${place('kept')})`
    const hasOffset = columns.some(({ name }) => name === '_offset')
    this.#order = plan.newestBy === null && plan.reorders && hasOffset ? ' ORDER BY landed._offset' : ''
  }

  /** All rows that meet the condition, one after the other. */
  inOrder(where: string): string {
    return `${this.#insert} FROM ${this.#names.landed} AS landed WHERE ${where}${this.#order} ${this.#update}${this.#onlyNewer}`
  }

  /** The last row of each contested key. */
  fromLedger(): string {
    const { ledger, landed } = this.#names
    return `${this.#insert} FROM ${ledger} AS entry CROSS JOIN ${landed} AS landed ON landed.rowid = entry.arrival
      WHERE entry.is_last AND NOT entry.deletes AND entry.arrival > 0 ${this.#update}`
  }
}

/**
 * What the table has (arrival 0), then what came; of these only what was applied when it came. A delete without a value of
 * newest_by, as a tombstone is, has no place of its own: it is applied when it comes, and leaves the newest place as it is.
 */
function fillLedger(names: Names, columns: readonly PlannedColumn[], plan: KeyedPlan): string {
  const key = namesOf(plan.key)
  const isNewestBy = plan.newestBy !== null
  const candidates = candidatesOf(names, columns, plan)
  const rank = isNewestBy
    ? `CASE WHEN NOT deletes OR "/newest" IS NOT NULL
       THEN dense_rank() OVER (PARTITION BY ${key} ORDER BY coalesce("/newest", ${beforeAll}), "/offset", "/partition", "/topic") END`
    : `row_number() OVER (PARTITION BY ${key} ORDER BY arrival > 0, "/offset", arrival)`
  const order = isNewestBy ? 'arrival, place' : 'place'
  const reverse = isNewestBy ? 'arrival DESC, place DESC' : 'place DESC'
  const newest = (column: string): string => `first_value(${column}) OVER newest`
  return `INSERT INTO ${names.ledger}
    WITH candidates (arrival, deletes, ${key}, ${placeColumns}) AS (${candidates.join(' UNION ALL ')}),
    ranked AS (SELECT *, ${rank} AS place FROM candidates),
    topped AS (SELECT *, max(place) OVER (PARTITION BY ${key} ORDER BY ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      AS top FROM ranked),
    applied AS (SELECT * FROM topped WHERE place IS NULL OR top IS NULL OR place >= top)
    SELECT arrival, deletes, lag(deletes, 1, 1) OVER (PARTITION BY ${key} ORDER BY ${order}),
      row_number() OVER (PARTITION BY ${key} ORDER BY ${reverse}) = 1, ${key}, coalesce(${newest('"/newest"')}, ${beforeAll}),
      ${newest('"/offset"')}, ${newest('"/partition"')}, ${newest('"/topic"')}
    FROM applied WINDOW newest AS (PARTITION BY ${key} ORDER BY place DESC NULLS LAST)`
}

/** SELECTs of what the table and the markers have under contested keys, and of the rows that came. */
function candidatesOf(names: Names, columns: readonly PlannedColumn[], plan: KeyedPlan): string[] {
  const has = new Set(columns.map(({ name }) => name))
  const topic = has.has('_topic') ? 'landed._topic' : '@topic'
  const newest = plan.newestBy === null ? '0' : `landed.${quoted(plan.newestBy)}`
  const kept = `SELECT 0, 0, ${namesOf(plan.key, 'kept.')}, ${orderOf('kept', plan, () => true, 'kept._topic')}
     FROM ${names.contested} AS touched CROSS JOIN ${names.main} AS kept ON ${names.sameKey('kept', 'touched')}`
  const gone = `SELECT 0, 1, ${namesOf(plan.key, 'gone.')}, gone.newest, gone.at_offset, gone.at_partition, gone.topic
     FROM ${names.contested} AS touched CROSS JOIN ${names.markers} AS gone ON ${names.sameKey('gone', 'touched')}`
  const came = `SELECT landed.rowid, (${plan.deletes ?? 'false'}) IS TRUE, ${namesOf(plan.key, 'landed.')}, ${newest},
     ${offsetsOf('landed', (column) => has.has(column), topic)}
     FROM ${names.landed} AS landed
     WHERE EXISTS (SELECT 1 FROM ${names.contested} AS touched WHERE ${names.sameKey('touched', 'landed')})`
  return [kept, ...(leavesMarkers(plan) ? [gone] : []), came]
}

function markerStatements(names: Names, plan: KeyedPlan): string[] {
  const key = namesOf(plan.key)
  return [
    `INSERT OR REPLACE INTO ${names.markers} (${key}, newest, at_offset, at_partition, topic, deleted_at)
      SELECT ${key}, ${placeColumns}, @ingestedAt FROM ${names.ledger}
      WHERE is_last AND deletes AND arrival > 0`,
    `DELETE FROM ${names.markers} WHERE (${key}) IN (SELECT ${key} FROM ${names.ledger}
      WHERE is_last AND NOT deletes AND arrival > 0)`,
  ]
}
