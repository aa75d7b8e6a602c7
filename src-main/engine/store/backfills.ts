/**
 * Book-keeping of backfills that run: tables and columns that came when their source had read records before. A run beside the
 * source reads those again, for them only; where it stands and where it ends is kept like the positions of a source. Store
 * thread only.
 */
import type { Database } from 'better-sqlite3'
import type { PackedBatch } from '../batch/packed-batch.ts'
import type { Positions, SourcePosition } from './positions.ts'

export type Offsets = SourcePosition['nextOffsets']

/** What a run fills. */
export interface BackfillTable {
  id: number
  table: string
  /** Columns of rows that are there; empty where rows are landed. */
  columns: string[]
}

/** One reading of a source for tables and columns that came at the same time. */
export interface BackfillRun {
  /** Under which its positions are kept, and by which its batches are known. */
  name: string
  source: string
  tables: BackfillTable[]
}

/** How far a run is. Records: read, of about so many. Rows: landed, or filled in. */
export interface BackfillFigures {
  table: string
  source: string
  columns: string[]
  records: number
  total: number
  rows: number
  problem: string
}

/** What a batch did: rows by table. */
export type FilledRows = ReadonlyMap<string, number>

interface StoredBackfill {
  id: number
  source: string
  table: string
  columns: string
  run: string
}

export class Backfills {
  readonly #database: Database
  readonly #positions: Positions

  constructor(database: Database, positions: Positions) {
    this.#database = database
    this.#positions = positions
  }

  /** Runs that are under way. */
  runs(): BackfillRun[] {
    const runs = new Map<string, BackfillRun>()
    for (const { id, source, table, columns, run } of this.#running()) {
      const entry = runs.get(run) ?? { name: run, source, tables: [] }
      entry.tables.push({ id, table, columns: namesOf(columns) })
      runs.set(run, entry)
    }
    return [...runs.values()]
  }

  /**
   * Has a run that begins do so at the oldest records that its tables still have rows of. The caller's transaction.
   * @param firsts where those rows came from
   */
  beginAt(run: string, firsts: Offsets): void {
    if (this.#positions.hasRead(run)) return
    this.#positions.put(run, firsts)
    // Where a table has no rows there is nothing to fill.
    const until = this.#positions.peek(untilName(run)).nextOffsets
    this.#positions.forget(untilName(run))
    this.#positions.put(untilName(run), sharedWith(until, firsts))
  }

  /**
   * A topic that was made again since a run began is read from its beginning: what the run has read was of another one. The
   * caller's transaction.
   */
  followTopics({ name, source }: BackfillRun): void {
    const { places } = this.#positions.peek(source)
    for (const [topic, place] of this.#positions.peek(name).places) {
      const now = places.get(topic)
      if (now !== undefined && now !== place) this.#positions.restart(name, topic, now)
    }
  }

  /** Where a run stands, and the first offsets that it is not to read. One that begins has the places of its source. */
  place({ name, source }: Pick<BackfillRun, 'name' | 'source'>): SourcePosition & { until: Offsets } {
    const { nextOffsets, places } = this.#positions.peek(name)
    const until = this.#positions.peek(untilName(name)).nextOffsets
    return { nextOffsets, places: places.size > 0 ? places : this.#positions.peek(source).places, until }
  }

  /** The caller's transaction. */
  extend(run: string, until: Offsets): void {
    this.#positions.put(untilName(run), until)
  }

  /** Records of the source between where a run stands and where the source does. */
  missing(run: string, source: Offsets): number {
    return distance(this.#positions.peek(run).nextOffsets, source)
  }

  /** Counts a batch. The caller's transaction. */
  note(run: BackfillRun, batch: PackedBatch, rows: FilledRows): void {
    const { nextOffsets, until } = this.place(run)
    const left = distance(nextOffsets, until)
    const update = this.#database.prepare(
      'UPDATE sys_backfills SET records = records + ?, total = records + ? + ?, rows = rows + ? WHERE id = ?',
    )
    for (const { id, table } of run.tables)
      update.run(batch.records, batch.records, left, rows.get(table) ?? 0, id)
  }

  /** What keeps a run waiting; empty where nothing does. */
  problem(run: string, problem: string): void {
    this.#database
      .prepare('UPDATE sys_backfills SET problem = @problem WHERE run = @run AND problem <> @problem')
      .run({ run, problem })
  }

  /** The caller's transaction. @returns records read and rows filled, by table */
  finish(
    { name, tables }: BackfillRun,
    nowMs: number,
  ): (BackfillTable & { records: number; rows: number })[] {
    this.#database
      .prepare(
        "UPDATE sys_backfills SET state = 'done', ended_at = ?, total = records, problem = '' WHERE run = ?",
      )
      .run(Math.floor(nowMs), name)
    this.#positions.forget(name)
    this.#positions.forget(untilName(name))
    const read = this.#database.prepare<[number], { records: number; rows: number }>(
      'SELECT records, rows FROM sys_backfills WHERE id = ?',
    )
    return tables.map((table) => ({ ...table, ...(read.get(table.id) ?? { records: 0, rows: 0 }) }))
  }

  /** As of the last commit. */
  figures(): BackfillFigures[] {
    return this.#database
      .prepare<[], Omit<BackfillFigures, 'columns'> & { columns: string }>(
        `SELECT table_name AS "table", source, columns, records, total, rows, problem FROM sys_backfills
         WHERE state = 'running' ORDER BY id`,
      )
      .all()
      .map((row) => ({ ...row, columns: namesOf(row.columns) }))
  }

  #running(): StoredBackfill[] {
    return this.#database
      .prepare<[], StoredBackfill>(
        `SELECT id, source, table_name AS "table", columns, run FROM sys_backfills WHERE state = 'running' ORDER BY id`,
      )
      .all()
  }
}

/** Tables that a run fills with rows, and not only with columns. */
export function wholeTables({ tables }: Pick<BackfillRun, 'tables'>): Set<string> {
  return new Set(tables.flatMap(({ table, columns }) => (columns.length === 0 ? [table] : [])))
}

/** Tables that a run fills columns of, into rows that are there. */
export function filledTables({ tables }: Pick<BackfillRun, 'tables'>): Set<string> {
  return new Set(tables.flatMap(({ table, columns }) => (columns.length === 0 ? [] : [table])))
}

/** Under which the end of a run is kept. */
export function untilName(run: string): string {
  return `${run}/until`
}

/** Offsets of topics that a source reads; it may have read others before it was changed. */
export function ofTopics(offsets: Offsets, reads: (topic: string) => boolean): Offsets {
  return new Map([...offsets].filter(([topic]) => reads(topic)))
}

/** Those of the first that the second has, too. */
function sharedWith(offsets: Offsets, others: Offsets): Offsets {
  return new Map(
    [...offsets].flatMap(([topic, partitions]) => {
      const shared = [...partitions].filter(([partition]) => others.get(topic)?.has(partition) === true)
      return shared.length === 0 ? [] : [[topic, new Map(shared)]]
    }),
  )
}

/** @param columns JSON */
export function namesOf(columns: string): string[] {
  const names: unknown = JSON.parse(columns)
  return Array.isArray(names) ? names.map(String) : []
}

/** Records from one place to another, over all partitions of the second. */
export function distance(from: Offsets, to: Offsets): number {
  let records = 0
  for (const [topic, partitions] of to) {
    for (const [partition, end] of partitions) {
      const at = from.get(topic)?.get(partition) ?? 0n
      records += Math.max(0, Number(end - at))
    }
  }
  return records
}
