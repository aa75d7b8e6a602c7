/** How long rows are kept, in words. Pure. */
import { formatCompact, formatDuration } from '../../ui/format.ts'

interface Retention {
  retainRows: number | null
  retainAgeMs: number | null
}

/** "300k rows", "5M rows, 1 d", "all rows". */
export function retentionWords({ retainRows, retainAgeMs }: Retention): string {
  const words = [
    ...(retainRows === null ? [] : [`${formatCompact(retainRows)} rows`]),
    ...(retainAgeMs === null ? [] : [formatDuration(retainAgeMs)]),
  ]
  return words.length === 0 ? 'all rows' : words.join(', ')
}
