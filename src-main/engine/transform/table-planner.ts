/** Compiles the steps of one table against the scratch database, and says what is wrong with them. */
import type { ColumnType, Problem } from '#contract/workspace.ts'
import type { Column, Source, Step, Table, Workspace } from '../../workspace/model.ts'
import type { LandingPlan } from '../batch/landing-plan.ts'
import { metaColumns } from '../batch/packed-batch.ts'
import { tombstoneColumn } from '../batch/packed-columns.ts'
import { addedColumns, type LookupShape, type PlannedColumn } from '../batch/relations.ts'
import { resultTypes } from '../batch/result-types.ts'
import type { SqlDatabase } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'
import { codeTokens, splitStatements } from '../sql/sql-tokens.ts'
import { locateSqlFault } from './locate-fault.ts'
import { hasCoordinates, type LandingInput, planLanding } from './plan-landing.ts'
import { givesDoubles, namedExpressions } from './number-types.ts'
import { faultOfColumns } from './result-columns.ts'
import { inputTable, type StepPlan, type TablePlan } from './source-plan.ts'
import { positionInFile } from './sql-position.ts'
import { shapeOfStep, type StepShape } from './step-shape.ts'
import {
  batchParameters,
  createTemporary,
  filling,
  landing,
  type Relation,
  withRelations,
} from './step-statements.ts'

export class TablePlanner {
  readonly #workspace: Workspace
  readonly #source: Source
  /** By temporary table: columns of the source, or coordinates, that its columns are taken from unchanged. */
  readonly #origins = new Map<string, ReadonlyMap<string, string>>()
  readonly #columns: readonly Column[]
  readonly #lookups: readonly LookupShape[]
  readonly #scratch: SqlDatabase
  readonly #problems: Problem[]
  readonly #input: string

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
  }

  plan(table: Table): TablePlan {
    const inputColumns: PlannedColumn[] = [
      ...this.#columns.flatMap(({ name, type }) => (name === tombstoneColumn ? [] : [{ name, type }])),
      ...metaColumns.map((name) => ({
        name,
        type: name === '_timestamp' ? ('timestamp' as const) : ('integer' as const),
      })),
    ]
    const hides = this.#columns.some(({ name }) => name === tombstoneColumn)
    const relations: Relation[] = [
      { name: 'input', temporary: this.#input, columns: inputColumns, ...(hides ? { hides } : {}) },
    ]
    this.#origins.set(this.#input, new Map(inputColumns.map(({ name }) => [name, name])))
    const appends = table.key === null && table.deduplicate === null
    const steps: StepPlan[] = []
    const declared = table.steps.length > 0 ? table.steps : [copyStep(table)]
    for (const [index, step] of declared.entries()) {
      const isLast = index === declared.length - 1
      const plan = this.#step(table, step, index, isLast && appends, relations)
      if (plan === null) break
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
      origins: this.#origins.get(last.temporary) ?? new Map<string, string>(),
      reorders: steps.some((step) => this.#reorders(step)),
      scratch: this.#scratch,
    }
    const { landing, problems } = planLanding(input)
    this.#problems.push(...problems)
    const from = last.rowsFrom === 'input' ? this.#input : `${table.name}/${last.rowsFrom}`
    const origins = this.#origins.get(from) ?? new Map<string, string>()
    return { landing, hasCoordinates: hasCoordinates(input) && hasCoordinates({ origins }) }
  }

  /** Whether a step may give rows in another order than it reads them: certain only where it reads one relation and no more. */
  #reorders({ sql, insert }: StepPlan): boolean {
    return this.#scratch.prepare(`EXPLAIN QUERY PLAN ${insert}`).all(batchParameters(sql)).length !== 1
  }

  /** @param isLast whether its rows land straight */
  #step(
    table: Table,
    step: Step,
    index: number,
    isLast: boolean,
    relations: readonly Relation[],
  ): StepPlan | null {
    const path = `tables.${table.name}.steps[${String(index)}].sql`
    const [statement, second] = splitStatements(step.sql)
    if (statement === undefined || second !== undefined) {
      return this.#refuse(
        step,
        path,
        'a step is one SELECT statement',
        second?.start ?? 0,
        'Make each SELECT a step of its own.',
      )
    }
    const parameter = codeTokens(step.sql).find((token) => token.kind === 'parameter')
    if (parameter !== undefined) {
      const hint = 'Write the value itself; quote text that begins with @, :, $ or ?.'
      return this.#refuse(step, path, `a step has no parameters: ${parameter.text}`, parameter.start, hint)
    }
    const shape = shapeOfStep(
      statement.text,
      relations.map((relation) => relation.name),
    )
    const refusal = refusedShape(shape)
    if (refusal !== null) return this.#refuse(step, path, refusal.message, statement.start, refusal.hint)
    const used = relations.filter((relation) => shape.reads.includes(relation.name))
    try {
      const recursive = this.#recursiveName(statement.text, used)
      if (recursive !== null) {
        const hint = 'Use a join, or a lookup that holds the levels.'
        const message = `"${recursive}" reads itself; a recursive step might never end`
        return this.#refuse(step, path, message, statement.start, hint)
      }
      const sql = this.#carry(statement.text, shape, used)
      const columns = this.#columnsOf(sql, used, shape)
      const fault = faultOfColumns(columns)
      if (fault !== null) return this.#refuse(step, path, fault.message, statement.start, fault.hint)
      const ownTable = `${table.name}/${step.name}`
      const apart = { temporary: ownTable, insert: filling(ownTable, sql, used) }
      const temporary = isLast ? null : ownTable
      if (temporary !== null) {
        this.#scratch.exec(createTemporary(temporary, columns))
        this.#origins.set(temporary, this.#originsOf(sql, used, shape))
      }
      return {
        name: step.name,
        sql: step.sql,
        rowsFrom: shape.driving ?? (used.length === 1 ? used[0]?.name : undefined) ?? 'input',
        filters: !shape.groups && used.length > 0,
        columns,
        temporary,
        insert: temporary === null ? landing(table.name, columns, sql, used) : apart.insert,
        apart,
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const fault = locateSqlFault(step.sql, message, (beginning) => this.#complaint(beginning, used))
      return this.#refuse(step, path, fault.message, fault.offset, this.#hint(fault.message, relations))
    }
  }

  /** Adds the coordinates of the driving row to a step that keeps rows apart and does not select them itself. */
  #carry(sql: string, shape: StepShape, used: readonly Relation[]): string {
    if (shape.groups || shape.driving === null || shape.selectListEnd === null || shape.drivingAlias === null)
      return sql
    const present = new Set(this.#names(sql, used).map((name) => name.toLowerCase()))
    const driving = used.find((relation) => relation.name === shape.driving)
    const missing = metaColumns.filter(
      (name) => !present.has(name) && driving?.columns.some((column) => column.name === name) === true,
    )
    if (missing.length === 0) return sql
    const alias = quoted(shape.drivingAlias)
    const added = missing.map((name) => `, ${alias}.${name} AS ${name}`).join('')
    return `${sql.slice(0, shape.selectListEnd)}${added} ${sql.slice(shape.selectListEnd)}`
  }

  /** Name of a common table expression that reads itself, as SQLite plans the statement; null where there is none. */
  #recursiveName(sql: string, used: readonly Relation[]): string | null {
    const planned = this.#scratch
      .prepare(`EXPLAIN QUERY PLAN ${withRelations(sql, used)}`)
      .all(batchParameters(sql))
      .filter(isPlanRow)
    const step = planned.find((row) => row.detail === 'RECURSIVE STEP')
    if (step === undefined) return null
    const detail = planned.find((row) => row.id === step.parent)?.detail ?? ''
    return detail.replace(/^(CO-ROUTINE|MATERIALIZE) /, '')
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

  #names(sql: string, used: readonly Relation[]): string[] {
    return this.#scratch
      .prepare(withRelations(sql, used))
      .columns()
      .map((column) => column.name)
  }

  #columnsOf(sql: string, used: readonly Relation[], shape: StepShape): PlannedColumn[] {
    const statement = this.#scratch.prepare(withRelations(sql, used))
    const sure = resultTypes(this.#scratch, withRelations(sql, used), batchParameters(sql))
    const expressions = shape.mixes ? new Map<string, string>() : namedExpressions(sql)
    return statement.columns().map((column, index) => ({
      name: column.name,
      type:
        this.#originType(column.table, column.column, used, shape) ??
        sure[index] ??
        this.#numberType(expressions.get(column.name.toLowerCase()), used),
    }))
  }

  /** Real where an expression over typed columns gives doubles only. */
  #numberType(expression: string | undefined, used: readonly Relation[]): ColumnType | null {
    if (expression === undefined) return null
    const relations = [...used, ...this.#lookups]
    const isReal = givesDoubles(expression, (name) => {
      const types = relations.flatMap(({ columns }) =>
        columns.flatMap((column) => (column.name.toLowerCase() === name ? [column.type] : [])),
      )
      return types.length === 1 ? (types[0] ?? null) : null
    })
    return isReal ? 'real' : null
  }

  /** Which columns are those of the source, unchanged. */
  #originsOf(sql: string, used: readonly Relation[], shape: StepShape): Map<string, string> {
    const origins = new Map<string, string>()
    if (shape.groups || shape.mixes) return origins
    for (const { name, table, column } of this.#scratch.prepare(withRelations(sql, used)).columns()) {
      const origin = table === null || column === null ? undefined : this.#origins.get(table)?.get(column)
      if (origin !== undefined) origins.set(name, origin)
    }
    return origins
  }

  #originType(
    table: string | null,
    column: string | null,
    used: readonly Relation[],
    shape: StepShape,
  ): ColumnType | null {
    if (table === null || column === null || shape.mixes) return null
    const relation = used.find((candidate) => candidate.temporary === table)
    const lookup = this.#lookups.find((candidate) => candidate.lookup.name === table)
    const columns: readonly PlannedColumn[] = relation?.columns ?? lookup?.columns ?? []
    return columns.find((candidate) => candidate.name === column)?.type ?? null
  }

  #hint(message: string, relations: readonly Relation[]): string {
    if (!/^no such table/.test(message)) return ''
    const lookups = this.#lookups.map((shape) => shape.lookup.name)
    return `A step reads ${[...relations.map((relation) => relation.name), ...lookups].join(', ')}.`
  }

  #refuse(step: Step, path: string, message: string, offset: number, hint: string): null {
    const { line, column } = positionInFile(step, offset)
    this.#problems.push({
      file: this.#workspace.file,
      line,
      column,
      path,
      message: `step ${step.name}: ${message}`,
      hint,
    })
    return null
  }
}

interface PlanRow {
  id: number
  parent: number
  detail: string
}

function isPlanRow(row: unknown): row is PlanRow {
  return typeof row === 'object' && row !== null && 'detail' in row && 'id' in row && 'parent' in row
}

function copyStep(table: Table): Step {
  return { name: 'land', sql: 'SELECT * FROM input', position: table.position, multiline: false }
}

function refusedShape(shape: StepShape): { message: string; hint: string } | null {
  if (shape.verb !== 'SELECT' && shape.verb !== 'WITH' && shape.verb !== 'VALUES') {
    return {
      message: `a step is a SELECT; ${shape.verb || 'this'} is refused`,
      hint: 'Write SELECT ... FROM input ...',
    }
  }
  return null
}
