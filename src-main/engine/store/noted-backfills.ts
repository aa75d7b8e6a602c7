/**
 * The rows of sys_backfills while versions of the workspace change them, with the places where runs stand and end. Store thread
 * only; inside the caller's transaction.
 */
import type { Database } from 'better-sqlite3'
import type { FilledTable } from './backfill-target.ts'
import { namesOf, type Offsets, untilName } from './backfills.ts'
import type { Positions } from './positions.ts'

/** Backfills that are over and stay listed. */
const keptBackfills = 1000

type BackfillState = 'running' | 'paused' | 'stopped' | 'done'

/** A backfill that is not over. */
export interface NotedBackfill extends FilledTable {
  id: number
  /** Empty for a whole table. */
  columns: string[]
  state: BackfillState
  run: string
}

export class NotedBackfills {
  readonly #database: Database
  readonly #positions: Positions
  readonly #nowMs: number

  /** @param nowMs whole milliseconds */
  constructor(database: Database, positions: Positions, nowMs: number) {
    this.#database = database
    this.#positions = positions
    this.#nowMs = nowMs
  }

  /** Those that run or are paused, oldest first. */
  open(): NotedBackfill[] {
    return this.#database
      .prepare<[], Omit<NotedBackfill, 'columns'> & { columns: string }>(
        `SELECT id, source, table_name AS "table", columns, state, run FROM sys_backfills
         WHERE state IN ('running', 'paused') ORDER BY id`,
      )
      .all()
      .map((row) => ({ ...row, columns: namesOf(row.columns) }))
  }

  /** @param run that it shares; null for one of its own. @returns the run */
  addRunning(filled: FilledTable, columns: readonly string[], run: string | null, until: Offsets): string {
    const id = this.#insert(filled, columns, 'running')
    const name = run ?? runOf(filled, id)
    this.#setRun(id, name)
    this.#positions.put(untilName(name), until)
    return name
  }

  /** One that waits from the beginning. @param standsAt source or run whose place it has */
  addPaused(filled: FilledTable, columns: readonly string[], standsAt: string): void {
    const id = this.#insert(filled, columns, 'paused')
    const run = runOf(filled, id)
    this.#setRun(id, run)
    this.#copyPlace(standsAt, run)
  }

  /** A run that others use too goes on without it, so that it keeps a place of its own. */
  pause({ id, source, run }: Pick<NotedBackfill, 'id' | 'source' | 'run'>): void {
    const own = `${source}/${String(id)}/paused`
    this.#copyPlace(run, own)
    this.#positions.copy(untilName(run), untilName(own))
    this.#set(id, 'paused')
    this.#setRun(id, own)
  }

  /** The other columns of a run go on without these. */
  pauseSome(backfill: NotedBackfill, gone: readonly string[]): void {
    const rest = backfill.columns.filter((name) => !gone.includes(name))
    this.#database
      .prepare('UPDATE sys_backfills SET columns = ? WHERE id = ?')
      .run(JSON.stringify(rest), backfill.id)
    this.pause({ ...backfill, id: this.#insert(backfill, gone, 'paused') })
  }

  /** Goes on, up to another end. */
  resume({ id, run }: NotedBackfill, until: Offsets): void {
    this.#set(id, 'running')
    this.#positions.put(untilName(run), until)
  }

  end({ id }: NotedBackfill, state: 'stopped' | 'done'): void {
    this.#set(id, state)
  }

  /** What is over needs no places, and the oldest are not listed any more. Names of sources have no slash. */
  forgetOver(): void {
    const over = this.#database
      .prepare<[string], string>(
        `WITH kept AS (SELECT run FROM sys_backfills WHERE state IN ('running', 'paused'))
         SELECT DISTINCT source FROM _penstock_positions WHERE instr(source, '/') > 0
         EXCEPT SELECT run FROM kept EXCEPT SELECT run || ? FROM kept`,
      )
      .pluck()
    for (const name of over.all(untilName(''))) this.#positions.forget(name)
    this.#database
      .prepare(
        `DELETE FROM _penstock_watermarks WHERE instr(source, '/') > 0 AND source NOT IN
         (SELECT run FROM sys_backfills WHERE state IN ('running', 'paused'))`,
      )
      .run()
    this.#database
      .prepare(
        `DELETE FROM sys_backfills WHERE state IN ('done', 'stopped') AND id <= (SELECT max(id) FROM sys_backfills) - ?`,
      )
      .run(keptBackfills)
  }

  /** Has a run stand where a source or another run does, also in event time. */
  #copyPlace(name: string, to: string): void {
    this.#positions.copy(name, to)
    this.#database
      .prepare(
        `INSERT OR IGNORE INTO _penstock_watermarks (source, newest_at, late, too_late, ahead, origin)
         SELECT ?, newest_at, 0, 0, 0, origin FROM _penstock_watermarks WHERE source = ?`,
      )
      .run(to, name)
  }

  #insert({ table, source }: FilledTable, columns: readonly string[], state: BackfillState): number {
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO sys_backfills (source, table_name, columns, state, records, total, rows, begun_at, problem, run)
         VALUES (?, ?, ?, ?, 0, 0, 0, ?, '', '')`,
      )
      .run(source, table, JSON.stringify(columns), state, this.#nowMs)
    return Number(lastInsertRowid)
  }

  #set(id: number, state: BackfillState): void {
    const isOver = state === 'stopped' || state === 'done'
    this.#database
      .prepare("UPDATE sys_backfills SET state = ?, problem = '', ended_at = ? WHERE id = ?")
      .run(state, isOver ? this.#nowMs : null, id)
  }

  #setRun(id: number, run: string): void {
    this.#database.prepare('UPDATE sys_backfills SET run = ? WHERE id = ?').run(run, id)
  }
}

function runOf({ source }: FilledTable, id: number): string {
  return `${source}/${String(id)}`
}
