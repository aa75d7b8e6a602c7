/** Compiles the steps of one table against the scratch database, and says what is wrong with them. */
import type { Problem } from '#contract/workspace.ts'
import type { Column, Source, Step, Table, Workspace } from '../../workspace/model.ts'
import type { LandingPlan } from '../batch/landing-plan.ts'
import { metaColumns } from '../batch/packed-batch.ts'
import { tombstoneColumn } from '../batch/packed-columns.ts'
import { addedColumns, type LookupShape, type PlannedColumn } from '../batch/relations.ts'
import type { SqlDatabase } from '../batch/sql-database.ts'
import { carryCoordinates } from './carry-coordinates.ts'
import { locateSqlFault } from './locate-fault.ts'
import { hasCoordinates, type LandingInput, planLanding } from './plan-landing.ts'
import { faultOfColumns } from './result-columns.ts'
import { inputTable, type StepPlan, type TablePlan } from './source-plan.ts'
import { positionInFile } from './sql-position.ts'
import { StepColumns, type StepSelect } from './step-columns.ts'
import { refusedRecursion, refusedVerb, singleStatement, type StepRefusal } from './step-refusal.ts'
import { shapeOfStep } from './step-shape.ts'
import {
  batchParameters,
  createTemporary,
  filling,
  landing,
  type Relation,
  withRelations,
} from './step-statements.ts'

/** Where a step stands in its table. */
interface StepPlace {
  table: Table
  step: Step
  /** Whether its rows land straight. */
  isStraight: boolean
  relations: readonly Relation[]
}

export class TablePlanner {
  readonly #workspace: Workspace
  readonly #source: Source
  readonly #columns: readonly Column[]
  readonly #lookups: readonly LookupShape[]
  readonly #scratch: SqlDatabase
  readonly #problems: Problem[]
  readonly #input: string
  readonly #stepColumns: StepColumns

  constructor(
    workspace: Workspace,
    source: Source,
    columns: readonly Column[],
    lookups: readonly LookupShape[],
    scratch: SqlDatabase,
    problems: Problem[],
  ) {
    this.#workspace = workspace
    this.#source = source
    this.#columns = columns
    this.#lookups = lookups
    this.#scratch = scratch
    this.#problems = problems
    this.#input = inputTable(source.name)
    this.#stepColumns = new StepColumns(scratch, lookups)
  }

  plan(table: Table): TablePlan {
    const relations = [this.#inputRelation()]
    const appends = table.key === null && table.deduplicate === null
    const steps: StepPlan[] = []
    const declared = table.steps.length > 0 ? table.steps : [copyStep(table)]
    for (const [index, step] of declared.entries()) {
      const isStraight = appends && index === declared.length - 1
      const plan = this.#step({ table, step, isStraight, relations })
      if ('message' in plan) {
        this.#refuse(step, `tables.${table.name}.steps[${String(index)}].sql`, plan)
        break
      }
      steps.push(plan)
      if (plan.temporary !== null)
        relations.push({ name: step.name, temporary: plan.temporary, columns: plan.columns })
    }
    const landing = this.#landing(table, steps, declared.length)
    const columns = steps.at(-1)?.columns ?? []
    const added = new Set(addedColumns.map((column) => column.name))
    return {
      name: table.name,
      source: table.source,
      steps,
      columns: columns.filter((column) => !added.has(column.name.toLowerCase())),
      indexes: table.indexes,
      retainRows: table.retainRows,
      retainBytes: table.retainBytes,
      retainAgeMs: table.retainAgeMs,
      fills: null,
      ...landing,
    }
  }

  #inputRelation(): Relation {
    const hides = this.#columns.some(({ name }) => name === tombstoneColumn)
    const columns: PlannedColumn[] = [
      ...this.#columns.flatMap(({ name, type }) => (name === tombstoneColumn ? [] : [{ name, type }])),
      ...metaColumns.map((name) => ({
        name,
        type: name === '_timestamp' ? ('timestamp' as const) : ('integer' as const),
      })),
    ]
    this.#stepColumns.addInput(this.#input, columns)
    return { name: 'input', temporary: this.#input, columns, ...(hides ? { hides } : {}) }
  }

  /** How the rows of the last step land; nothing special where a step did not compile, which has been told. */
  #landing(
    table: Table,
    steps: readonly StepPlan[],
    declared: number,
  ): { landing: LandingPlan | null; hasCoordinates: boolean } {
    const last = steps.at(-1)
    if (last === undefined || last.temporary === null || steps.length < declared)
      return { landing: null, hasCoordinates: false }
    const input: LandingInput = {
      ...{ file: this.#workspace.file, table, source: this.#source, sourceColumns: this.#columns },
      ...{ input: this.#input, rows: last.temporary, columns: last.columns },
      origins: this.#stepColumns.originsOf(last.temporary),
      reorders: steps.some((step) => this.#reorders(step)),
      scratch: this.#scratch,
    }
    const { landing, problems } = planLanding(input)
    this.#problems.push(...problems)
    const from = last.rowsFrom === 'input' ? this.#input : `${table.name}/${last.rowsFrom}`
    const origins = this.#stepColumns.originsOf(from)
    return { landing, hasCoordinates: hasCoordinates(input) && hasCoordinates({ origins }) }
  }

  /** Whether a step may give rows in another order than it reads them: certain only where it reads one relation and no more. */
  #reorders({ sql, insert }: StepPlan): boolean {
    return this.#scratch.prepare(`EXPLAIN QUERY PLAN ${insert}`).all(batchParameters(sql)).length !== 1
  }

  #step(place: StepPlace): StepPlan | StepRefusal {
    const { step, relations } = place
    const single = singleStatement(step.sql)
    if ('refusal' in single) return single.refusal
    const { text: sql, start: offset } = single.statement
    const names = relations.map((relation) => relation.name)
    const shape = shapeOfStep(sql, names)
    const verb = refusedVerb(shape)
    if (verb !== null) return { ...verb, offset }
    const used = relations.filter((relation) => shape.reads.includes(relation.name))
    try {
      const recursion = refusedRecursion(this.#scratch, { sql, used })
      if (recursion !== null) return { ...recursion, offset }
      const select = { sql: carryCoordinates(this.#scratch, { sql, shape, used }), shape, used }
      const columns = this.#stepColumns.of(select)
      const fault = faultOfColumns(columns)
      return fault === null ? this.#compiled(place, select, columns) : { ...fault, offset }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const fault = locateSqlFault(step.sql, message, (beginning) => this.#complaint(beginning, used))
      return { ...fault, hint: this.#hint(fault.message, names) }
    }
  }

  /** The plan of a step that has passed, whose temporary table is made for the steps behind it. */
  #compiled({ table, step, isStraight }: StepPlace, select: StepSelect, columns: PlannedColumn[]): StepPlan {
    const { sql, shape, used } = select
    const ownTable = `${table.name}/${step.name}`
    const apart = { temporary: ownTable, insert: filling(ownTable, sql, used) }
    if (!isStraight) {
      this.#scratch.exec(createTemporary(ownTable, columns))
      this.#stepColumns.addStep(ownTable, select)
    }
    return {
      name: step.name,
      sql: step.sql,
      rowsFrom: shape.driving ?? (used.length === 1 ? used[0]?.name : undefined) ?? 'input',
      filters: !shape.groups && used.length > 0,
      columns,
      temporary: isStraight ? null : ownTable,
      insert: isStraight ? landing(table.name, columns, sql, used) : apart.insert,
      apart,
    }
  }

  /** What SQLite says of the beginning of a step, or null where it takes it. */
  #complaint(beginning: string, used: readonly Relation[]): string | null {
    try {
      this.#scratch.prepare(withRelations(beginning, used))
      return null
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  #hint(message: string, names: readonly string[]): string {
    if (!/^no such table/.test(message)) return ''
    const lookups = this.#lookups.map((shape) => shape.lookup.name)
    return `A step reads ${[...names, ...lookups].join(', ')}.`
  }

  #refuse(step: Step, path: string, { message, offset, hint }: StepRefusal): void {
    const place = { file: this.#workspace.file, ...positionInFile(step, offset), path }
    this.#problems.push({ ...place, message: `step ${step.name}: ${message}`, hint })
  }
}

function copyStep(table: Table): Step {
  return { name: 'land', sql: 'SELECT * FROM input', position: table.position, multiline: false }
}
