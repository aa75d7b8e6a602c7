/** Consumer groups as the contract shows them, from what is measured. Pure. */
import type { GroupDetail, GroupListRequest, GroupPartition, GroupRow } from '#contract/groups.ts'
import type { GroupEntry } from './group-book.ts'
import { partitionKey } from './lag-set.ts'
import { compareKnown, offsetText } from './topic-views.ts'

type Sort = GroupListRequest['sort']

/** Groups that match, in order. */
export function chooseGroups(groups: Iterable<GroupEntry>, request: GroupListRequest): GroupEntry[] {
  const search = request.search.toLowerCase()
  const chosen = [...groups].filter(({ id }) => id.toLowerCase().includes(search))
  const sign = request.descending ? -1 : 1
  return chosen.sort((left, right) => compare(left, right, request.sort, sign) || byText(left.id, right.id))
}

export function groupRow({ id, state, kind, members, lags }: GroupEntry): GroupRow {
  const { topics, lag, lagMs, trend, timeToClearMs, spark } = lags
  const assigned = members.flatMap(({ assignments }) => assignments.map(({ topic }) => topic))
  const all = [...new Set([...topics, ...assigned])].sort()
  return { id, state, kind, members: members.length, topics: all, lag, lagMs, trend, timeToClearMs, spark }
}

export function groupDetail(entry: GroupEntry, at: number, notSeen: readonly string[]): GroupDetail {
  return {
    group: groupRow(entry),
    at,
    coordinator: entry.coordinator < 0 ? null : entry.coordinator,
    assignor: entry.assignor,
    memberList: entry.members,
    partitions: groupPartitions(entry),
    notSeen: [...entry.notSeen, ...notSeen],
  }
}

/** Partitions with a commit or with a member that reads them. */
function groupPartitions({ members, lags }: GroupEntry): GroupPartition[] {
  const readers = new Map<string, string>()
  const rows = new Map<string, GroupPartition>()
  for (const { clientId, assignments } of members) {
    for (const { topic, partitions } of assignments) {
      for (const partition of partitions) {
        const key = partitionKey(topic, partition)
        readers.set(key, clientId)
        rows.set(key, uncommitted(topic, partition, clientId))
      }
    }
  }
  for (const [key, one] of lags.partitions) {
    const { topic, partition, committed, earliest, end, lag, lagMs, note } = one
    rows.set(key, {
      ...{ topic, partition, lag, lagMs, note },
      committed: committed < 0 ? null : offsetText(committed),
      earliest: offsetText(earliest),
      latest: offsetText(end),
      member: readers.get(key) ?? '',
    })
  }
  return [...rows.values()].sort(
    (left, right) => byText(left.topic, right.topic) || left.partition - right.partition,
  )
}

function uncommitted(topic: string, partition: number, member: string): GroupPartition {
  const unknown = { committed: null, earliest: null, latest: null, lag: null, lagMs: null }
  return { topic, partition, ...unknown, member, note: 'nothing is committed' }
}

function compare(left: GroupEntry, right: GroupEntry, sort: Sort, sign: number): number {
  if (sort === 'id') return sign * byText(left.id, right.id)
  if (sort === 'state') return sign * byText(left.state, right.state)
  return compareKnown(sortKey(left, sort), sortKey(right, sort), sign)
}

function sortKey({ members, lags }: GroupEntry, sort: Exclude<Sort, 'id' | 'state'>): number {
  const key = { members: members.length, lag: lags.lag, lagMs: lags.lagMs, trend: lags.trend }[sort]
  return key ?? Number.NaN
}

function byText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
