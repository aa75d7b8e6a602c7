/** How long a topic keeps its records, in words. Pure. */
import type { TopicRow } from '#contract/topics.ts'
import { formatBytes, formatDuration, unknownFigure } from './format.ts'

type Retention = Pick<TopicRow, 'retentionMs' | 'retentionBytes' | 'cleanupPolicy'>

/** "7 d", "7 d, 50 GB", "no limit", "compacted", "compacted, 7 d"; a dash where it is not known. */
export function retentionWords({ retentionMs, retentionBytes, cleanupPolicy }: Retention): string {
  const policies = (cleanupPolicy ?? 'delete').split(',').map((policy) => policy.trim())
  const isCompacted = policies.includes('compact')
  if (isCompacted && !policies.includes('delete')) return 'compacted'
  if (retentionMs === null && retentionBytes === null) return isCompacted ? 'compacted' : unknownFigure
  const bounds = [
    ...(retentionMs === null || retentionMs < 0 ? [] : [formatDuration(retentionMs)]),
    ...(retentionBytes === null || retentionBytes < 0 ? [] : [formatBytes(retentionBytes)]),
  ]
  const words = bounds.length === 0 ? 'no limit' : bounds.join(', ')
  return isCompacted ? `compacted, ${words}` : words
}
