/**
 * The store as one version of the workspace has it: tables, steps, rollups and backfills, brought to their form and run batch
 * by batch. Another version takes its place between two batches. Store thread only.
 */
import type { Database } from 'better-sqlite3'
import type { PackedBatch } from '../batch/packed-batch.ts'
import { dropOtherRollups, refuseStoredTables } from '../rollups/prepare-rollups.ts'
import { isCopied } from '../signals/store-copies.ts'
import { BatchWriter } from '../store/batch-writer.ts'
import { dropTemporary } from '../store/database.ts'
import type { EventLog } from '../store/event-log.ts'
import { LogRestart } from '../store/log-restart.ts'
import type { LookupTables } from '../store/lookup-tables.ts'
import { PlannerStatistics } from '../store/planner-statistics.ts'
import type { CommittedPosition } from '../store/positions.ts'
import { prepareIndexes } from '../store/table-indexes.ts'
import { checkTables, prepareTables } from '../store/tables.ts'
import { notedText, noteWorkspace } from '../store/workspace-row.ts'
import { SourceTransform } from '../transform/run-batch.ts'
import type { CompiledWorkspace } from './compile-workspace.ts'
import { StoreBackfills } from './store-backfills.ts'
import { StoreFigureSource } from './store-figures.ts'
import { StoreRollups } from './store-rollups.ts'
import { nowMs } from './thread-calls.ts'
import type { StoreFigures, StorePlanInput } from './thread-messages.ts'

/** What outlives a plan. */
export interface StoreParts {
  database: Database
  file: string
  events: EventLog
  lookups: LookupTables
  /** Told when batches that did not land may do so. */
  release: () => void
}

/** @throws AppError STORE_UNUSABLE where what the store holds does not go with the workspace */
export function checkStored(database: Database, { tables, rollups }: CompiledWorkspace): void {
  checkTables(database, tables)
  refuseStoredTables(database, rollups)
}

export class PlannedStore {
  readonly input: StorePlanInput
  readonly writer: BatchWriter
  readonly backfills: StoreBackfills
  readonly #sources: ReadonlySet<string>
  readonly #rollups: StoreRollups
  readonly #figures: StoreFigureSource
  readonly #log: LogRestart
  readonly #statistics: PlannerStatistics

  /** @throws the database's error, and as {@link checkStored} */
  constructor(parts: StoreParts, input: StorePlanInput, { plans, tables, rollups }: CompiledWorkspace) {
    const { database, file, events, lookups, release } = parts
    const { workspace } = input
    this.input = input
    this.#sources = new Set(plans.map(({ source }) => source))
    dropTemporary(database)
    this.backfills = new StoreBackfills(database, workspace, plans, events)
    dropOtherRollups(database, rollups)
    prepareTables(database, tables)
    for (const change of prepareIndexes(database, tables)) {
      const { table: subject, columns, what, ms } = change
      const took = what === 'made' ? ` in ${String(Math.round(ms))} ms` : ''
      const message = `the index of ${subject} by ${columns.join(', ')} was ${what}${took}`
      events.add({ at: nowMs(), level: 'info', kind: `index-${what}`, subject, message })
    }
    this.backfills.prepare(plans)
    lookups.keepOnly(workspace.lookups.map((lookup) => lookup.name))
    lookups.freezeColumns()
    const running = this.backfills.withoutFilled(plans)
    const transforms = new Map(running.map((plan) => [plan.source, new SourceTransform(database, plan)]))
    this.writer = new BatchWriter(database, tables, transforms, events, nowMs)
    for (const source of this.#sources) this.writer.positions.read(source)
    const { budgetBytes } = workspace.store
    if (budgetBytes !== null) this.writer.keepWithin(budgetBytes)
    this.#rollups = new StoreRollups(database, rollups, this.writer, {
      isFilled: (table) => this.backfills.fillsRowsOf(table),
      isSameFile: notedText(database) === workspace.text,
      prepared: () => {
        noteWorkspace(database, workspace, input.sourceColumns, nowMs())
      },
    })
    const shown = { tables, rollups: this.#rollups, backfills: this.backfills }
    this.#figures = new StoreFigureSource(database, file, this.writer, shown)
    this.#log = new LogRestart(database, () => isCopied(file))
    this.#statistics = new PlannerStatistics(database)
    // Last: where any of that fails nothing of this may go on by itself.
    this.backfills.begin(this.writer, release)
  }

  /** Whether a batch may land now: one whose source a backfill has nearly reached waits for that. */
  takes({ source }: PackedBatch): boolean {
    return !this.backfills.holds(source)
  }

  /**
   * Lands a batch. One of a source or a backfill that the workspace does not have any more is let go: what it holds has not
   * been committed, and is read again should it come back.
   * @throws the database's error; the batch can be written again
   */
  write(batch: PackedBatch): void {
    if (this.backfills.has(batch.source)) this.backfills.write(batch, this.writer)
    else if (this.#sources.has(batch.source)) this.#figures.noteLatency(this.writer.write(batch))
  }

  /**
   * Housekeeping between batches.
   * @param isFull whether the store takes no writes
   * @throws the database's error
   */
  tidy(runningSources: ReadonlySet<string>, isFull: boolean): void {
    const { logBytes } = this.#figures
    this.writer.tidy(runningSources, { isFull, logBytes })
    this.#log.check(logBytes)
    this.#statistics.renewOne(this.#rollups.relations())
  }

  /** @returns positions that changed since the last time */
  movedPositions(): CommittedPosition[] {
    return this.writer.positions.takeChanged()
  }

  /** @param full why the store takes no writes, or empty */
  figures(full: string): StoreFigures {
    return this.#figures.read(full)
  }

  stop(): void {
    this.#rollups.stop()
    this.backfills.stop()
  }
}
