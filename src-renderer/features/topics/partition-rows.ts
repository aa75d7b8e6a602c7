/** The partitions of a topic in the order that is asked for. Pure. */
import type { TopicPartition } from '#contract/topics.ts'
import { type SortOrder, sortedByFigure } from '../../ui/sort-order.ts'

export type PartitionSort = 'partition' | 'latest' | 'recordsPerSecond' | 'skew' | 'sizeBytes'

/** What is not known comes last in either direction; equals stay in the order of their numbers. */
export function sortedPartitions(
  partitions: readonly TopicPartition[],
  { sort, descending }: SortOrder<PartitionSort>,
): TopicPartition[] {
  return sortedByFigure(partitions, {
    descending,
    valueOf: (partition) => valueOf(partition, sort),
    between: byNumber,
  })
}

function byNumber(left: TopicPartition, right: TopicPartition): number {
  return left.partition - right.partition
}

/** Offsets are 64-bit. */
function valueOf(partition: TopicPartition, sort: PartitionSort): number | bigint | null {
  if (sort !== 'latest') return partition[sort]
  return partition.latest === null ? null : BigInt(partition.latest)
}

/** "3 of 3 in sync", "2 of 3 in sync, broker 4 is behind". */
export function replicaWords({ replicas, inSync }: TopicPartition): string {
  const behind = replicas.filter((broker) => !inSync.includes(broker))
  const words = `${String(replicas.length - behind.length)} of ${String(replicas.length)} in sync`
  if (behind.length === 0) return words
  return `${words}, ${behind.length === 1 ? 'broker' : 'brokers'} ${behind.join(', ')} ${behind.length === 1 ? 'is' : 'are'} behind`
}
