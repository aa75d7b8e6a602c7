/**
 * Backfills in the store thread: lands what runs beside the sources read, and lets a table join its source once its run has
 * come to where the source stands.
 */
import type { Database } from 'better-sqlite3'
import type { PackedBatch } from '../batch/packed-batch.ts'
import { topicForm } from '../ingest/kafka/run-bound.ts'
import { BackfillChanges } from '../store/backfill-changes.ts'
import type { BackfillTarget } from '../store/backfill-target.ts'
import {
  type BackfillRun,
  Backfills,
  filledTables,
  type Offsets,
  ofTopics,
  wholeTables,
} from '../store/backfills.ts'
import type { BatchWriter } from '../store/batch-writer.ts'
import type { EventLog } from '../store/event-log.ts'
import { Positions } from '../store/positions.ts'
import { carriesPlaces, fillingPlan } from '../transform/column-fill.ts'
import type { SourcePlan, TablePlan } from '../transform/source-plan.ts'
import { SourceTransform } from '../transform/run-batch.ts'
import type { Source, Workspace } from '../../workspace/model.ts'
import { BackfillPlaces } from './backfill-places.ts'
import { nowMs } from './thread-calls.ts'
import type { BackfillStart } from './thread-messages.ts'

/** A run this near to its source has the source wait until both stand at the same place. */
const nearRecords = 50_000
/** For so long at most. */
const holdMs = 3000

interface Running {
  run: BackfillRun
  transform: SourceTransform
}

export class StoreBackfills {
  readonly #database: Database
  readonly #backfills: Backfills
  readonly #positions: Positions
  readonly #events: EventLog
  readonly #runs: BackfillRun[]
  readonly #running = new Map<string, Running>()
  readonly #held = new Map<string, NodeJS.Timeout>()
  /** Runs that an earlier start began. */
  readonly #known: ReadonlySet<string>
  readonly #sources: readonly Source[]
  /** Runs that begin where the oldest rows came from, once that is known. */
  readonly #beginning = new Set<string>()
  #places: BackfillPlaces | null = null
  #release: () => void = () => undefined

  /** Notes what is new. To be called before the store is brought to the workspace. */
  constructor(database: Database, workspace: Workspace, plans: readonly SourcePlan[], events: EventLog) {
    this.#database = database
    this.#events = events
    this.#positions = new Positions(database)
    this.#backfills = new Backfills(database, this.#positions)
    const changes = new BackfillChanges(database, this.#positions, targetsOf(workspace, plans), nowMs())
    const begin = database.transaction(() => changes.note())
    this.#known = new Set(this.#backfills.runs().map(({ name }) => name))
    this.#sources = workspace.sources
    for (const { table, columns } of begin()) {
      const message = `${table} holds NULL in ${columns.join(', ')} for the rows it has: its steps do not keep rows apart, so that they cannot be filled in`
      events.add({ at: nowMs(), level: 'warn', kind: 'backfill-left-out', subject: table, message })
    }
    this.#runs = this.#backfills.runs()
    for (const run of this.#runs) if (!this.#known.has(run.name)) this.#tellBegun(run)
  }

  /** What sources run themselves: tables that are still being filled are left out. */
  withoutFilled(plans: readonly SourcePlan[]): SourcePlan[] {
    const filled = new Set(this.#runs.flatMap((run) => [...wholeTables(run)]))
    return plans.map((plan) => ({ ...plan, tables: plan.tables.filter(({ name }) => !filled.has(name)) }))
  }

  /** Makes what runs need, once the store has been brought to the workspace. */
  prepare(plans: readonly SourcePlan[]): void {
    const planned = this.#runs.flatMap((run) => {
      const plan = plans.find(({ source }) => source === run.source)
      return plan === undefined ? [] : [{ run, plan }]
    })
    const filled = planned.flatMap(({ run, plan }) =>
      plan.tables.filter(({ name }) => filledTables(run).has(name)),
    )
    this.#places = new BackfillPlaces(
      this.#database,
      filled.map(({ name, landing }) => ({ name, isKept: landing?.kind !== 'keyed' })),
    )
    for (const { run, plan } of planned) {
      const tables = run.tables.flatMap(({ table, columns }) => planOf(plan, table, columns))
      const isWhole = wholeTables(run).size > 0
      // Rows that are there are filled in whether their records would come too late now or not.
      const eventTime = isWhole ? plan.eventTime : null
      const transform = new SourceTransform(this.#database, { ...plan, tables, eventTime })
      this.#running.set(run.name, { run, transform })
      if (this.#isTopic(run.source) && !isWhole) this.#beginning.add(run.name)
    }
  }

  /** @param release told when batches that waited may land */
  begin(writer: BatchWriter, release: () => void): void {
    this.#release = release
    this.#places?.begin(writer, release)
  }

  starts(): BackfillStart[] {
    return [...this.#running.values()].map(({ run }) => this.#startOf(run))
  }

  has(name: string): boolean {
    return this.#running.has(name)
  }

  /** Whether the rows of a table are still being filled in, so that whoever aggregates them waits. */
  fillsRowsOf(table: string): boolean {
    return this.#runs.some((run) => filledTables(run).has(table))
  }

  /** Whether batches wait: of a source for a run that has nearly come to it, of a run for the rows that it fills. */
  holds(source: string): boolean {
    return this.#held.has(source) || this.#places?.areWhole(this.#filledBy(source)) === false
  }

  /** Resolves when a run finds the rows that it fills, or when another plan has taken over. */
  async whenReady(name: string): Promise<void> {
    await this.#places?.whenWhole(this.#filledBy(name))
  }

  /** @throws the database's error; the batch can be written again */
  write(batch: PackedBatch, writer: BatchWriter): void {
    const running = this.#running.get(batch.source)
    if (running === undefined) return
    writer.fill(batch, { ...running, backfills: this.#backfills })
  }

  /**
   * A run has come to its end, and all of it has committed.
   * @returns where it goes on; null where it is done, and then the workspace is to be planned anew
   */
  next(name: string, writer: BatchWriter): BackfillStart | null {
    const run = this.#running.get(name)?.run
    if (run === undefined) return null
    if (this.#beginning.has(name)) return this.#beginAtRows(run, writer)
    const read = this.#sources.find((source) => source.name === run.source)
    const source = ofTopics(this.#positions.peek(run.source).nextOffsets, readsTopic(read))
    return writer.apart(() => {
      if (this.#isTopic(run.source)) this.#backfills.followTopics(run)
      const missing = wholeTables(run).size > 0 ? this.#backfills.missing(name, source) : 0
      if (missing === 0) {
        const tooLate = writer.watermarks.tooLate(name)
        for (const done of this.#backfills.finish(run, nowMs())) this.#tellDone(done, tooLate)
        return null
      }
      if (missing <= nearRecords) this.#hold(run.source)
      this.#backfills.extend(name, source)
      return this.#startOf(run)
    })
  }

  problem(name: string, problem: string): void {
    this.#backfills.problem(name, problem)
  }

  figures(): ReturnType<Backfills['figures']> {
    return this.#runs.length === 0 ? [] : this.#backfills.figures()
  }

  stop(): void {
    for (const timer of this.#held.values()) clearTimeout(timer)
    this.#held.clear()
    this.#places?.stop()
  }

  #isTopic(name: string): boolean {
    return this.#sources.some((source) => source.name === name && source.input.kind === 'kafka')
  }

  /** A run that is to begin at the oldest rows reads nothing before those are known, and asks for more. */
  #startOf(run: BackfillRun): BackfillStart {
    const place = this.#backfills.place(run)
    const until = this.#beginning.has(run.name) ? noOffsets() : place.until
    return { run: run.name, source: run.source, ...place, until }
  }

  /** A run that only fills columns of topics begins where the oldest rows came from; one that has begun stands where it does. */
  #beginAtRows(run: BackfillRun, writer: BatchWriter): BackfillStart {
    const firsts = this.#places?.firsts([...filledTables(run)]) ?? noOffsets()
    writer.apart(() => {
      this.#backfills.beginAt(run.name, firsts)
    })
    this.#beginning.delete(run.name)
    return this.#startOf(run)
  }

  #filledBy(name: string): string[] {
    const run = this.#running.get(name)?.run
    return run === undefined ? [] : [...filledTables(run)]
  }

  #hold(source: string): void {
    clearTimeout(this.#held.get(source))
    const timer = setTimeout(() => {
      this.#held.delete(source)
      this.#release()
    }, holdMs)
    this.#held.set(source, timer)
  }

  #tellBegun({ source, tables }: BackfillRun): void {
    for (const { table, columns } of tables) {
      const what = columns.length === 0 ? table : `${columns.join(', ')} of ${table}`
      const message = `${what} is filled with what ${source} has read without it`
      this.#events.add({ at: nowMs(), level: 'info', kind: 'backfill-begun', subject: table, message })
    }
  }

  #tellDone(
    { table, columns, records, rows }: ReturnType<Backfills['finish']>[number],
    tooLate: number,
  ): void {
    const late = `, of which ${String(tooLate)} came too late by their event time`
    const read = `from ${String(records)} records${tooLate > 0 ? late : ''}`
    const message =
      columns.length === 0
        ? `${table} is filled: ${String(rows)} rows ${read}`
        : `${columns.join(', ')} of ${table}: filled in for ${String(rows)} rows ${read}; rows whose records are gone, or that share one, hold NULL`
    this.#events.add({ at: nowMs(), level: 'info', kind: 'backfill-done', subject: table, message })
  }
}

function planOf(plan: SourcePlan, table: string, columns: readonly string[]): TablePlan[] {
  const found = plan.tables.filter(({ name }) => name === table)
  return columns.length === 0 ? found : found.map((entry) => fillingPlan(entry, columns))
}

function targetsOf(workspace: Workspace, plans: readonly SourcePlan[]): BackfillTarget[] {
  return plans.flatMap(({ source, tables, eventTime }) => {
    const found = workspace.sources.find(({ name }) => name === source)
    const input = found?.input
    const beginsAtEnd = input?.kind === 'kafka' && input.from.kind === 'latest'
    return tables.map((shape) => {
      const isWanted = workspace.tables.find(({ name }) => name === shape.name)?.backfills === true
      return {
        ...{ shape, isWanted, beginsAtEnd, carriesPlaces: carriesPlaces(shape), reads: readsTopic(found) },
        leavesOutLate: eventTime?.tooLate === 'dead_letter',
      }
    })
  })
}

/** Tells which topics a source reads. */
function readsTopic(source: Source | undefined): (topic: string) => boolean {
  if (source?.input.kind !== 'kafka') return (topic) => topic === source?.topic
  const { input } = source
  const form = topicForm(input)
  return (topic) => (form === null ? input.topics.includes(topic) : form.test(topic))
}

function noOffsets(): Offsets {
  return new Map<string, Map<number, bigint>>()
}
