/** The cluster as a whole as the contract shows it. Pure. */
import type { BrokerRow, ClusterView } from '#contract/cluster.ts'
import type { ClusterPoll } from './cluster-poll.ts'

/** Partitions in trouble that are listed. */
const mostListed = 500

export function clusterView({ topics: book, controller: reader, trouble }: ClusterPoll): ClusterView {
  const { controller, problem } = reader
  const leads = new Map<number, number>()
  const held = new Map<number, number>()
  const underReplicated: ClusterView['underReplicated'] = []
  const offline: ClusterView['offline'] = []
  let underReplicatedCount = 0
  let offlineCount = 0
  for (const { name: topic, metadata } of book.topics.values()) {
    for (const { partition, leader, replicas, inSync } of metadata) {
      leads.set(leader, (leads.get(leader) ?? 0) + 1)
      for (const replica of replicas) held.set(replica, (held.get(replica) ?? 0) + 1)
      const troubled = { topic, partition, leader, replicas, inSync }
      if (inSync.length < replicas.length && ++underReplicatedCount <= mostListed)
        underReplicated.push(troubled)
      if (leader < 0 && ++offlineCount <= mostListed) offline.push(troubled)
    }
  }
  const brokers = book.brokers.map(({ nodeId: id, host, port, rack }): BrokerRow => ({
    ...{ id, rack, address: `${host}:${String(port)}`, isController: id === controller },
    leads: leads.get(id) ?? 0,
    replicas: held.get(id) ?? 0,
    sizeBytes: book.brokerBytes.get(id) ?? null,
  }))
  return {
    at: book.at,
    clusterId: book.clusterId,
    controller,
    brokers: brokers.sort((left, right) => left.id - right.id),
    topics: book.topics.size,
    partitions: book.partitions,
    ...{ underReplicatedCount, underReplicated, offlineCount, offline },
    notSeen: [trouble, problem, ...book.notSeen.values()].filter((words) => words !== ''),
  }
}
