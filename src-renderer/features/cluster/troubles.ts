/** Partitions in trouble as one list, those that are offline first. Pure. */
import type { ClusterView } from '#contract/cluster.ts'

type Partition = ClusterView['offline'][number]

export interface Trouble extends Partition {
  isOffline: boolean
  /** Replicas that are not in step. */
  behind: number[]
}

export function troublesOf({
  offline,
  underReplicated,
}: Pick<ClusterView, 'offline' | 'underReplicated'>): Trouble[] {
  const offlineKeys = new Set(offline.map(keyOf))
  return [
    ...offline.map((partition) => trouble(partition, true)),
    ...underReplicated
      .filter((partition) => !offlineKeys.has(keyOf(partition)))
      .map((partition) => trouble(partition, false)),
  ]
}

function trouble(partition: Partition, isOffline: boolean): Trouble {
  const behind = partition.replicas.filter((broker) => !partition.inSync.includes(broker))
  return { ...partition, isOffline, behind }
}

/** The same for a partition however it is listed. */
export function keyOf({ topic, partition }: Pick<Partition, 'topic' | 'partition'>): string {
  return `${topic} ${String(partition)}`
}
