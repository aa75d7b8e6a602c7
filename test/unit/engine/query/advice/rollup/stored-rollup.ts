/** Rollups of a table of flights, for tests of what they answer. */
import type { Rollup, RollupWindow } from '../../../../../../src-main/workspace/model.ts'

/** Milliseconds. */
export const hour = 3_600_000
export const day = 24 * hour

/** Windows over the column `at`. */
export function windowOf(everyMs: number, extra: Partial<RollupWindow> = {}): RollupWindow {
  return { everyMs, overMs: null, on: 'at', zone: null, ...extra }
}

/** SQL that makes a rollup of the table flights as it is stored: its columns have no type. */
export function storedRollup({ name, window: windows, by, measures: list }: Rollup): string {
  const every = String(windows?.everyMs ?? 0)
  const keys = [
    ...(windows === null ? [] : [`at / ${every} * ${every} AS window_start`]),
    ...by.map((key) => `${key} AS _${key}`),
  ]
  const values = list.map((measure, index) => `${measure.sql} AS v${String(index)}`)
  const group = keys.length === 0 ? '' : ` GROUP BY ${keys.map((_, index) => String(index + 1)).join(', ')}`
  const shown = [
    ...(windows === null ? [] : ['window_start', `window_start + ${every} AS window_end`]),
    ...by.map((key) => `nullif(_${key}, x'') AS ${key}`),
    ...list.map((measure, index) => `v${String(index)} + 0 AS ${measure.name}`),
  ]
  return `CREATE TABLE "${name}/state" AS SELECT ${[...keys, ...values].join(', ')} FROM flights${group};
    CREATE VIEW ${name} AS SELECT ${shown.join(', ')} FROM "${name}/state"`
}
