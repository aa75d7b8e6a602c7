/** A real store with one table `t` and the rollups of a penstock.yaml, for tests: lands rows in batches, asks by SQL. */
import Database from 'better-sqlite3'
import { parseWorkspace } from '../../../../src-main/workspace/parse.ts'
import type { Workspace } from '../../../../src-main/workspace/model.ts'
import type { TableShape } from '../../../../src-main/engine/batch/relations.ts'
import { defineRollupFunctions } from '../../../../src-main/engine/rollups/functions.ts'
import { planRollups } from '../../../../src-main/engine/rollups/plan-rollups.ts'
import { dropOtherRollups, prepareRollups } from '../../../../src-main/engine/rollups/prepare-rollups.ts'
import type { RollupPlan } from '../../../../src-main/engine/rollups/rollup-plan.ts'
import { RollupSet } from '../../../../src-main/engine/rollups/rollup-set.ts'
import { prepareTables } from '../../../../src-main/engine/store/tables.ts'
import { RetainedTable } from '../../../../src-main/engine/store/retained-table.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'

/** A row of `t`: at (timestamp), city (text), amount (integer), weight (real), note (bytes), any (expression). */
export interface Row {
  at: number | null
  city: string | null
  amount: bigint | number | null
  weight: number | null
  note?: Buffer | null
  any?: unknown
}

export const shape: TableShape = {
  name: 't',
  source: 's',
  columns: [
    { name: 'at', type: 'timestamp' },
    { name: 'city', type: 'text' },
    { name: 'amount', type: 'integer' },
    { name: 'weight', type: 'real' },
    { name: 'note', type: 'bytes' },
    { name: 'any', type: null },
  ],
  landing: null,
  indexes: [],
  retainRows: null,
  retainBytes: null,
  retainAgeMs: null,
}

/** The workspace of a `rollups:` block. @throws Error where the file itself has problems */
export function workspaceOf(rollups: string, eventTime: string | null = null): Workspace {
  const time = eventTime === null ? '' : `, columns: { ${eventTime}: timestamp }, event_time: ${eventTime}`
  const head = `penstock: 1\nsources: { s: { replay: { file: s.ndjson }${time} } }\ntables: { t: { source: s } }\n`
  const parsed = parseWorkspace(`${head}rollups:\n${rollups.replace(/^/gm, '  ')}\n`, '/w/penstock.yaml')
  if ('problems' in parsed)
    throw new Error(parsed.problems.map(({ message, hint }) => `${message} (${hint})`).join('\n'))
  return parsed.workspace
}

/**
 * The plan of the first rollup of a `rollups:` block.
 * @param table its columns are others than those of {@link shape}
 * @param eventTime column of the source's event time
 */
export function planOf(
  rollups: string,
  table: TableShape = shape,
  eventTime: string | null = null,
): RollupPlan {
  const scratch = new Database(':memory:')
  const { plans, problems } = planRollups(workspaceOf(rollups, eventTime), [table], scratch)
  scratch.close()
  const [plan] = plans
  if (plan === undefined) throw new Error(problems.map(({ message }) => message).join('\n'))
  return plan
}

/** What planning says against a `rollups:` block: messages with hints. */
export function problemsOf(rollups: string): string[] {
  const scratch = new Database(':memory:')
  const { problems } = planRollups(workspaceOf(rollups), [shape], scratch)
  scratch.close()
  return problems.map(({ path, message, hint }) => `${path}: ${message} | ${hint}`)
}

export class RollupBench {
  readonly database = new Database(':memory:')
  readonly events: string[] = []
  set: RollupSet
  readonly #eventTime: string | null
  #table: RetainedTable
  #offset = 0

  /** @param eventTime column of the source's event time */
  constructor(rollups: string, eventTime: string | null = null) {
    this.#eventTime = eventTime
    this.database.exec(systemSchema)
    defineRollupFunctions(this.database)
    prepareTables(this.database, [shape])
    this.#table = new RetainedTable(this.database, shape)
    this.set = this.#open(rollups)
  }

  /**
   * As a new start of the program does, with the same rollups or others.
   * @param isSameFile whether penstock.yaml is the one that filled the store
   */
  restart(rollups: string, isSameFile = false): void {
    this.#table = new RetainedTable(this.database, shape)
    this.set = this.#open(rollups, isSameFile)
  }

  /** As if the table kept no more than its last row, and the program had ended. */
  evictRows(): void {
    this.database.exec(`DELETE FROM t WHERE rowid < (SELECT max(rowid) FROM t);
      UPDATE sys_tables SET evicted = landed - 1, rows = 1`)
  }

  /** Lands rows as one batch. */
  land(rows: readonly Row[], nowMs = 4e12): void {
    const insert = this.database.prepare(
      `INSERT INTO t (at, city, amount, weight, note, "any", _topic, _partition, _offset, _timestamp, _ingested_at)
       VALUES (?, ?, ?, ?, ?, ?, 'topic', 0, ?, 0, 0)`,
    )
    this.#within(() => {
      const before = this.#table.held.last
      for (const row of rows) {
        const { at, city, amount, weight, note = null, any = null } = row
        insert.run(at, city, amount, weight, note, any, this.#offset++)
      }
      this.#table.landed(rows.length, nowMs, null)
      const { last } = this.#table.held
      if (rows.length > 0) this.set.landed('t', { first: last - rows.length + 1, last }, before, nowMs)
      this.#table.settle(rows.length, nowMs, this.set.firstNeeded('t'))
    })
  }

  /** Takes in all that is missing. */
  catchUp(): void {
    while (this.#within(() => this.set.catchUp(() => this.#table.held, 4e12)));
  }

  evict(nowMs: number): void {
    this.#within(() => {
      this.set.evict(nowMs)
    })
  }

  /** Rows of a table or rollup, as arrays. */
  rows(sql: string): unknown[] {
    return this.database.prepare(sql).raw().all()
  }

  #open(rollups: string, isSameFile = false): RollupSet {
    const scratch = new Database(':memory:')
    const { plans, problems } = planRollups(workspaceOf(rollups, this.#eventTime), [shape], scratch)
    scratch.close()
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'))
    const onEvent = (_level: string, kind: string, name: string, message: string): void => {
      this.events.push(`${kind} ${name}: ${message}`)
    }
    this.#within(() => {
      dropOtherRollups(this.database, plans)
      prepareRollups(this.database, plans, { held: () => this.#table.held, isSameFile, onEvent })
    })
    return new RollupSet(this.database, plans, onEvent)
  }

  #within<Output>(work: () => Output): Output {
    this.database.exec('BEGIN')
    try {
      const output = work()
      this.database.exec('COMMIT')
      this.#table.committed()
      // Not there yet while the first one is made.
      ;(this.set as RollupSet | undefined)?.committed()
      return output
    } catch (error) {
      this.database.exec('ROLLBACK')
      this.#table.rolledBack()
      throw error
    }
  }
}
