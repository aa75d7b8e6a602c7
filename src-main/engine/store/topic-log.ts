/**
 * Writes throughput by second and topic, and makes it coarser as it ages: 1 s for an hour, 10 s for a day, 60 s for a month.
 * A second in which a source ran and nothing came is a row of zeros; one in which it did not run has no row. What was measured
 * of clusters comes in slices already, waits for the next transaction, and is bounded. Store thread only.
 */
import { limits } from '#contract/limits.ts'
import type { Database, Statement } from 'better-sqlite3'
import type { TopicSlice } from '../batch/measured-rows.ts'
import type { PackedBatch } from '../batch/packed-batch.ts'
import { Coarsening } from './coarsening.ts'
import { MeasuredBound } from './measured-bound.ts'

const second = 1000
/** Slices that wait for a transaction; the store may be full for long. */
const mostWaiting = 20_000

export interface TopicTotals {
  source: string
  topic: string
  records: number
  bytes: number
  dead: number
  decodeMs: number
  lastRecordAt: number | null
}

export class TopicLog {
  readonly #slice: Statement
  readonly #zero: Statement
  readonly #state: Statement
  readonly #coarsening: Coarsening
  readonly #measured: Statement
  readonly #bound: MeasuredBound
  #waiting: TopicSlice[] = []
  readonly #partitions = new Map<string, { source: string; topic: string; partitions: Set<number> }>()
  #totals: Map<string, TopicTotals>
  #committed: Map<string, TopicTotals>

  constructor(database: Database) {
    const insert = `INSERT INTO _penstock_topics (seconds, at, source, topic, partition, records, bytes, dead)`
    const insertAll = `INSERT INTO _penstock_topics (seconds, at, source, connection, topic, partition, records, bytes, dead)`
    const merge = `ON CONFLICT DO UPDATE SET records = records + excluded.records, bytes = bytes + excluded.bytes,
      dead = dead + excluded.dead`
    this.#slice = database.prepare(`${insert} VALUES (1, ?, ?, ?, ?, ?, ?, ?) ${merge}`)
    this.#zero = database.prepare(`${insert} VALUES (1, ?, ?, ?, ?, 0, 0, 0) ON CONFLICT DO NOTHING`)
    this.#state = database.prepare(
      `INSERT INTO _penstock_topic_state (source, topic, records, bytes, dead, decode_ms, last_record_at)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET records = excluded.records, bytes = excluded.bytes,
       dead = excluded.dead, decode_ms = excluded.decode_ms, last_record_at = excluded.last_record_at`,
    )
    const fold = database.prepare(
      `${insertAll} SELECT @to, at / (@to * 1000) * (@to * 1000), source, connection, topic, partition, sum(records),
         sum(bytes), sum(dead)
       FROM _penstock_topics WHERE seconds = @from AND at < @before
       GROUP BY at / (@to * 1000), source, connection, topic, partition ${merge}`,
    )
    this.#measured = database.prepare(`${insertAll} VALUES (?, ?, '', ?, ?, ?, ?, ?, 0) ${merge}`)
    this.#bound = new MeasuredBound(database, '_penstock_topics', limits.keptTopicRows)
    this.#coarsening = new Coarsening({
      fold,
      drop: database.prepare('DELETE FROM _penstock_topics WHERE seconds = ? AND at < ?'),
    })
    this.#totals = readTotals(database)
    this.#committed = copied(this.#totals)
  }

  /** Totals by source, as of the last commit. */
  get totals(): ReadonlyMap<string, TopicTotals> {
    return this.#committed
  }

  addBatch(batch: PackedBatch, nowMs: number): void {
    const at = Math.floor(nowMs / second) * second
    for (const span of batch.partitions) {
      this.#slice.run(at, batch.source, span.topic, span.partition, span.records, span.bytes, span.dead)
      this.#knownPartitions(batch.source, span.topic).add(span.partition)
    }
    const key = `${batch.source}\n${batch.topic}`
    const totals = this.#totals.get(key) ?? emptyTotals(batch.source, batch.topic)
    totals.records += batch.records
    totals.bytes += batch.bytes
    totals.dead += batch.dead.length
    totals.decodeMs += batch.decodeMs
    if (batch.records > 0) totals.lastRecordAt = Math.floor(batch.arrivals.at(-2) ?? nowMs)
    this.#totals.set(key, totals)
    const { records, bytes, dead, decodeMs, lastRecordAt } = totals
    this.#state.run(batch.source, batch.topic, records, bytes, dead, decodeMs, lastRecordAt)
  }

  /** Notes that nothing came in the second that has just ended, for sources that ran. */
  addSilence(runningSources: ReadonlySet<string>, nowMs: number): void {
    const at = Math.floor(nowMs / second - 1) * second
    for (const { source, topic, partitions } of this.#partitions.values()) {
      if (!runningSources.has(source)) continue
      for (const partition of partitions) this.#zero.run(at, source, topic, partition)
    }
  }

  /** Keeps slices for the next {@link flushMeasured}. */
  addMeasured(slices: readonly TopicSlice[]): void {
    this.#waiting.push(...slices)
    if (this.#waiting.length > mostWaiting) this.#waiting = this.#waiting.slice(-mostWaiting)
  }

  /** Writes what waits, inside the caller's transaction; it waits until {@link committed}. */
  flushMeasured(): void {
    for (const { seconds, at, connection, topic, partition, records, bytes } of this.#waiting)
      this.#measured.run(seconds, at, connection, topic, partition, records, bytes)
    this.#flushed = this.#waiting.length
  }

  #flushed = 0

  coarsen(nowMs: number): void {
    if (this.#coarsening.run(nowMs)) this.#bound.keep()
  }

  committed(): void {
    this.#committed = copied(this.#totals)
    this.#waiting.splice(0, this.#flushed)
    this.#flushed = 0
  }

  rolledBack(): void {
    this.#flushed = 0
    this.#totals = copied(this.#committed)
  }

  #knownPartitions(source: string, topic: string): Set<number> {
    const key = `${source}\n${topic}`
    const known = this.#partitions.get(key)
    if (known !== undefined) return known.partitions
    const partitions = new Set<number>()
    this.#partitions.set(key, { source, topic, partitions })
    return partitions
  }
}

function emptyTotals(source: string, topic: string): TopicTotals {
  return { source, topic, records: 0, bytes: 0, dead: 0, decodeMs: 0, lastRecordAt: null }
}

function copied(totals: ReadonlyMap<string, TopicTotals>): Map<string, TopicTotals> {
  return new Map([...totals].map(([key, value]) => [key, { ...value }]))
}

function readTotals(database: Database): Map<string, TopicTotals> {
  const rows = database
    .prepare<[], TopicTotals>(
      `SELECT source, topic, records, bytes, dead, decode_ms AS decodeMs, last_record_at AS lastRecordAt
       FROM _penstock_topic_state`,
    )
    .all()
  return new Map(rows.map((row) => [`${row.source}\n${row.topic}`, row]))
}
