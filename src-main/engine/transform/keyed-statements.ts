/**
 * The SQL that lands a batch in a table with a key. Rows whose key no delete touches are upserted by one statement, in the
 * order in which they came. The others are contested: a ledger puts them in order together with what the table and the
 * markers of earlier deletes have under their keys, and tells what each one did. Pure.
 *
 * Order with newest_by: its value, then offset, partition and topic, whenever a record comes. Without: order of arrival, in a
 * batch that of offsets.
 */
import { type KeyedPlan, leavesMarkers, markerTable, namesOf } from '../batch/landing-plan.ts'
import { type PlannedColumn, sqlTypeOf } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'
import { landedValues } from './landing-columns.ts'

/** Older than every time. */
const beforeAll = '-9223372036854775808'

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
    const own = '"/newest", "/offset", "/partition", "/topic"'
    return `CREATE TEMP TABLE ${unqualified(this.ledger)} (arrival INTEGER, deletes INTEGER, was_absent INTEGER, is_last INTEGER,
      ${this.#typed()}, ${own})`
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
  const whole = (column: string, otherwise: string): string =>
    has(column) ? `coalesce(${row}.${quoted(column)}, ${otherwise})` : otherwise
  const newest = plan.newestBy === null ? '0' : whole(plan.newestBy, beforeAll)
  return `${newest}, ${whole('_offset', '-1')}, ${whole('_partition', '-1')}, coalesce(${topic}, '')`
}

class Upsert {
  readonly #names: Names
  readonly #plan: KeyedPlan
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
    this.#plan = plan
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

  get plan(): KeyedPlan {
    return this.#plan
  }
}

/** What the table has (arrival 0), then what came; of these only what was applied when it came. */
function fillLedger(names: Names, columns: readonly PlannedColumn[], plan: KeyedPlan): string {
  const key = namesOf(plan.key)
  const has = new Set(columns.map(({ name }) => name))
  const topic = has.has('_topic') ? 'landed._topic' : '@topic'
  const place = '"/newest", "/offset", "/partition", "/topic"'
  const stored = [
    `SELECT 0 AS arrival, 0 AS deletes, ${namesOf(plan.key, 'kept.')}, ${orderOf('kept', plan, () => true, 'kept._topic')}
     FROM ${names.contested} AS touched CROSS JOIN ${names.main} AS kept ON ${names.sameKey('kept', 'touched')}`,
    ...(leavesMarkers(plan)
      ? [
          `SELECT 0, 1, ${namesOf(plan.key, 'gone.')}, gone.newest, gone.at_offset, gone.at_partition, gone.topic
           FROM ${names.contested} AS touched CROSS JOIN ${names.markers} AS gone ON ${names.sameKey('gone', 'touched')}`,
        ]
      : []),
  ]
  const came = `SELECT landed.rowid, (${plan.deletes ?? 'false'}) IS TRUE, ${namesOf(plan.key, 'landed.')},
     ${orderOf('landed', plan, (column) => has.has(column), topic)}
     FROM ${names.landed} AS landed
     WHERE EXISTS (SELECT 1 FROM ${names.contested} AS touched WHERE ${names.sameKey('touched', 'landed')})`
  const [rank, order, reverse] =
    plan.newestBy === null
      ? [
          `row_number() OVER (PARTITION BY ${key} ORDER BY arrival > 0, "/offset", arrival)`,
          'place',
          'place DESC',
        ]
      : [
          `dense_rank() OVER (PARTITION BY ${key} ORDER BY ${place})`,
          'arrival, place',
          'arrival DESC, place DESC',
        ]
  return `INSERT INTO ${names.ledger}
    WITH candidates (arrival, deletes, ${key}, ${place}) AS (${[...stored, came].join(' UNION ALL ')}),
    ranked AS (SELECT *, ${rank} AS place FROM candidates),
    topped AS (SELECT *, max(place) OVER (PARTITION BY ${key} ORDER BY ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      AS top FROM ranked),
    applied AS (SELECT * FROM topped WHERE top IS NULL OR place >= top)
    SELECT arrival, deletes, lag(deletes, 1, 1) OVER (PARTITION BY ${key} ORDER BY ${order}),
      row_number() OVER (PARTITION BY ${key} ORDER BY ${reverse}) = 1, ${key}, ${place} FROM applied`
}

function markerStatements(names: Names, plan: KeyedPlan): string[] {
  const key = namesOf(plan.key)
  return [
    `INSERT OR REPLACE INTO ${names.markers} (${key}, newest, at_offset, at_partition, topic, deleted_at)
      SELECT ${key}, "/newest", "/offset", "/partition", "/topic", @ingestedAt FROM ${names.ledger}
      WHERE is_last AND deletes AND arrival > 0`,
    `DELETE FROM ${names.markers} WHERE (${key}) IN (SELECT ${key} FROM ${names.ledger}
      WHERE is_last AND NOT deletes AND arrival > 0)`,
  ]
}
