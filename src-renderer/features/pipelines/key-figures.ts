/** What a table with a key, or without duplicates, has done with its records. Pure. */
import type { LiveTable } from '#contract/live.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import { formatCompact, formatDuration, formatNumber } from '../../ui/format.ts'

export interface KeyFigure {
  name: string
  value: string
  title: string
}

type Table = Pick<WorkspaceView['tables'][number], 'key' | 'newestBy' | 'deleteWhen' | 'deduplicate'>

/** Nothing for a table that only appends. */
export function keyFigures(table: Table, live: LiveTable | null): KeyFigure[] {
  const { key, deduplicate } = table
  if (deduplicate !== null) {
    const within = formatDuration(deduplicate.withinMs)
    return [
      {
        name: 'No duplicates of',
        value: deduplicate.by.join(', '),
        title: `A key is remembered for ${within}`,
      },
      counted('Duplicates', live?.duplicates, 'records left out because their key had landed'),
    ]
  }
  if (key.length === 0) return []
  return [
    { name: 'Key', value: key.join(', '), title: keyTitle(table) },
    counted('Updated', live?.updated, 'rows that took the place of an earlier one'),
    counted('Deleted', live?.deleted, 'rows that deletes removed'),
    counted('Stale', live?.stale, 'records older than what the table had'),
  ]
}

function keyTitle({ newestBy, deleteWhen }: Table): string {
  const newest =
    newestBy === null ? 'The record that arrives last wins' : `The record with the newest ${newestBy} wins`
  return deleteWhen === null ? newest : `${newest}; a row is deleted when ${deleteWhen.trim()}`
}

function counted(name: string, count: number | undefined, what: string): KeyFigure {
  return { name, value: formatCompact(count ?? null), title: `${formatNumber(count ?? null)} ${what}` }
}
