/**
 * What columns want of values that have a logical type for times: a column of numbers the number as it stands, a column of
 * timestamps a number in its own unit. Everybody else gets text in ISO 8601, which loses nothing.
 */
import type { Column } from '../../columns/column.ts'

export type WantedTime = 'number' | Column['unit']

/** A tree of the paths of such columns. */
export interface WantedPaths {
  time: WantedTime | null
  members: Map<string, WantedPaths>
}

export function wantedPaths(columns: readonly Column[]): WantedPaths | null {
  const root: WantedPaths = { time: null, members: new Map() }
  for (const column of columns) {
    const time = wantedTime(column)
    if (column.from !== 'value' || time === null) continue
    let node = root
    for (const segment of column.path) {
      const key = String(segment)
      const next = node.members.get(key) ?? { time: null, members: new Map<string, WantedPaths>() }
      node.members.set(key, next)
      node = next
    }
    node.time = time
  }
  return root.members.size === 0 && root.time === null ? null : root
}

function wantedTime({ type, unit, format }: Column): WantedTime | null {
  if (type === 'integer' || type === 'real') return 'number'
  return type === 'timestamp' && format === null ? unit : null
}
