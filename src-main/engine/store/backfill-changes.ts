/**
 * What a version of the workspace means for backfills: which begin, which pause because their table has gone, and which are not
 * wanted any more. Store thread only; inside the caller's transaction, before the store is brought to the workspace.
 */
import type { Database } from 'better-sqlite3'
import { type BackfillTarget, hasColumn, targetOf } from './backfill-target.ts'
import { distance, type Offsets, ofTopics } from './backfills.ts'
import { noteGoneColumns, noteGoneTables } from './gone-tables.ts'
import { type NotedBackfill, NotedBackfills } from './noted-backfills.ts'
import type { Positions } from './positions.ts'
import { columnsIn, hasRows } from './table-content.ts'

/** Columns that stay empty in the rows that a table holds. */
export interface LeftOut {
  table: string
  columns: string[]
}

export class BackfillChanges {
  readonly #database: Database
  readonly #positions: Positions
  readonly #targets: readonly BackfillTarget[]
  readonly #noted: NotedBackfills
  readonly #leftOut: LeftOut[] = []

  constructor(database: Database, positions: Positions, targets: readonly BackfillTarget[], nowMs: number) {
    this.#database = database
    this.#positions = positions
    this.#targets = targets
    this.#noted = new NotedBackfills(database, positions, Math.floor(nowMs))
  }

  /** Notes all of it. */
  note(): LeftOut[] {
    for (const backfill of this.#noted.open()) this.#follow(backfill)
    const from = { database: this.#database, positions: this.#positions, noted: this.#noted }
    noteGoneTables(from, this.#targets)
    for (const target of this.#targets) noteGoneColumns(from, target)
    this.#beginNew()
    this.#noted.forgetOver()
    return this.#leftOut
  }

  /** What becomes of a backfill that runs, or waits for its table or columns. */
  #follow(backfill: NotedBackfill): void {
    const { state, table, columns } = backfill
    const target = targetOf(this.#targets, backfill)
    const gone = target === undefined ? columns : columns.filter((name) => !hasColumn(target, name))
    if (target === undefined || (gone.length > 0 && gone.length === columns.length)) {
      if (state === 'running') this.#noted.pause(backfill)
    } else if (!target.isWanted) this.#noted.end(backfill, 'stopped')
    else if (columns.length > 0 && !target.carriesPlaces) {
      this.#noted.end(backfill, 'stopped')
      this.#leftOut.push({ table, columns })
    } else {
      if (gone.length > 0) this.#noted.pauseSome(backfill, gone)
      if (state === 'paused') this.#resume(backfill, this.#readBy(target))
    }
  }

  /** Goes on up to where the source stands: rows that came meanwhile are without the columns. */
  #resume(backfill: NotedBackfill, until: Offsets): void {
    const isThere = distance(this.#positions.peek(backfill.run).nextOffsets, until) === 0
    if (isThere) this.#noted.end(backfill, 'done')
    else this.#noted.resume(backfill, until)
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
      const sharing = target.leavesOutLate && columns.length > 0 ? `${source}/columns` : source
      const shared = runs.get(sharing) ?? null
      runs.set(sharing, this.#noted.addRunning({ table, source }, columns, shared, this.#readBy(target)))
    }
  }

  /** @returns new columns of a table, none for a new table; null where nothing is to be filled */
  #newOf(target: BackfillTarget): string[] | null {
    const { name, source, columns } = target.shape
    if (!target.isWanted || !this.#positions.hasRead(source)) return null
    const known = this.#noted.open().filter(({ table, state }) => table === name && state === 'running')
    const stored = columnsIn(this.#database, name)
    if (stored.length === 0) {
      const isKnown = known.some((backfill) => backfill.columns.length === 0)
      return target.beginsAtEnd || isKnown ? null : []
    }
    const filled = new Set(known.flatMap((backfill) => backfill.columns))
    const added = columns.filter(
      (column) => !stored.includes(column.name.toLowerCase()) && !filled.has(column.name),
    )
    return added.length > 0 && hasRows(this.#database, name) ? added.map((column) => column.name) : null
  }

  /** Where the source of a table stands, in the topics that it reads now. */
  #readBy({ shape, reads }: BackfillTarget): Offsets {
    return ofTopics(this.#positions.peek(shape.source).nextOffsets, reads)
  }
}
