/** Rollups in words, and where they come from; the same in every view. Pure. */
import type { LiveRollup } from '#contract/live.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import { formatCount, formatSpan } from '../ui/format.ts'
import { type TimeZone, formatDateTime, zoneName } from '../ui/format-time.ts'
import type { SourceStatus } from './source-status.ts'

export type RollupView = WorkspaceView['rollups'][number]

/** The table that a rollup comes from in the end, also by way of other rollups; null where none is declared. */
export function tableOfRollup(rollup: string, workspace: WorkspaceView): string | null {
  let name: string | undefined = rollup
  const seen = new Set<string>()
  while (name !== undefined && !seen.has(name)) {
    if (workspace.tables.some((table) => table.name === name)) return name
    seen.add(name)
    name = workspace.rollups.find((candidate) => candidate.name === name)?.from
  }
  return null
}

/** The rollups that come from a table, each after what it is made from. */
export function rollupsOfTable(table: string, workspace: WorkspaceView): RollupView[] {
  return workspace.rollups.filter(({ name }) => tableOfRollup(name, workspace) === table)
}

/** A problem, or how far behind it is; the word is empty while it is up to date. */
export function rollupStatus({ problem, behind }: Pick<LiveRollup, 'problem' | 'behind'>): SourceStatus {
  if (problem !== '')
    return { tone: 'error', word: 'not kept up to date', reason: `Not kept up to date: ${problem}` }
  if (behind > 0)
    return {
      tone: 'warn',
      word: 'catching up',
      reason: `Catching up, ${formatCount(behind, 'row')} behind.`,
    }
  return { tone: 'neutral', word: '', reason: '' }
}

/** "1 h by at, Europe/Zurich" · "sliding 1 h every 5 min by at, UTC" · "all time". */
export function windowWords(window: RollupView['window']): string {
  if (window === null) return 'all time'
  const { everyMs, overMs, on, zone } = window
  const width =
    overMs === null ? formatSpan(everyMs) : `sliding ${formatSpan(overMs)} every ${formatSpan(everyMs)}`
  return `${width} by ${on}, ${zone ?? 'UTC'}`
}

/** From the first to the last window by their starts; null where there are none. */
export function windowsKept(
  { oldestAt, newestAt }: Pick<LiveRollup, 'oldestAt' | 'newestAt'>,
  zone: TimeZone,
): string | null {
  if (oldestAt === null || newestAt === null) return null
  const time = (at: number): string => formatDateTime(at, zone, 'minute')
  return `${time(oldestAt)} to ${time(newestAt)} ${zoneName(newestAt, zone)}`
}

/** What it could not take in and what has gone, one line each; none where all is in it. */
export function lossLines({ untimed, missed, evicted }: LiveRollup): string[] {
  return [
    ...(untimed === 0 ? [] : [`${formatCount(untimed, 'row')} without event time, in no window`]),
    ...(missed === 0 ? [] : [`${formatCount(missed, 'row')} of windows that were no longer kept`]),
    ...(evicted === 0 ? [] : [`${formatCount(evicted, 'group')} evicted`]),
  ]
}
