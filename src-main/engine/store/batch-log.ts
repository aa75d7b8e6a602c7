/**
 * Writes sys_batches, sys_steps and the totals of steps. How long a commit took is known only after it, so each batch's last
 * figures are written by the transaction that follows. Store thread only.
 */
import { limits } from '#contract/limits.ts'
import type { Database, Statement } from 'better-sqlite3'
import type { BatchResult, StepCounts } from '../batch/batch-result.ts'
import type { PackedBatch } from '../batch/packed-batch.ts'
import { latencyQuantiles } from './latency.ts'

export interface BatchTimes {
  loadMs: number
  stepsMs: number
  /** Null where the source has no event time. */
  eventTime: { watermark: number | null; late: number; tooLate: number } | null
}

/** What is known of a batch once it has committed. */
export interface Afterwards {
  batchId: number
  commitMs: number
  totalMs: number
  latency: Float64Array
}

export type StepTotals = StepCounts

/** Key of a step's totals. */
export function stepKey(table: string, step: string): string {
  return `${table}\n${step}`
}

export class BatchLog {
  readonly #batch: Statement
  readonly #step: Statement
  readonly #totalStep: Statement
  readonly #finish: Statement
  readonly #trimBatches: Statement
  readonly #trimSteps: Statement
  #totals: Map<string, StepTotals>
  #committed: Map<string, StepTotals>
  #nextBatch: number
  #nextStep: number
  #unfinished: Afterwards[] = []

  constructor(database: Database) {
    this.#batch = database.prepare(
      `INSERT INTO sys_batches (id, source, committed_at, records, bytes, rows_landed, dead, positions, decode_ms, load_ms,
         steps_ms, error, watermark, late, too_late) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#step = database.prepare(
      `INSERT INTO sys_steps (id, batch_id, at, source, table_name, step, rows_in, rows_out, filtered, failed, ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#totalStep = database.prepare(
      `INSERT INTO _penstock_step_totals (table_name, step, rows_in, rows_out, filtered, failed, ms) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET rows_in = excluded.rows_in, rows_out = excluded.rows_out, filtered = excluded.filtered,
       failed = excluded.failed, ms = excluded.ms`,
    )
    this.#finish = database.prepare(
      `UPDATE sys_batches SET commit_ms = ?, total_ms = ?, latency_p50_ms = ?, latency_p99_ms = ?, latency_max_ms = ? WHERE id = ?`,
    )
    this.#trimBatches = database.prepare('DELETE FROM sys_batches WHERE id <= ?')
    this.#trimSteps = database.prepare('DELETE FROM sys_steps WHERE id <= ?')
    this.#totals = readTotals(database)
    this.#committed = copied(this.#totals)
    this.#nextBatch = Number(
      database.prepare('SELECT coalesce(max(id), 0) + 1 FROM sys_batches').pluck().get(),
    )
    this.#nextStep = Number(database.prepare('SELECT coalesce(max(id), 0) + 1 FROM sys_steps').pluck().get())
  }

  /** Batches ever committed. */
  get batches(): number {
    return this.#nextBatch - 1
  }

  /** Totals by table and step, as of the last commit. */
  get totals(): ReadonlyMap<string, StepTotals> {
    return this.#committed
  }

  get hasUnfinished(): boolean {
    return this.#unfinished.length > 0
  }

  /** @returns the id of the batch */
  addBatch(
    batch: PackedBatch,
    { steps, landed, failures }: Pick<BatchResult, 'steps' | 'landed' | 'failures'>,
    times: BatchTimes,
    nowMs: number,
  ): number {
    const id = this.#nextBatch
    const dead = batch.dead.length + failures.length
    const positions = JSON.stringify(
      batch.partitions.map(({ topic, partition, from, to }) => ({
        topic,
        partition,
        from: String(from),
        to: String(to),
      })),
    )
    const failed = steps.find((step) => step.failed > 0)
    const error =
      failed === undefined ? null : `${failed.table}.${failed.step}: ${String(failed.failed)} rows failed`
    this.#batch.run(
      id,
      batch.source,
      nowMs,
      batch.records,
      batch.bytes,
      landed.values().reduce((sum, rows) => sum + rows, 0),
      dead,
      positions,
      rounded(batch.decodeMs),
      rounded(times.loadMs),
      rounded(times.stepsMs),
      error,
      times.eventTime?.watermark ?? null,
      times.eventTime?.late ?? null,
      times.eventTime?.tooLate ?? null,
    )
    let stepId = this.#nextStep
    for (const step of steps) {
      const { table, step: name, rowsIn, rowsOut, filtered, failed: rowsFailed, ms } = step
      this.#step.run(
        stepId++,
        id,
        nowMs,
        batch.source,
        table,
        name,
        rowsIn,
        rowsOut,
        filtered,
        rowsFailed,
        rounded(ms),
      )
      this.#addTotals(step)
    }
    this.#trimBatches.run(id - limits.keptBatches)
    this.#trimSteps.run(stepId - limits.keptSteps)
    return id
  }

  /** Counts steps that ran without a batch of their own: those of a backfill. */
  addTotals(steps: readonly StepCounts[]): void {
    for (const step of steps) this.#addTotals(step)
  }

  /** Writes what became known since the last transaction. */
  finishEarlier(): void {
    for (const { batchId, commitMs, totalMs, latency } of this.#unfinished) {
      const { p50, p99, max } = latencyQuantiles([latency])
      this.#finish.run(rounded(commitMs), rounded(totalMs), p50, p99, max, batchId)
    }
  }

  /** After a commit: `written` is the batch that it held, if any. */
  committed(written: Afterwards | null, steps: number): void {
    this.#unfinished = written === null ? [] : [written]
    if (written !== null) {
      this.#nextBatch++
      this.#nextStep += steps
    }
    this.#committed = copied(this.#totals)
  }

  rolledBack(): void {
    this.#totals = copied(this.#committed)
  }

  #addTotals(step: StepCounts): void {
    const key = stepKey(step.table, step.step)
    const total = this.#totals.get(key) ?? { ...step, rowsIn: 0, rowsOut: 0, filtered: 0, failed: 0, ms: 0 }
    total.rowsIn += step.rowsIn
    total.rowsOut += step.rowsOut
    total.filtered = step.filtered === null || total.filtered === null ? null : total.filtered + step.filtered
    total.failed += step.failed
    total.ms += step.ms
    this.#totals.set(key, total)
    this.#totalStep.run(
      step.table,
      step.step,
      total.rowsIn,
      total.rowsOut,
      total.filtered,
      total.failed,
      rounded(total.ms),
    )
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

function copied(totals: ReadonlyMap<string, StepTotals>): Map<string, StepTotals> {
  return new Map([...totals].map(([key, value]) => [key, { ...value }]))
}

function readTotals(database: Database): Map<string, StepTotals> {
  const rows = database
    .prepare<[], StepTotals>(
      `SELECT table_name AS "table", step, rows_in AS rowsIn, rows_out AS rowsOut, filtered, failed, ms
       FROM _penstock_step_totals`,
    )
    .all()
  return new Map(rows.map((row) => [stepKey(row.table, row.step), row]))
}
