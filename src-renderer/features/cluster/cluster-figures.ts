/** The strip of figures over a cluster. Pure. */
import type { ClusterView } from '#contract/cluster.ts'
import { formatBytes, formatNumber, unknownFigure } from '../../ui/format.ts'
import type { StripFigure } from '../../ui/strip-figure.ts'

export function clusterFigures(cluster: ClusterView): StripFigure[] {
  const { brokers, controller, underReplicatedCount, offlineCount } = cluster
  const sizes = brokers.flatMap(({ sizeBytes }) => sizeBytes ?? [])
  const size =
    sizes.length === brokers.length && sizes.length > 0 ? sizes.reduce((sum, each) => sum + each, 0) : null
  return [
    { name: 'Brokers', value: formatNumber(brokers.length) },
    {
      name: 'Controller',
      value: controller === null ? unknownFigure : `broker ${String(controller)}`,
      title: controller === null ? 'The cluster does not say which one it is' : '',
    },
    { name: 'Topics', value: formatNumber(cluster.topics) },
    { name: 'Partitions', value: formatNumber(cluster.partitions) },
    {
      name: 'Under-replicated',
      value: formatNumber(underReplicatedCount),
      title: 'Partitions with a copy that is not in step',
      tone: underReplicatedCount > 0 ? 'warn' : 'neutral',
    },
    {
      name: 'Offline',
      value: formatNumber(offlineCount),
      title: 'Partitions without a leader: nothing can be written to or read from them',
      tone: offlineCount > 0 ? 'error' : 'neutral',
    },
    { name: 'Logs', value: formatBytes(size), title: 'Bytes of the logs of all brokers, copies included' },
  ]
}
