/** The partitions of a group in the order that is asked for. Pure. */
import type { GroupPartition } from '#contract/groups.ts'
import { type SortOrder, sortedByFigure } from '../../ui/sort-order.ts'

export type GroupPartitionSort = 'topic' | 'lag' | 'lagMs'

/** What is not known comes last in either direction; equals stay by topic and number. */
export function sortedPartitions(
  partitions: readonly GroupPartition[],
  { sort, descending }: SortOrder<GroupPartitionSort>,
): GroupPartition[] {
  if (sort === 'topic') {
    const direction = descending ? -1 : 1
    return partitions.toSorted((left, right) => byName(left, right) * direction)
  }
  return sortedByFigure(partitions, { descending, valueOf: (row) => row[sort], between: byName })
}

function byName(left: GroupPartition, right: GroupPartition): number {
  if (left.topic !== right.topic) return left.topic < right.topic ? -1 : 1
  return left.partition - right.partition
}
