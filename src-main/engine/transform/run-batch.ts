/**
 * Runs the plans of one source over a loaded batch, inside the store's transaction: exact counts and milliseconds per step.
 * When a step fails, the batch is halved until the records that make it fail stand alone; those become dead letters, the
 * others land as one batch. Runs in the store thread.
 */
import { isRecordFault } from '../sql/record-fault.ts'
import { addCounts, addTimes } from './add-counts.ts'
import { ColumnFill } from './column-fill.ts'
import { EventTimeGate } from './event-time-gate.ts'
import { InputWindow } from './input-window.ts'
import type { SourcePlan, StepPlan, TablePlan } from './source-plan.ts'
import { createInput, createTemporary } from './step-statements.ts'
import { type BatchLanding, noneRejected, TableLanding } from './table-landing.ts'
import { AppError } from '#contract/errors.ts'
import type { BatchConstants, BatchResult, StepCounts, StepFailure } from '../batch/batch-result.ts'
import { type EventTimeCounts, type EventTimeRule, watermarkOf } from '../batch/event-time.ts'
import type { OffsetRun } from '../batch/packed-batch.ts'
import type { SqlDatabase, SqlStatement } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'

/** Prepared statements of one source's plans. Temporary tables live as long as the connection. */
export class SourceTransform {
  readonly plan: SourcePlan
  readonly #load: SqlStatement
  readonly #loadRun: SqlStatement
  readonly #clearInput: SqlStatement
  readonly #coordinates: SqlStatement
  readonly #gate: EventTimeGate | null
  readonly #tables: TableTransform[]

  constructor(database: SqlDatabase, plan: SourcePlan) {
    this.plan = plan
    database.exec(createInput(plan.input, plan.columns))
    const spare = `${plan.input} all`
    database.exec(createInput(spare, plan.columns))
    const element = (index: number): string => `value ->> '$[${String(index)}]'`
    const values = plan.columns.map(({ type }, index) =>
      type === 'bytes' ? `unhex(${element(index)})` : element(index),
    )
    const timestamp = element(values.length + 2)
    const insert = (partition: string, offset: string): SqlStatement => {
      const row = [...values, partition, offset, timestamp].join(', ')
      return database.prepare(`INSERT INTO temp.${quoted(plan.input)} SELECT ${row} FROM jsonb_each(@jsonb)`)
    }
    this.#load = insert(element(values.length), element(values.length + 1))
    this.#loadRun = insert('@partition', '@firstOffset + key')
    this.#coordinates = database.prepare(
      `SELECT _partition, CAST(_offset AS TEXT) AS _offset, _timestamp FROM temp.${quoted(plan.input)} WHERE rowid = ?`,
    )
    this.#clearInput = database.prepare(`DELETE FROM temp.${quoted(plan.input)}`)
    const isolation = new InputWindow(database, plan.input, spare)
    this.#gate =
      plan.eventTime === null ? null : new EventTimeGate(database, plan.input, spare, plan.eventTime)
    this.#tables = plan.tables.map((table) => new TableTransform(database, table, plan.input, isolation))
  }

  get eventTime(): EventTimeRule | null {
    return this.plan.eventTime
  }

  /** Puts the packed rows into `input`; returns their number. */
  load(jsonb: Uint8Array, run: OffsetRun | null): number {
    this.#clearInput.run()
    if (run === null) return this.#load.run({ jsonb }).changes
    return this.#loadRun.run({ jsonb, partition: BigInt(run.partition), firstOffset: run.firstOffset })
      .changes
  }

  /** Runs every table's steps over what {@link load} put there. @throws faults of the database itself */
  run(rows: number, constants: BatchConstants, newestEventAt: number | null): BatchResult {
    const gated = this.#gate?.pass(newestEventAt, constants.ingestedAt) ?? null
    const kept = gated?.kept ?? null
    const result: BatchResult = {
      steps: [],
      failures: [],
      landed: new Map(),
      changes: new Map(),
      eventTime: gated?.counts ?? null,
    }
    for (const table of this.#tables) table.run(kept?.length ?? rows, constants, result)
    for (const failure of result.failures) {
      Object.assign(failure, coordinates(this.#coordinates.get(failure.row)))
      failure.row = kept?.[failure.row - 1] ?? failure.row
    }
    result.failures.push(...(gated?.failures ?? []))
    this.#clearInput.run()
    return result
  }

  watermark({ newestAt }: EventTimeCounts): number | null {
    return watermarkOf(newestAt, this.plan.eventTime?.latenessMs ?? null)
  }
}

interface PreparedStep {
  plan: StepPlan
  insert: SqlStatement
  clear: SqlStatement | null
  takesConstants: boolean
}

/** A step failed; what had been counted before it stays true. */
interface ChainFailure {
  step: PreparedStep
  rowsIn: number
  reason: string
}

/** What became of a batch of which some records fail. */
interface Isolation {
  counts: StepCounts[]
  failures: StepFailure[]
  /** The part of the counts that the failing records have, each run alone; without times. */
  failedCounts: StepCounts[]
}

class TableTransform {
  readonly #plan: TablePlan
  readonly #steps: PreparedStep[]
  readonly #window: InputWindow
  readonly #landing: BatchLanding | null

  constructor(database: SqlDatabase, plan: TablePlan, input: string, window: InputWindow) {
    this.#plan = plan
    this.#window = window
    this.#steps = plan.steps.map((step) => {
      if (step.temporary !== null) database.exec(createTemporary(step.temporary, step.columns))
      return {
        plan: step,
        insert: database.prepare(step.insert),
        clear:
          step.temporary === null ? null : database.prepare(`DELETE FROM temp.${quoted(step.temporary)}`),
        takesConstants: /@topic|@ingestedAt/.test(step.insert),
      }
    })
    this.#landing = landingOf(database, plan, input)
  }

  run(rows: number, constants: BatchConstants, result: BatchResult): void {
    let counts = this.#emptyCounts()
    this.#landing?.restart()
    if (this.#chain(rows, constants, counts) !== null) {
      const isolated = this.#isolate(rows, constants)
      addTimes(isolated.counts, counts)
      counts = isolated.counts
      result.failures.push(...isolated.failures)
    }
    result.steps.push(...counts)
    const landing = this.#landing
    result.landed.set(this.#plan.name, landing?.changes.landed ?? counts.at(-1)?.rowsOut ?? 0)
    if (landing !== null) {
      result.changes.set(this.#plan.name, landing.changes)
      result.failures.push(...landing.rejected)
    }
    for (const step of this.#steps) step.clear?.run()
  }

  /** Runs all steps over the rows that `input` shows; adds to the counts; stops at the first step that fails. */
  #chain(rows: number, constants: BatchConstants, counts: StepCounts[]): ChainFailure | null {
    const sizes = new Map([['input', rows]])
    for (const [index, step] of this.#steps.entries()) {
      const count = counts[index]
      if (count === undefined) break
      const rowsIn = sizes.get(step.plan.rowsFrom) ?? rows
      const begun = performance.now()
      try {
        step.clear?.run()
        const { changes } = step.takesConstants ? step.insert.run(constants) : step.insert.run()
        sizes.set(step.plan.name, changes)
        const isLast = index === this.#steps.length - 1
        const rejected =
          isLast && this.#landing !== null ? this.#landing.land(changes, constants) : noneRejected
        if (rejected === null) return { step, rowsIn, reason: this.#landing?.reason ?? '' }
        const kept = rowsIn - rejected.rowsIn
        const rowsOut = changes - rejected.rowsOut
        count.rowsIn += rowsIn
        count.rowsOut += rowsOut
        count.failed += rejected.rowsIn
        if (count.filtered !== null) {
          // More rows out than in: a join multiplied them, and how many it dropped cannot be told.
          count.filtered = rowsOut > kept ? null : count.filtered + kept - rowsOut
        }
      } catch (error) {
        if (!isRecordFault(error)) throw error
        return { step, rowsIn, reason: error.message }
      } finally {
        count.ms += performance.now() - begun
      }
    }
    return null
  }

  /**
   * Finds the records that fail, then lands the others together, so that steps which group see them as one batch. Where
   * those fail, too, but only together, they land in the parts that do not.
   */
  #isolate(rows: number, constants: BatchConstants): Isolation {
    const window = this.#window
    window.open()
    let isolation = this.#parts(rows, constants)
    const { failures, failedCounts } = isolation
    if (failures.length > 0 && failures.length < rows) {
      window.undo()
      this.#landing?.restart()
      for (const { row } of failures) window.hide(row)
      const counts = this.#emptyCounts()
      const failure = this.#chain(rows - failures.length, constants, counts)
      addTimes(counts, isolation.counts)
      if (failure === null) {
        addCounts(counts, failedCounts)
        isolation = { counts, failures, failedCounts }
      } else {
        window.undo()
        isolation = this.#parts(rows, constants)
        addTimes(isolation.counts, counts)
      }
    }
    window.close(rows)
    return isolation
  }

  /** Lands what can land: halves the batch until each failing record is alone. */
  #parts(rows: number, constants: BatchConstants): Isolation {
    const isolation: Isolation = {
      counts: this.#emptyCounts(),
      failures: [],
      failedCounts: this.#emptyCounts(),
    }
    this.#landing?.restart()
    const pending: [number, number][] = rows > 1 ? halves(1, rows) : [[1, rows]]
    for (let range = pending.pop(); range !== undefined; range = pending.pop()) {
      const [first, last] = range
      this.#window.show(first, last)
      const attempt = this.#emptyCounts()
      const failure = this.#chain(last - first + 1, constants, attempt)
      if (failure === null) addCounts(isolation.counts, attempt)
      else if (last > first) {
        addTimes(isolation.counts, attempt)
        pending.push(...halves(first, last))
      } else this.#record(first, failure, attempt, isolation)
    }
    return isolation
  }

  #record(row: number, failure: ChainFailure, attempt: StepCounts[], isolation: Isolation): void {
    const { name: step, sql } = failure.step.plan
    const failed = attempt.find((count) => count.step === step)
    if (failed !== undefined) {
      failed.rowsIn += failure.rowsIn
      failed.failed += failure.rowsIn
    }
    addCounts(isolation.counts, attempt)
    addCounts(
      isolation.failedCounts,
      attempt.map((count) => ({ ...count, ms: 0 })),
    )
    const unknown = { partition: 0, offset: 0n, timestampMs: 0 }
    isolation.failures.push({
      row,
      table: this.#plan.name,
      step,
      sql,
      reason: failure.reason,
      ...unknown,
    })
  }

  #emptyCounts(): StepCounts[] {
    return this.#steps.map(({ plan: { name, filters } }) => ({
      table: this.#plan.name,
      step: name,
      rowsIn: 0,
      rowsOut: 0,
      filtered: filters ? 0 : null,
      failed: 0,
      ms: 0,
    }))
  }
}

/** Null where the last step lands straight. */
function landingOf(database: SqlDatabase, plan: TablePlan, input: string): BatchLanding | null {
  if (plan.fills !== null) return new ColumnFill(database, plan, plan.fills)
  return plan.landing === null ? null : new TableLanding(database, plan, plan.landing, input)
}

function coordinates(row: unknown): { partition: number; offset: bigint; timestampMs: number } {
  if (
    typeof row !== 'object' ||
    row === null ||
    !('_offset' in row) ||
    !('_partition' in row) ||
    !('_timestamp' in row)
  ) {
    throw new AppError('INTERNAL', 'a record that a step rejected is not in the batch')
  }
  return {
    partition: Number(row._partition),
    offset: BigInt(String(row._offset)),
    timestampMs: Number(row._timestamp),
  }
}

/** Later half first, so that a stack takes the earlier half first and rows land in order. */
function halves(first: number, last: number): [number, number][] {
  const middle = Math.floor((first + last) / 2)
  return [
    [middle + 1, last],
    [first, middle],
  ]
}
