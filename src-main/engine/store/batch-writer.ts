/**
 * The one transaction per micro-batch: rows, dead letters, statistics, positions and evictions commit together or not at all.
 * Store thread only.
 */
import { AppError } from '#contract/errors.ts'
import type { Database } from 'better-sqlite3'
import type { BatchResult, BatchTransform } from '../batch/batch-result.ts'
import type { BatchRollups } from '../batch/batch-rollups.ts'
import type { PackedBatch } from '../batch/packed-batch.ts'
import type { TableShape } from '../batch/relations.ts'
import { type BackfillRun, type Backfills, wholeTables } from './backfills.ts'
import { BatchLog } from './batch-log.ts'
import { DeadLetterLog, type LookupFailures } from './dead-letter-log.ts'
import type { EventLog } from './event-log.ts'
import { GapLog } from './gap-log.ts'
import { KeyedTable } from './keyed-table.ts'
import { LagLog } from './lag-log.ts'
import type { LandedTable } from './landed-table.ts'
import { latencyRuns } from './latency.ts'
import type { LookupChange, LookupTables } from './lookup-tables.ts'
import { Positions } from './positions.ts'
import { RetainedTable } from './retained-table.ts'
import { SizeLog } from './size-log.ts'
import { type Excess, StoreBudget } from './store-budget.ts'
import { TopicLog } from './topic-log.ts'
import { Watermarks } from './watermarks.ts'

/** Rows that one round of housekeeping may evict from a table. */
const idleEviction = 20_000

/** What a batch of a backfill belongs to. */
export interface BackfillBatch {
  run: BackfillRun
  transform: BatchTransform
  backfills: Backfills
}

/** How much room there is: rows of a table that are over the budget, and whether the store takes no writes. */
interface Room {
  excess: number
  isFull: boolean
}

/** What housekeeping is told of the store. */
export interface StoreFacts {
  isFull: boolean
  logBytes: number
}

/** Milliseconds since 1970 with fractions, the same in all threads. */
export type Clock = () => number

export class BatchWriter {
  readonly events: EventLog
  readonly deadLetters: DeadLetterLog
  readonly topics: TopicLog
  readonly batches: BatchLog
  readonly positions: Positions
  readonly gaps: GapLog
  readonly lags: LagLog
  readonly watermarks: Watermarks
  readonly sizes: SizeLog
  readonly tables: readonly LandedTable[]
  readonly #database: Database
  readonly #transforms: ReadonlyMap<string, BatchTransform>
  readonly #now: Clock
  #rollups: BatchRollups | null = null
  #budget: StoreBudget | null = null
  /** Tables of which rows went that a rollup had not taken in, as people were told. */
  readonly #hurried = new Set<string>()

  constructor(
    database: Database,
    shapes: readonly TableShape[],
    transforms: ReadonlyMap<string, BatchTransform>,
    events: EventLog,
    now: Clock,
  ) {
    this.#database = database
    this.#transforms = transforms
    this.#now = now
    this.events = events
    this.deadLetters = new DeadLetterLog(database)
    this.topics = new TopicLog(database)
    this.batches = new BatchLog(database)
    this.positions = new Positions(database)
    this.gaps = new GapLog(database)
    this.lags = new LagLog(database)
    this.watermarks = new Watermarks(database)
    this.sizes = new SizeLog(database)
    this.tables = shapes.map((shape) =>
      shape.landing?.kind === 'keyed' ? new KeyedTable(database, shape) : new RetainedTable(database, shape),
    )
  }

  /** Evicts from now on also where the store holds more than these bytes. */
  keepWithin(budgetBytes: number): void {
    this.#budget = new StoreBudget(this.#database, budgetBytes, (message) => {
      this.events.add({ at: this.#now(), level: 'warn', kind: 'store-budget', subject: 'store', message })
    })
  }

  /** Rollups of the tables, from now on brought up to date with each batch. */
  keepRollups(rollups: BatchRollups): void {
    this.#rollups = rollups
  }

  /**
   * Lands one batch.
   * @returns latencies of its records as runs (ms, records)
   * @throws the database's error, after rolling back; the batch can be written again
   */
  write(batch: PackedBatch): Float64Array {
    const transform = this.#transforms.get(batch.source)
    if (transform === undefined) throw new AppError('INTERNAL', `no plan for source ${batch.source}`)
    const begun = this.#now()
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const nowMs = Math.floor(begun)
      const rows = loadWhole(transform, batch)
      const loaded = this.#now()
      const result = transform.run(
        rows,
        { topic: batch.topic, ingestedAt: nowMs },
        this.watermarks.newestAt(batch.source, transform.eventTime),
      )
      const { steps, failures, eventTime } = result
      const ran = this.#now()
      this.deadLetters.addDecodeFailures(batch, nowMs)
      this.deadLetters.addStepFailures(batch, failures, nowMs)
      this.deadLetters.trim()
      this.#settle(
        this.tables.filter(({ source }) => source === batch.source),
        result,
        nowMs,
      )
      this.positions.save(batch)
      this.gaps.add(batch, nowMs)
      this.batches.finishEarlier()
      this.watermarks.add(batch.source, transform.eventTime, eventTime)
      const times = {
        loadMs: loaded - begun,
        stepsMs: ran - loaded,
        eventTime: eventTime === null ? null : { ...eventTime, watermark: transform.watermark(eventTime) },
      }
      const batchId = this.batches.addBatch(batch, result, times, nowMs)
      this.topics.addBatch(batch, nowMs)
      this.events.flush()
      const beforeCommit = this.#now()
      this.#database.exec('COMMIT')
      const committed = this.#now()
      const latency = latencyRuns(batch.arrivals, committed)
      this.#committed()
      this.positions.noteCommitted(batch)
      const afterwards = { batchId, commitMs: committed - beforeCommit, totalMs: committed - begun, latency }
      this.batches.committed(afterwards, steps.length)
      return latency
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  /**
   * Lands one batch of a backfill. Records, and those that could not be decoded or came too late, were counted when the
   * source read them first. What is too late is so in the order of this reading; the run has a watermark of its own.
   * @throws the database's error, after rolling back; the batch can be written again
   */
  fill(batch: PackedBatch, { run, transform, backfills }: BackfillBatch): void {
    this.apart((now) => {
      const nowMs = Math.floor(now)
      const rows = loadWhole(transform, batch)
      const constants = { topic: batch.topic, ingestedAt: nowMs }
      const newestAt = this.watermarks.newestAt(run.name, transform.eventTime)
      const { steps, failures, landed, changes, eventTime } = transform.run(rows, constants, newestAt)
      const inSteps = failures.filter(({ kind }) => kind !== 'too-late')
      this.deadLetters.addStepFailures({ ...batch, source: run.source }, inSteps, nowMs)
      this.deadLetters.trim()
      const whole = wholeTables(run)
      this.#settle(
        this.tables.filter(({ name }) => whole.has(name)),
        { landed, changes },
        nowMs,
      )
      this.batches.addTotals(steps.filter(({ table }) => whole.has(table)))
      this.positions.save(batch)
      const filled = run.tables.map(({ table }): [string, number] => [
        table,
        (whole.has(table) ? landed.get(table) : changes.get(table)?.updated) ?? 0,
      ])
      this.watermarks.add(run.name, transform.eventTime, eventTime)
      backfills.note(run, batch, new Map(filled))
      this.batches.finishEarlier()
    })
    this.batches.committed(null, 0)
  }

  /**
   * Lands what a topic says about a lookup, and what of it does not fit.
   * @throws the database's error, after rolling back; it can be tried again
   */
  changeLookup(tables: LookupTables, change: LookupChange, failures: LookupFailures): void {
    this.apart((now) => {
      const nowMs = Math.floor(now)
      tables.change(change, nowMs)
      this.deadLetters.addLookupFailures(failures, nowMs)
      this.deadLetters.trim()
    })
  }

  /**
   * Between batches: what became known late, silence, sizes, ageing rows and coarser history. Also throws the database's error.
   * @param store whether it takes no writes, and the size of its write-ahead log
   */
  tidy(runningSources: ReadonlySet<string>, { isFull, logBytes }: StoreFacts): void {
    this.apart((nowMs) => {
      this.batches.finishEarlier()
      this.topics.addSilence(runningSources, nowMs)
      this.topics.flushMeasured()
      this.topics.coarsen(nowMs)
      this.lags.flush()
      this.lags.coarsen(nowMs)
      this.sizes.note(nowMs, logBytes)
      const excess = this.#budget?.excess(this.tables) ?? null
      for (const table of this.tables) {
        const more = excess?.table === table ? excess.rows : 0
        this.#evict(table, { excess: more, isFull }, (kept) => {
          if (table.evict(nowMs, idleEviction, kept, more) > 0) table.note()
        })
      }
      this.#rollups?.evict(nowMs)
    })
    this.batches.committed(null, 0)
  }

  /** Runs something in a transaction of its own, between batches. @throws the database's error, after rolling back */
  apart<Output>(work: (nowMs: number) => Output): Output {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const output = work(this.#now())
      this.events.flush()
      this.#database.exec('COMMIT')
      this.#committed()
      return output
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  /** Counts what landed, takes it into rollups, and evicts what it pushed out. */
  #settle(
    tables: readonly LandedTable[],
    { landed, changes }: Pick<BatchResult, 'landed' | 'changes'>,
    nowMs: number,
  ): void {
    const excess = this.#budget?.excess(this.tables) ?? null
    let most = 0
    for (const table of tables) {
      const rows = landed.get(table.name) ?? 0
      most = Math.max(most, rows)
      const before = table.held.last
      table.landed(rows, nowMs, changes.get(table.name) ?? null)
      const { last } = table.held
      if (rows > 0) this.#rollups?.landed(table.name, { first: last - rows + 1, last }, before, nowMs)
      this.#settleTable({ table, rows: excess?.table === table ? excess.rows : 0 }, rows, nowMs)
    }
    // The largest table gives way to what landed in others.
    if (excess !== null && !tables.includes(excess.table)) this.#settleTable(excess, most, nowMs)
  }

  /** @param landed rows by which it is told how many may go at a time */
  #settleTable({ table, rows: excess }: Excess, landed: number, nowMs: number): void {
    this.#evict(table, { excess, isFull: false }, (kept) => {
      table.settle(landed, nowMs, kept, excess)
    })
  }

  /** Has a table evict, and says so where rows go that a rollup has not taken in. */
  #evict(table: LandedTable, room: Room, evict: (firstKept: number | null) => void): void {
    const needed = this.#rollups?.firstNeeded(table.name) ?? null
    const first = Math.max(needed ?? 0, table.held.first)
    evict(needed === null ? null : this.#firstKept(table, needed, room))
    if (needed !== null && table.held.first > first) this.#tellHurried(table.name)
  }

  /**
   * First row that stays, as a rollup still has to take it in; null where that does not count. In a store that takes no writes
   * it goes all the same, since nothing goes on otherwise, and so does what is over the budget while the rollup waits for a
   * filling.
   */
  #firstKept(table: LandedTable, needed: number, { excess, isFull }: Room): number | null {
    if (isFull) return null
    if (excess === 0 || this.#rollups?.isHeldUp(table.name) !== true) return needed
    return Math.max(needed, table.held.first + excess)
  }

  #tellHurried(table: string): void {
    if (this.#hurried.has(table)) return
    this.#hurried.add(table)
    const message = `${table} evicts rows that its rollups have not taken in: the store has no room for them until then`
    this.events.add({ at: this.#now(), level: 'warn', kind: 'rollup-misses', subject: table, message })
  }

  #committed(): void {
    this.#rollups?.committed()
    this.deadLetters.committed()
    this.topics.committed()
    this.gaps.committed()
    this.lags.committed()
    this.watermarks.committed()
    this.events.flushed()
    for (const table of this.tables) table.committed()
  }

  #rollBack(): void {
    if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
    this.#rollups?.rolledBack()
    this.deadLetters.rolledBack()
    this.topics.rolledBack()
    this.gaps.rolledBack()
    this.lags.rolledBack()
    this.watermarks.rolledBack()
    this.batches.rolledBack()
    for (const table of this.tables) table.rolledBack()
  }
}

function loadWhole(transform: BatchTransform, batch: PackedBatch): number {
  const rows = transform.load(batch.jsonb, batch.run)
  if (rows !== batch.rows)
    throw new AppError('INTERNAL', `packed ${String(batch.rows)} rows, loaded ${String(rows)}`)
  return rows
}
