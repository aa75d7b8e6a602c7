/** One rollup in the store: its statements, and what is known of it. Store thread only; inside the caller's transaction. */
import type { RowRange } from '../batch/batch-rollups.ts'
import type { SqlDatabase, SqlStatement } from '../batch/sql-database.ts'
import type { RollupPlan } from './rollup-plan.ts'

/** Groups that one round of housekeeping may evict. */
const evictGroups = 5000

export interface RollupState {
  name: string
  from: string
  /** Table that all of it comes from. */
  table: string
  /** Number of the last row of the table that is taken in. */
  appliedRow: number
  /** Rows taken in since it was made. */
  rows: number
  groups: number
  /** Rows without event time, which no window can hold. */
  untimed: number
  /** Rows of windows that are not kept any more. */
  missed: number
  /** Groups removed because they were too old. */
  evicted: number
  /** Starts of windows, milliseconds since 1970; null without windows or rows. */
  oldestAt: number | null
  newestAt: number | null
  /** Why it is not kept up to date; empty while it is. */
  problem: string
}

/** Rows that are in no window of a rollup, by why. */
export interface LeftOut {
  /** Without event time. */
  untimed: number
  /** Their windows are not kept any more. */
  missed: number
}

interface Statements {
  clear: SqlStatement[]
  fill: SqlStatement[]
  countNew: SqlStatement
  merge: SqlStatement
  derive: SqlStatement | null
  countUntimed: SqlStatement | null
  countMissed: SqlStatement | null
  evict: SqlStatement | null
  nextStarts: SqlStatement | null
  newestUntil: SqlStatement | null
  bounds: SqlStatement | null
  note: SqlStatement
}

export class KeptRollup {
  readonly plan: RollupPlan
  committedState: RollupState
  state: RollupState
  readonly #statements: Statements

  /** The rollup's tables are there already: see prepare-rollups.ts. */
  constructor(database: SqlDatabase, plan: RollupPlan) {
    this.plan = plan
    for (const sql of plan.sql.createDelta) database.exec(sql)
    this.#statements = prepare(database, plan)
    this.state = readState(database, plan)
    this.committedState = { ...this.state }
  }

  /** Whether all rows up to this one are taken in. */
  isUpTo(row: number): boolean {
    return this.state.appliedRow >= row
  }

  /**
   * Takes in rows of its table, or what they changed in the rollup that it is made from.
   * @param counted counts of these rows by the statement that gives them, which rollups share
   * @param above what the rollup that it is made from left out
   * @returns what it leaves out
   */
  takeIn(rows: RowRange, nowMs: number, counted: Map<string, number>, above: LeftOut): LeftOut {
    const { clear, fill } = this.#statements
    const range = { first: BigInt(rows.first), last: BigInt(rows.last) }
    const horizon = BigInt(this.#horizon(nowMs))
    for (const statement of clear) statement.run()
    for (const [index, statement] of fill.entries())
      statement.run(parametersOf(this.plan.sql.fill[index], { ...range, horizon }))
    this.#merge()
    const { state } = this
    const leftOut = this.#leftOut(range, horizon, counted, above)
    state.untimed += leftOut.untimed
    state.missed += leftOut.missed
    state.rows += rows.last - rows.first + 1
    state.appliedRow = rows.last
    this.#note()
    return leftOut
  }

  #leftOut(
    range: Record<'first' | 'last', bigint>,
    horizon: bigint,
    counted: Map<string, number>,
    above: LeftOut,
  ): LeftOut {
    const { countUntimed, countMissed } = this.#statements
    let { untimed } = above
    if (countUntimed !== null) {
      const sql = this.plan.sql.countUntimed ?? ''
      untimed = counted.get(sql) ?? countOf(countUntimed.get(range))
      counted.set(sql, untimed)
    }
    // Both miss what is older than some time, so that the one that misses more misses what the other does.
    const own = countMissed === null ? 0 : countOf(countMissed.get({ ...range, horizon }))
    return { untimed, missed: Math.max(own, above.missed) }
  }

  /** Removes windows that ended longer ago than they are kept: some groups at a time. */
  evict(nowMs: number): void {
    const { evict, nextStarts } = this.#statements
    const { state } = this
    const horizon = this.#horizon(nowMs)
    if (evict === null || nextStarts === null || state.oldestAt === null || state.oldestAt >= horizon) return
    const next = numberIn(nextStarts.get({ groups: BigInt(evictGroups) }), 'start')
    // A window with more groups than that goes as a whole.
    const until = next === null ? horizon : Math.min(horizon, Math.max(next, state.oldestAt + 1))
    const { changes } = evict.run({ horizon: BigInt(until) })
    state.evicted += changes
    state.groups -= changes
    this.#readBounds()
    this.#note()
  }

  fail(reason: string): void {
    this.state = { ...this.committedState, problem: reason }
    this.#note()
  }

  committed(): void {
    this.committedState = { ...this.state }
  }

  rolledBack(): void {
    this.state = { ...this.committedState }
  }

  #merge(): void {
    const { countNew, merge, derive } = this.#statements
    this.state.groups += countOf(countNew.get())
    merge.run()
    derive?.run()
    this.#readBounds()
  }

  #readBounds(): void {
    const { bounds } = this.#statements
    if (bounds === null) return
    const row = bounds.get()
    this.state.oldestAt = numberIn(row, 'oldest')
    this.state.newestAt = numberIn(row, 'newest')
  }

  /**
   * Start of the oldest window that is kept. Ages count from the newest window that is not ahead of now, so that old captures
   * keep their history, also where a clock among their records runs ahead.
   */
  #horizon(nowMs: number): number {
    const { retainAgeMs } = this.plan
    const newest = retainAgeMs === null ? null : this.#newestUntil(Math.floor(nowMs))
    return retainAgeMs === null || newest === null ? -Number.MAX_SAFE_INTEGER : newest - retainAgeMs
  }

  #newestUntil(nowMs: number): number | null {
    const { newestAt } = this.state
    if (newestAt === null || newestAt <= nowMs) return newestAt
    return numberIn(this.#statements.newestUntil?.get({ now: BigInt(nowMs) }), 'newest')
  }

  #note(): void {
    const { name, appliedRow, rows, groups, untimed, missed, evicted, oldestAt, newestAt, problem } =
      this.state
    this.#statements.note.run(
      appliedRow,
      rows,
      groups,
      untimed,
      missed,
      evicted,
      oldestAt,
      newestAt,
      problem,
      name,
    )
  }
}

function prepare(database: SqlDatabase, { sql }: RollupPlan): Statements {
  const optional = (text: string | null): SqlStatement | null =>
    text === null ? null : database.prepare(text)
  return {
    clear: sql.clear.map((text) => database.prepare(text)),
    fill: sql.fill.map((text) => database.prepare(text)),
    countNew: database.prepare(sql.countNew),
    merge: database.prepare(sql.merge),
    derive: optional(sql.derive),
    countUntimed: optional(sql.countUntimed),
    countMissed: optional(sql.countMissed),
    evict: optional(sql.evict),
    nextStarts: optional(sql.nextStarts),
    newestUntil: optional(sql.newestUntil),
    bounds: optional(sql.bounds),
    note: database.prepare(
      `UPDATE sys_rollups SET applied_row = ?, rows = ?, groups = ?, untimed = ?, missed = ?, evicted = ?, oldest_at = ?,
         newest_at = ?, problem = ? WHERE name = ?`,
    ),
  }
}

/** The parameters that a statement names; SQLite refuses others. */
export function parametersOf(
  sql: string | undefined,
  values: Readonly<Record<string, bigint>>,
): Record<string, bigint> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => sql?.includes(`@${name}`) === true))
}

function readState(database: SqlDatabase, { name, from, table }: RollupPlan): RollupState {
  const row = database
    .prepare(
      `SELECT applied_row AS appliedRow, rows, groups, untimed, missed, evicted, oldest_at AS oldestAt, newest_at AS newestAt,
         problem FROM sys_rollups WHERE name = ?`,
    )
    .get(name)
  const number = (key: string): number => numberIn(row, key) ?? 0
  return {
    name,
    from,
    table,
    appliedRow: number('appliedRow'),
    rows: number('rows'),
    groups: number('groups'),
    untimed: number('untimed'),
    missed: number('missed'),
    evicted: number('evicted'),
    oldestAt: numberIn(row, 'oldestAt'),
    newestAt: numberIn(row, 'newestAt'),
    problem: typeof row === 'object' && row !== null && 'problem' in row ? String(row.problem) : '',
  }
}

function countOf(row: unknown): number {
  return numberIn(row, 'count') ?? 0
}

function numberIn(row: unknown, key: string): number | null {
  const value: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, key) : null
  return typeof value === 'number' ? value : null
}
