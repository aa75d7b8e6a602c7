/** Topics as the contract shows them, from what is measured. Pure but for the clock. */
import type { TopicList, TopicListRequest, TopicPartition, TopicRow } from '#contract/topics.ts'
import type { ClusterPoll } from './cluster-poll.ts'
import { known, type TopicEntry } from './topic-entry.ts'

type Sort = TopicListRequest['sort']

/** Topics that match, in order. */
export function chooseTopics(poll: ClusterPoll, request: TopicListRequest): TopicEntry[] {
  const search = request.search.toLowerCase()
  const chosen = [...poll.topics.topics.values()].filter(
    ({ name, internal }) => (request.internal || !internal) && name.toLowerCase().includes(search),
  )
  const sign = request.descending ? -1 : 1
  if (request.sort === 'name') return chosen.sort((left, right) => sign * byName(left, right))
  const keys = new Map(chosen.map((entry) => [entry, sortKey(poll, entry, request.sort)]))
  return chosen.sort((left, right) => {
    const leftKey = keys.get(left) ?? Number.NaN
    const rightKey = keys.get(right) ?? Number.NaN
    return compareKnown(leftKey, rightKey, sign) || byName(left, right)
  })
}

/** One page of them. */
export function topicList(
  poll: ClusterPoll,
  chosen: readonly TopicEntry[],
  page: readonly TopicEntry[],
): TopicList {
  return {
    total: chosen.length,
    topics: page.map((entry) => topicRow(poll, entry)),
    at: poll.topics.at,
    intervalMs: poll.pace.offsetsMs,
  }
}

export function topicRow(poll: ClusterPoll, entry: TopicEntry): TopicRow {
  const { name, partitions, replication, internal, records, underReplicated, offline } = entry
  return {
    ...{ name, partitions, replication, internal, records, underReplicated, offline },
    recordsPerSecond: known(entry.rate),
    bytesPerSecond: known(entry.byteRate),
    sizeBytes: known(entry.bytes),
    ...poll.configs.retention(name),
    lastRecordAt: known(entry.lastRecordAt),
    consumers: poll.own.of(name),
    lag: poll.own.lagOf(name),
    spark: entry.spark.read(Date.now()),
  }
}

export function topicPartitions(entry: TopicEntry): TopicPartition[] {
  const even = entry.rate / Math.max(1, entry.partitions)
  return entry.metadata.map(({ partition, leader, replicas, inSync }) => ({
    ...{ partition, leader, replicas, inSync },
    earliest: offsetText(entry.earliest[partition]),
    latest: offsetText(entry.latest[partition]),
    recordsPerSecond: known(entry.recordsPerSecond[partition]),
    bytesPerSecond: known(entry.bytesPerSecond[partition]),
    sizeBytes: known(entry.sizeBytes[partition]),
    lastRecordAt: known(entry.newestAt[partition]),
    skew: even > 0 ? known((entry.recordsPerSecond[partition] ?? Number.NaN) / even) : null,
  }))
}

function sortKey(poll: ClusterPoll, entry: TopicEntry, sort: Sort): number {
  switch (sort) {
    case 'partitions':
      return entry.partitions
    case 'recordsPerSecond':
      return entry.rate
    case 'bytesPerSecond':
      return entry.byteRate
    case 'sizeBytes':
      return entry.bytes
    case 'lastRecordAt':
      return entry.lastRecordAt
    case 'lag':
      return poll.own.lagOf(entry.name) ?? Number.NaN
    case 'name':
      return 0
  }
}

/** What is not known comes last in either direction. */
export function compareKnown(left: number, right: number, sign: number): number {
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
  return sign * (left - right)
}

function byName(left: TopicEntry, right: TopicEntry): number {
  if (left.name === right.name) return 0
  return left.name < right.name ? -1 : 1
}

export function offsetText(offset: number | null | undefined): string | null {
  return offset === null || offset === undefined || Number.isNaN(offset) ? null : String(offset)
}
