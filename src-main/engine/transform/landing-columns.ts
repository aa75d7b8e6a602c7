/** The columns that a row of the last step brings to its table, the engine's own among them. Pure. */
import type { PlannedColumn } from '../batch/relations.ts'
import { quoted } from '../sql/identifier.ts'

/** A column of the table, and SQL for its value from a row named `landed`. */
export interface LandedValue {
  target: string
  value: string
}

/** @param columns those of the last step. Parameters: @topic and @ingestedAt, where the step does not give these itself */
export function landedValues(columns: readonly PlannedColumn[]): LandedValue[] {
  const names = new Set(columns.map((column) => column.name.toLowerCase()))
  const values = columns.map(({ name }) => ({ target: quoted(name), value: `landed.${quoted(name)}` }))
  if (!names.has('_topic')) values.push({ target: '_topic', value: '@topic' })
  if (!names.has('_ingested_at')) values.push({ target: '_ingested_at', value: '@ingestedAt' })
  return values
}
