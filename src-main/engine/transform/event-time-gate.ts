/**
 * Looks at the event times of a loaded batch: how far the newest goes, how many records came late, and which are too late to
 * land where the workspace says so. One statement per batch. Store thread only; inside the batch's transaction.
 */
import type { StepFailure } from '../batch/batch-result.ts'
import { type EventTimeCounts, type EventTimeRule, watermarkOf } from '../batch/event-time.ts'
import type { SqlDatabase, SqlStatement } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'

/** Clocks of producers may run so far ahead; later event times do not move the watermark. */
const aheadMs = 60_000

/** What the gate found, and what it took out of `input`. */
export interface GatedBatch {
  counts: EventTimeCounts
  /** Records that do not land; their rows count as they were packed. */
  failures: StepFailure[]
  /** Packed row of each row that is left, in order; null where all are left. */
  kept: number[] | null
}

export class EventTimeGate {
  readonly #rule: EventTimeRule
  readonly #span: SqlStatement
  readonly #measure: SqlStatement
  readonly #late: SqlStatement
  readonly #drop: SqlStatement
  readonly #rows: SqlStatement
  readonly #renumber: readonly SqlStatement[]

  /** @param spare a table like `input` that nobody uses meanwhile */
  constructor(database: SqlDatabase, input: string, spare: string, rule: EventTimeRule) {
    const from = `temp.${quoted(input)}`
    const to = `temp.${quoted(spare)}`
    const at = quoted(rule.column)
    this.#rule = rule
    this.#span = database.prepare(`SELECT min(${at}) AS oldest, max(${at}) AS newest FROM ${from}`)
    this.#measure = database.prepare(
      `SELECT max(CASE WHEN ${at} <= @limit THEN ${at} END) AS newest, coalesce(sum(${at} < @newest), 0) AS older,
         coalesce(sum(${at} < @watermark), 0) AS behind, coalesce(sum(${at} > @limit), 0) AS ahead FROM ${from}`,
    )
    this.#late = database.prepare(
      `SELECT rowid AS row, ${at} AS at, _partition, CAST(_offset AS TEXT) AS _offset, _timestamp FROM ${from}
       WHERE ${at} < ? ORDER BY rowid`,
    )
    this.#drop = database.prepare(`DELETE FROM ${from} WHERE ${at} < ?`)
    this.#rows = database.prepare(`SELECT rowid AS row FROM ${from} ORDER BY rowid`)
    this.#renumber = [
      `DELETE FROM ${to}`,
      `INSERT INTO ${to} SELECT * FROM ${from} ORDER BY rowid`,
      `DELETE FROM ${from}`,
      `INSERT INTO ${from} SELECT * FROM ${to} ORDER BY rowid`,
      `DELETE FROM ${to}`,
    ].map((sql) => database.prepare(sql))
  }

  /** @param newestAt newest event time of the source before this batch */
  pass(newestAt: number | null, nowMs: number): GatedBatch {
    const { latenessMs, tooLate } = this.#rule
    const watermark = latenessMs === null ? null : watermarkOf(newestAt, latenessMs)
    const counts = this.#counts(newestAt, watermark, nowMs + aheadMs)
    if (counts.tooLate === 0 || tooLate === 'land' || watermark === null)
      return { counts, failures: [], kept: null }
    const failures = this.#late.all(watermark).map((late) => this.#failure(late, watermark))
    this.#drop.run(watermark)
    const kept = this.#rows.all().map((left) => Number(valueIn(left, 'row')))
    for (const statement of this.#renumber) statement.run()
    return { counts, failures, kept }
  }

  /** @param limit latest event time that the watermark follows */
  #counts(before: number | null, watermark: number | null, limit: number): EventTimeCounts {
    const span = this.#span.get()
    const [oldest, latest] = [valueIn(span, 'oldest'), valueIn(span, 'newest')]
    if (typeof oldest !== 'number' || typeof latest !== 'number') {
      return { newestAt: before, late: 0, tooLate: 0, ahead: 0 }
    }
    // Most batches are in order and of the past: then there is nothing to count.
    if (latest <= limit && (before === null || oldest >= before)) {
      return { newestAt: latest, late: 0, tooLate: 0, ahead: 0 }
    }
    const row = this.#measure.get({ limit, newest: before, watermark })
    const number = (key: string): number => Number(valueIn(row, key) ?? 0)
    const newest = valueIn(row, 'newest')
    return {
      newestAt: typeof newest === 'number' ? Math.max(newest, before ?? newest) : before,
      late: number('older') - number('behind'),
      tooLate: number('behind'),
      ahead: number('ahead'),
    }
  }

  #failure(row: unknown, watermark: number): StepFailure {
    const at = Number(valueIn(row, 'at'))
    const behind = `${String(Math.round((watermark - at) / 1000))} s`
    return {
      row: Number(valueIn(row, 'row')),
      partition: Number(valueIn(row, '_partition')),
      offset: BigInt(String(valueIn(row, '_offset'))),
      timestampMs: Number(valueIn(row, '_timestamp')),
      kind: 'too-late',
      table: '',
      step: 'event_time',
      sql: '',
      reason: `${this.#rule.column} is ${isoText(at)}, ${behind} behind the watermark`,
    }
  }
}

function valueIn(row: unknown, key: string): unknown {
  return typeof row === 'object' && row !== null ? Reflect.get(row, key) : undefined
}

/** A time as people read it; the number where it is beyond what dates can be. */
function isoText(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString()
}
