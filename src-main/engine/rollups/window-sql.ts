/** The SQL that says in which window a time is. Windows in UTC are arithmetic; those of a zone ask functions.ts. Pure. */
import type { RollupWindow } from '../../workspace/model.ts'

const weekMs = 604_800_000
/** Monday 5 January 1970: weeks begin on Mondays (ISO 8601). */
const mondayMs = 345_600_000

/** Start of the window, or of the pane of a sliding one, that holds the time `at`. */
export function windowStart({ everyMs, zone }: RollupWindow, at: string): string {
  if (zone !== null) return `penstock_window_start(${at}, ${String(everyMs)}, ${literal(zone)})`
  const every = String(everyMs)
  const shifted = originMs(everyMs) === 0 ? at : `(${at} - ${String(originMs(everyMs))})`
  return `(${at} - ((${shifted} % ${every}) + ${every}) % ${every})`
}

/** Start of the window that begins `steps` (SQL) panes before the pane at `start`; NULL where a zone's clock leaves it out. */
export function earlierStart({ everyMs, zone }: RollupWindow, start: string, steps: string): string {
  if (zone === null) return `(${start} - ${steps} * ${String(everyMs)})`
  return `penstock_window_earlier(${start}, ${steps}, ${String(everyMs)}, ${literal(zone)})`
}

/** End of the window that begins at `start`, exclusive. */
export function windowEnd(window: RollupWindow, start: string): string {
  const { everyMs, overMs, zone } = window
  if (zone === null) return `(${start} + ${String(overMs ?? everyMs)})`
  const panes = String((overMs ?? everyMs) / everyMs)
  return `penstock_window_shift(${start}, ${panes}, ${String(everyMs)}, ${literal(zone)})`
}

/** Where windows of this width are counted from, milliseconds since 1970. */
export function originMs(everyMs: number): number {
  return everyMs % weekMs === 0 ? mondayMs : 0
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
