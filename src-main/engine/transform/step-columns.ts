/**
 * Columns that the steps of a source's tables give: their types, and which of them are columns of the source, unchanged. Compiles
 * against the scratch database.
 */
import type { ColumnType } from '#contract/workspace.ts'
import type { LookupShape, PlannedColumn } from '../batch/relations.ts'
import { resultTypes } from '../batch/result-types.ts'
import type { SqlDatabase } from '../batch/sql-database.ts'
import { givesDoubles, namedExpressions } from './number-types.ts'
import type { StepShape } from './step-shape.ts'
import { batchParameters, type Relation, withRelations } from './step-statements.ts'

/** A step's statement with what it reads. */
export interface StepSelect {
  sql: string
  shape: StepShape
  used: readonly Relation[]
}

/** By column: the column of the source, or the coordinate, that it is. */
export type Origins = ReadonlyMap<string, string>

export class StepColumns {
  readonly #scratch: SqlDatabase
  readonly #lookups: readonly LookupShape[]
  /** By temporary table. */
  readonly #origins = new Map<string, Origins>()

  constructor(scratch: SqlDatabase, lookups: readonly LookupShape[]) {
    this.#scratch = scratch
    this.#lookups = lookups
  }

  /** Notes that a temporary table holds the source's own columns. */
  addInput(temporary: string, columns: readonly PlannedColumn[]): void {
    this.#origins.set(temporary, new Map(columns.map(({ name }) => [name, name])))
  }

  /** Notes what the columns of a step's temporary table are. @throws the database's error */
  addStep(temporary: string, select: StepSelect): void {
    this.#origins.set(temporary, this.#traced(select))
  }

  /** Nothing for a table that was not added. */
  originsOf(temporary: string): Origins {
    return this.#origins.get(temporary) ?? new Map<string, string>()
  }

  /** @throws the database's error where the statement does not compile */
  of({ sql, shape, used }: StepSelect): PlannedColumn[] {
    const select = withRelations(sql, used)
    const statement = this.#scratch.prepare(select)
    const sure = resultTypes(this.#scratch, select, batchParameters(sql))
    const expressions = shape.mixes ? new Map<string, string>() : namedExpressions(sql)
    return statement.columns().map(({ name, table, column }, index) => ({
      name,
      type:
        (shape.mixes ? null : this.#typeIn(table, column, used)) ??
        sure[index] ??
        this.#numberType(expressions.get(name.toLowerCase()), used),
    }))
  }

  #traced({ sql, shape, used }: StepSelect): Origins {
    const origins = new Map<string, string>()
    if (shape.groups || shape.mixes) return origins
    for (const { name, table, column } of this.#scratch.prepare(withRelations(sql, used)).columns()) {
      const origin = table === null || column === null ? undefined : this.originsOf(table).get(column)
      if (origin !== undefined) origins.set(name, origin)
    }
    return origins
  }

  /** Type of a column that a result takes unchanged from a relation or a lookup. */
  #typeIn(table: string | null, column: string | null, used: readonly Relation[]): ColumnType | null {
    const relation = used.find((candidate) => candidate.temporary === table)
    const lookup = this.#lookups.find((candidate) => candidate.lookup.name === table)
    const columns: readonly PlannedColumn[] = relation?.columns ?? lookup?.columns ?? []
    return columns.find((candidate) => candidate.name === column)?.type ?? null
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
}
