/** What a step may not be although SQLite takes it: several statements, parameters, anything but a SELECT, recursion. */
import type { SqlDatabase } from '../batch/sql-database.ts'
import { codeTokens, splitStatements, type SqlStatement } from '../sql/sql-tokens.ts'
import type { StepSelect } from './step-columns.ts'
import type { StepShape } from './step-shape.ts'
import { batchParameters, withRelations } from './step-statements.ts'

/** Why a step is refused, and what to write instead. */
export interface StepRefusal {
  message: string
  /** Where in the step's SQL, characters. */
  offset: number
  hint: string
}

/** @returns the statement of a step, or why it is none */
export function singleStatement(sql: string): { statement: SqlStatement } | { refusal: StepRefusal } {
  const [statement, second] = splitStatements(sql)
  if (statement === undefined || second !== undefined) {
    const message = 'a step is one SELECT statement'
    return {
      refusal: { message, offset: second?.start ?? 0, hint: 'Make each SELECT a step of its own.' },
    }
  }
  const parameter = codeTokens(sql).find((token) => token.kind === 'parameter')
  if (parameter === undefined) return { statement }
  const message = `a step has no parameters: ${parameter.text}`
  const hint = 'Write the value itself; quote text that begins with @, :, $ or ?.'
  return { refusal: { message, offset: parameter.start, hint } }
}

/** @returns null for what gives rows */
export function refusedVerb({ verb }: StepShape): Pick<StepRefusal, 'message' | 'hint'> | null {
  if (verb === 'SELECT' || verb === 'WITH' || verb === 'VALUES') return null
  return {
    message: `a step is a SELECT; ${verb || 'this'} is refused`,
    hint: 'Write SELECT ... FROM input ...',
  }
}

/**
 * As SQLite plans the statement.
 * @returns null where nothing reads itself
 * @throws the database's error where the statement does not compile
 */
export function refusedRecursion(
  scratch: SqlDatabase,
  { sql, used }: Pick<StepSelect, 'sql' | 'used'>,
): Pick<StepRefusal, 'message' | 'hint'> | null {
  const planned = scratch
    .prepare(`EXPLAIN QUERY PLAN ${withRelations(sql, used)}`)
    .all(batchParameters(sql))
    .filter(isPlanRow)
  const step = planned.find((row) => row.detail === 'RECURSIVE STEP')
  if (step === undefined) return null
  const detail = planned.find((row) => row.id === step.parent)?.detail ?? ''
  const name = detail.replace(/^(CO-ROUTINE|MATERIALIZE) /, '')
  const message = `"${name}" reads itself; a recursive step might never end`
  return { message, hint: 'Use a join, or a lookup that holds the levels.' }
}

interface PlanRow {
  id: number
  parent: number
  detail: string
}

function isPlanRow(row: unknown): row is PlanRow {
  return typeof row === 'object' && row !== null && 'detail' in row && 'id' in row && 'parent' in row
}
