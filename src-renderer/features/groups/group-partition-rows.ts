/** The partitions of a group in the order that is asked for. Pure. */
import type { GroupPartition } from '#contract/groups.ts'
import type { SortOrder } from '../../ui/sort-order.ts'

export type GroupPartitionSort = 'topic' | 'lag' | 'lagMs'

/** What is not known comes last in either direction; equals stay by topic and number. */
export function sortedPartitions(
  partitions: readonly GroupPartition[],
  { sort, descending }: SortOrder<GroupPartitionSort>,
): GroupPartition[] {
  const direction = descending ? -1 : 1
  return partitions.toSorted((left, right) => {
    if (sort === 'topic') return byName(left, right) * direction
    const a = left[sort]
    const b = right[sort]
    if (a === null || b === null) return Number(a === null) - Number(b === null) || byName(left, right)
    return (a - b) * direction || byName(left, right)
  })
}

function byName(left: GroupPartition, right: GroupPartition): number {
  if (left.topic !== right.topic) return left.topic < right.topic ? -1 : 1
  return left.partition - right.partition
}
