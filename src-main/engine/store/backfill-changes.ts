/**
 * What a version of the workspace means for backfills: which begin, which pause because their table has gone, and which are not
 * wanted any more. A table that goes has the place noted where it stood, so that it gets what it missed when it comes back.
 * Store thread only; inside the caller's transaction, before the store is brought to the workspace.
 */
import type { Database } from 'better-sqlite3'
import { addedColumns, type TableShape } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'
import { distance, namesOf, type Offsets, ofTopics, untilName } from './backfills.ts'
import type { Positions } from './positions.ts'

/** Backfills that are over and stay listed. */
const keptBackfills = 1000

/** A table of the workspace, as far as it can be filled from its source. */
export interface BackfillTarget {
  shape: TableShape
  /** Whether records from before are wanted at all. */
  isWanted: boolean
  /** Whether its source begins with what comes, so that a new table does, too. */
  beginsAtEnd: boolean
  /** Whether its rows tell which records they came from. */
  carriesPlaces: boolean
  /** Whether records of its source that come too late do not land. */
  leavesOutLate: boolean
  /** Whether its source reads a topic, and not only did so before it was changed. */
  reads: (topic: string) => boolean
}

/** Columns that stay empty in the rows that a table holds. */
export interface LeftOut {
  table: string
  columns: string[]
}

type BackfillState = 'running' | 'paused' | 'stopped' | 'done'

interface StoredBackfill {
  id: number
  source: string
  table: string
  columns: string[]
  state: BackfillState
  run: string
}

export class BackfillChanges {
  readonly #database: Database
  readonly #positions: Positions
  readonly #targets: readonly BackfillTarget[]
  readonly #nowMs: number
  readonly #leftOut: LeftOut[] = []

  constructor(database: Database, positions: Positions, targets: readonly BackfillTarget[], nowMs: number) {
    this.#database = database
    this.#positions = positions
    this.#targets = targets
    this.#nowMs = Math.floor(nowMs)
  }

  /** Notes all of it. */
  note(): LeftOut[] {
    const stored = this.#stored()
    for (const backfill of stored) this.#follow(backfill)
    this.#noteGone(stored)
    for (const target of this.#targets) this.#noteGoneColumns(target)
    this.#beginNew()
    this.#forget()
    return this.#leftOut
  }

  /** What becomes of a backfill that runs, or waits for its table or columns. */
  #follow(backfill: StoredBackfill): void {
    const { id, state, table, columns } = backfill
    const target = this.#targetOf(backfill)
    const gone = target === undefined ? columns : columns.filter((name) => !has(target, name))
    if (target === undefined || (gone.length > 0 && gone.length === columns.length)) {
      if (state === 'running') this.#pause(backfill)
    } else if (!target.isWanted) this.#set(id, 'stopped')
    else if (columns.length > 0 && !target.carriesPlaces) {
      this.#set(id, 'stopped')
      this.#leftOut.push({ table, columns })
    } else {
      if (gone.length > 0) this.#pauseSome(backfill, gone)
      if (state === 'paused') this.#resume(backfill, this.#readBy(target))
    }
  }

  /** Goes on up to where the source stands: rows that came meanwhile are without the columns. */
  #resume({ id, run }: StoredBackfill, until: Offsets): void {
    if (distance(this.#positions.peek(run).nextOffsets, until) === 0) {
      this.#set(id, 'done')
      return
    }
    this.#set(id, 'running')
    this.#positions.put(untilName(run), until)
  }

  /** The other columns of a run go on without these. */
  #pauseSome(backfill: StoredBackfill, gone: readonly string[]): void {
    const rest = backfill.columns.filter((name) => !gone.includes(name))
    this.#database
      .prepare('UPDATE sys_backfills SET columns = ? WHERE id = ?')
      .run(JSON.stringify(rest), backfill.id)
    this.#pause({ ...backfill, id: this.#insert(backfill, gone, 'paused') })
  }

  /** A run that others use too goes on without it, so that it keeps a place of its own. */
  #pause({ id, source, run }: StoredBackfill): void {
    const own = `${source}/${String(id)}/paused`
    this.#copyPlace(run, own)
    this.#positions.copy(untilName(run), untilName(own))
    this.#set(id, 'paused')
    this.#setRun(id, own)
  }

  /** Has a run stand where a source or another run does, also in event time. */
  #copyPlace(name: string, to: string): void {
    this.#positions.copy(name, to)
    this.#database
      .prepare(
        `INSERT OR IGNORE INTO _penstock_watermarks (source, newest_at, late, too_late, ahead)
         SELECT ?, newest_at, 0, 0, 0 FROM _penstock_watermarks WHERE source = ?`,
      )
      .run(to, name)
  }

  /** Tables that had all that their source has read, and get no more. */
  #noteGone(stored: readonly StoredBackfill[]): void {
    const tables = this.#database.prepare<[], { table: string; source: string }>(
      'SELECT name AS "table", source FROM sys_tables',
    )
    for (const gone of tables.all()) {
      const isNoted = stored.some(
        ({ table, source, columns }) =>
          table === gone.table && source === gone.source && columns.length === 0,
      )
      if (isNoted || this.#targetOf(gone) !== undefined || !this.#hasRead(gone.source)) continue
      const id = this.#insert(gone, [], 'paused')
      const run = `${gone.source}/${String(id)}`
      this.#setRun(id, run)
      this.#copyPlace(gone.source, run)
    }
  }

  /** Columns that a table holds and does not get any more; the rows that come now are without them. */
  #noteGoneColumns(target: BackfillTarget): void {
    const { name: table, source } = target.shape
    if (!target.carriesPlaces || !this.#hasRead(source)) return
    const noted = this.#stored().filter((backfill) => backfill.table === table && backfill.source === source)
    const known = new Set(noted.flatMap(({ columns }) => columns.map((name) => name.toLowerCase())))
    for (const { name } of addedColumns) known.add(name)
    const gone = this.#columnsOf(table).filter((name) => !has(target, name) && !known.has(name))
    if (gone.length === 0 || !this.#hasRows(table)) return
    const whole = noted.find(({ columns }) => columns.length === 0)
    const id = this.#insert({ table, source }, gone, 'paused')
    const run = `${source}/${String(id)}`
    this.#setRun(id, run)
    this.#copyPlace(whole?.run ?? source, run)
  }

  /** Tables and columns that the store does not have yet; those of a source share a run, but where only tables leave records out. */
  #beginNew(): void {
    const runs = new Map<string, string>()
    for (const target of this.#targets) {
      const { name: table, source } = target.shape
      const columns = this.#newOf(target)
      if (columns === null) continue
      if (columns.length > 0 && !target.carriesPlaces) {
        this.#leftOut.push({ table, columns })
        continue
      }
      const id = this.#insert({ table, source }, columns, 'running')
      const sharing = target.leavesOutLate && columns.length > 0 ? `${source}/columns` : source
      const run = runs.get(sharing) ?? `${source}/${String(id)}`
      runs.set(sharing, run)
      this.#setRun(id, run)
      this.#positions.put(untilName(run), this.#readBy(target))
    }
  }

  /** @returns new columns of a table, none for a new table; null where nothing is to be filled */
  #newOf(target: BackfillTarget): string[] | null {
    const { name, source, columns } = target.shape
    if (!target.isWanted || !this.#hasRead(source)) return null
    const known = this.#stored().filter(({ table, state }) => table === name && state === 'running')
    const stored = this.#columnsOf(name)
    if (stored.length === 0) {
      const isKnown = known.some((backfill) => backfill.columns.length === 0)
      return target.beginsAtEnd || isKnown ? null : []
    }
    const filled = new Set(known.flatMap((backfill) => backfill.columns))
    const added = columns.filter(
      (column) => !stored.includes(column.name.toLowerCase()) && !filled.has(column.name),
    )
    return added.length > 0 && this.#hasRows(name) ? added.map((column) => column.name) : null
  }

  /** Names in lower case; none where the store does not have the table. */
  #columnsOf(table: string): string[] {
    return this.#database
      .prepare<[string], string>('SELECT lower(name) FROM pragma_table_info(?)')
      .pluck()
      .all(table)
  }

  #hasRows(table: string): boolean {
    return this.#database.prepare(`SELECT 1 FROM ${quoted(table)} LIMIT 1`).get() !== undefined
  }

  /** Where the source of a table stands, in the topics that it reads now. */
  #readBy({ shape, reads }: BackfillTarget): Offsets {
    return ofTopics(this.#positions.peek(shape.source).nextOffsets, reads)
  }

  #hasRead(source: string): boolean {
    return this.#positions.peek(source).nextOffsets.size > 0
  }

  #targetOf({ table, source }: { table: string; source: string }): BackfillTarget | undefined {
    return this.#targets.find(({ shape }) => shape.name === table && shape.source === source)
  }

  #stored(): StoredBackfill[] {
    return this.#database
      .prepare<[], Omit<StoredBackfill, 'columns'> & { columns: string }>(
        `SELECT id, source, table_name AS "table", columns, state, run FROM sys_backfills
         WHERE state IN ('running', 'paused') ORDER BY id`,
      )
      .all()
      .map((row) => ({ ...row, columns: namesOf(row.columns) }))
  }

  #insert(
    { table, source }: { table: string; source: string },
    columns: readonly string[],
    state: BackfillState,
  ): number {
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

  /** What is over needs no places, and the oldest are not listed any more. Names of sources have no slash. */
  #forget(): void {
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
}

function has({ shape }: BackfillTarget, column: string): boolean {
  return shape.columns.some(({ name }) => name.toLowerCase() === column.toLowerCase())
}
