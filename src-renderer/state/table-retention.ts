/** How long rows of a table are kept, in words. Pure. */
import { formatBytes, formatCompact, formatSpan } from '../ui/format.ts'

interface Retention {
  retainRows: number | null
  retainBytes: number | null
  retainAgeMs: number | null
}

/** "300k rows", "5M rows, 2 GB, 1 d", "all rows". */
export function retentionWords({ retainRows, retainBytes, retainAgeMs }: Retention): string {
  const words = [
    ...(retainRows === null ? [] : [`${formatCompact(retainRows)} rows`]),
    ...(retainBytes === null ? [] : [formatBytes(retainBytes)]),
    ...(retainAgeMs === null ? [] : [formatSpan(retainAgeMs)]),
  ]
  return words.length === 0 ? 'all rows' : words.join(', ')
}
