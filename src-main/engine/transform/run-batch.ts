/**
 * Runs the plans of one source over a loaded batch, inside the store's transaction: exact counts and milliseconds per step.
 * When a step fails, the batch is halved until the records that make it fail stand alone; those become dead letters, the
 * others land. Runs in the store thread.
 */
import { isRecordFault } from './record-fault.ts'
import type { SourcePlan, StepPlan, TablePlan } from './plan.ts'
import { createInput, createTemporary } from './step-statements.ts'
import { AppError } from '#contract/errors.ts'
import type { BatchConstants, BatchResult, StepCounts } from '../batch/batch-result.ts'
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
  readonly #tables: TableTransform[]

  constructor(database: SqlDatabase, plan: SourcePlan) {
    this.plan = plan
    database.exec(createInput(plan.input, plan.columns))
    const spare = `${plan.input} all`
    database.exec(createInput(spare, plan.columns))
    const element = (index: number): string => `value ->> '$[${String(index)}]'`
    const values = plan.columns.map((_, index) => element(index))
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
    this.#tables = plan.tables.map((table) => new TableTransform(database, table, isolation))
  }

  /** Puts the packed rows into `input`; returns their number. */
  load(jsonb: Uint8Array, run: OffsetRun | null): number {
    this.#clearInput.run()
    if (run === null) return this.#load.run({ jsonb }).changes
    return this.#loadRun.run({ jsonb, partition: BigInt(run.partition), firstOffset: run.firstOffset })
      .changes
  }

  /** Runs every table's steps over what {@link load} put there. @throws faults of the database itself */
  run(rows: number, constants: BatchConstants): BatchResult {
    const result: BatchResult = { steps: [], failures: [], landed: new Map() }
    for (const table of this.#tables) table.run(rows, constants, result)
    for (const failure of result.failures)
      Object.assign(failure, coordinates(this.#coordinates.get(failure.row)))
    this.#clearInput.run()
    return result
  }
}

/** Lets `input` show only some rows of the batch, and all again. */
class InputWindow {
  readonly #save: SqlStatement
  readonly #clear: SqlStatement
  readonly #show: SqlStatement
  readonly #forget: SqlStatement

  constructor(database: SqlDatabase, input: string, spare: string) {
    const from = `temp.${quoted(input)}`
    const to = `temp.${quoted(spare)}`
    const names = database
      .prepare(`SELECT * FROM ${from}`)
      .columns()
      .map((column) => quoted(column.name))
      .join(', ')
    this.#save = database.prepare(`INSERT INTO ${to} (rowid, ${names}) SELECT rowid, ${names} FROM ${from}`)
    this.#clear = database.prepare(`DELETE FROM ${from}`)
    this.#show = database.prepare(
      `INSERT INTO ${from} (rowid, ${names}) SELECT rowid, ${names} FROM ${to} WHERE rowid BETWEEN ? AND ?`,
    )
    this.#forget = database.prepare(`DELETE FROM ${to}`)
  }

  save(): void {
    this.#forget.run()
    this.#save.run()
  }

  show(first: number, last: number): void {
    this.#clear.run()
    this.#show.run(first, last)
  }

  forget(): void {
    this.#forget.run()
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

class TableTransform {
  readonly #plan: TablePlan
  readonly #steps: PreparedStep[]
  readonly #window: InputWindow

  constructor(database: SqlDatabase, plan: TablePlan, window: InputWindow) {
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
  }

  run(rows: number, constants: BatchConstants, result: BatchResult): void {
    const counts = this.#steps.map((step) => this.#emptyCounts(step))
    const before = counts.map((count) => ({ ...count }))
    const failure = this.#chain(rows, constants, counts)
    if (failure !== null) {
      counts.forEach((count, index) => Object.assign(count, before[index], { ms: count.ms }))
      this.#isolate(rows, constants, counts, result)
    }
    result.steps.push(...counts)
    result.landed.set(this.#plan.name, counts.at(-1)?.rowsOut ?? 0)
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
        count.rowsIn += rowsIn
        count.rowsOut += changes
        if (count.filtered !== null) {
          // More rows out than in: a join multiplied them, and how many it dropped cannot be told.
          count.filtered = changes > rowsIn ? null : count.filtered + rowsIn - changes
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

  /** Lands what can land: halves the batch until each failing record is alone. */
  #isolate(rows: number, constants: BatchConstants, counts: StepCounts[], result: BatchResult): void {
    this.#window.save()
    const pending: [number, number][] = [[1, rows]]
    for (let range = pending.pop(); range !== undefined; range = pending.pop()) {
      const [first, last] = range
      if (last - first + 1 === rows) {
        // Known to fail as a whole.
        if (rows > 1) pending.push(...halves(first, last))
        else this.#single(first, constants, counts, result)
        continue
      }
      this.#window.show(first, last)
      const attempt = counts.map((count) => ({ ...count }))
      const failure = this.#chain(last - first + 1, constants, attempt)
      if (failure === null) counts.forEach((count, index) => Object.assign(count, attempt[index]))
      else if (last > first) {
        counts.forEach((count, index) => (count.ms = attempt[index]?.ms ?? count.ms))
        pending.push(...halves(first, last))
      } else this.#record(first, failure, counts, attempt, result)
    }
    this.#window.show(1, rows)
    this.#window.forget()
  }

  #single(row: number, constants: BatchConstants, counts: StepCounts[], result: BatchResult): void {
    this.#window.show(row, row)
    const attempt = counts.map((count) => ({ ...count }))
    const failure = this.#chain(1, constants, attempt)
    if (failure !== null) this.#record(row, failure, counts, attempt, result)
    else counts.forEach((count, index) => Object.assign(count, attempt[index]))
  }

  #record(
    row: number,
    failure: ChainFailure,
    counts: StepCounts[],
    attempt: StepCounts[],
    result: BatchResult,
  ): void {
    counts.forEach((count, index) => Object.assign(count, attempt[index]))
    const failed = counts.find((count) => count.step === failure.step.plan.name)
    if (failed !== undefined) {
      failed.rowsIn += failure.rowsIn
      failed.failed += failure.rowsIn
    }
    const { name: step, sql } = failure.step.plan
    const unknown = { partition: 0, offset: 0n, timestampMs: 0 }
    result.failures.push({ row, table: this.#plan.name, step, sql, reason: failure.reason, ...unknown })
  }

  #emptyCounts(step: PreparedStep): StepCounts {
    const { name, filters } = step.plan
    return {
      table: this.#plan.name,
      step: name,
      rowsIn: 0,
      rowsOut: 0,
      filtered: filters ? 0 : null,
      failed: 0,
      ms: 0,
    }
  }
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
