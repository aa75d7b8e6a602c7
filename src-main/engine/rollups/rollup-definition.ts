/**
 * What tells two forms of a rollup apart: what a person wrote, and how that is stored. SQL does not count, so that another
 * version of Penstock may compute the same states by other statements and go on with the windows that are kept. Pure.
 */
import { createHash } from 'node:crypto'
import type { Rollup } from '../../workspace/model.ts'
import type { KeyColumn, RollupPlan, StateColumn } from './rollup-plan.ts'

/** Grows where keys, windows or the table of states as a whole are stored in another way; states have versions of their own. */
const layoutVersion = 1
const form = '2'

/** What is stored of a rollup. */
export interface StoredForm {
  keys: readonly KeyColumn[]
  states: readonly StateColumn[]
  /** All columns of the table of states. */
  columns: RollupPlan['columns']
}

/**
 * Names of measures are those of the view alone, and how long windows are kept does not change what they mean.
 * @returns text that is the same as long as the windows that are kept mean the same
 */
export function definitionOf({ from, window, by, measures }: Rollup, stored: StoredForm): string {
  const windows = window === null ? null : [window.everyMs, window.overMs, window.on, window.zone]
  const written = [from, windows, by, measures.map(({ sql }) => sql)]
  const keys = stored.keys.map(({ column, name, absent }) => [column, name, absent])
  const states = stored.states.map(({ column, kind }) => [column, kind])
  const columns = stored.columns.map(({ name, sqlType }) => [name, sqlType])
  return `${form}:${digest(written)}:${digest([layoutVersion, keys, states, columns])}`
}

/** The definition as it was until states had kinds: it counted the SQL. */
export function earlierDefinition(sql: readonly (string | null)[]): string {
  return digest([1, ...sql])
}

/** Whether a stored definition is of the form that counted the SQL. */
export function isEarlierForm(definition: string): boolean {
  return !definition.startsWith(`${form}:`)
}

/** Whether a person wrote something else; not known, and so false, of the earlier form. */
export function isWrittenOtherwise(before: string, after: string): boolean {
  return !isEarlierForm(before) && before.split(':')[1] !== after.split(':')[1]
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
