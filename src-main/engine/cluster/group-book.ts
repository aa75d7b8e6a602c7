/**
 * Consumer groups of one cluster: listed by every broker, which coordinates what it lists; described and asked for their
 * commits there. FindCoordinator is never sent: it would make the topic of the offsets on a cluster that has none.
 */
import { toErrorShape } from '#contract/errors.ts'
import { describeConsumerGroupsRequest } from '../kafka/requests/describe-consumer-groups.ts'
import {
  type DescribedGroup,
  describeGroupsRequest,
  type GroupMember,
} from '../kafka/requests/describe-groups.ts'
import { checkError, errorCode, errorName } from '../kafka/requests/error-codes.ts'
import { type ListedGroup, listGroupsRequest } from '../kafka/requests/list-groups.ts'
import { type GroupOffsets, manyGroupsFrom, offsetFetchRequest } from '../kafka/requests/offset-fetch.ts'
import { answerLimitMs, type AskedBroker, type BrokerReach } from './broker-reach.ts'
import { LagSet } from './lag-set.ts'

/** Groups in one request. */
const groupsPerRequest = 100

export class GroupEntry {
  readonly id: string
  readonly lags = new LagSet()
  kind = 'classic'
  state = ''
  coordinator = -1
  assignor = ''
  members: GroupMember[] = []
  /** What could not be seen of it, in words. */
  notSeen: string[] = []

  constructor(id: string) {
    this.id = id
  }
}

export class GroupBook {
  readonly groups = new Map<string, GroupEntry>()
  /** What could not be seen of all groups, in words. */
  notSeen: string[] = []
  /** When groups were listed last; null before. */
  at: number | null = null
  readonly #reach: BrokerReach

  constructor(reach: BrokerReach) {
    this.#reach = reach
  }

  /** Lists, describes, and reads commits. @throws where no broker answered */
  async measure(brokers: readonly { nodeId: number }[], signal: AbortSignal): Promise<void> {
    const seen = new Set<string>()
    const notSeen: string[] = []
    const faults: unknown[] = []
    await Promise.all(
      brokers.map(async ({ nodeId }) => {
        try {
          for (const id of await this.#measureBroker(nodeId, signal)) seen.add(id)
        } catch (error) {
          signal.throwIfAborted()
          faults.push(error)
          notSeen.push(`groups of broker ${String(nodeId)}: ${toErrorShape(error).message}`)
          for (const group of this.groups.values()) if (group.coordinator === nodeId) seen.add(group.id)
        }
      }),
    )
    if (faults.length > 0 && faults.length === brokers.length) throw faults[0]
    for (const id of this.groups.keys()) if (!seen.has(id)) this.groups.delete(id)
    this.notSeen = [...notSeen, ...kindWords([...this.groups.values()])]
    this.at = Date.now()
  }

  /** @returns ids of the groups that this broker coordinates */
  async #measureBroker(nodeId: number, signal: AbortSignal): Promise<string[]> {
    const connection = await this.#reach.broker(nodeId, signal)
    const { error, groups } = await connection.send(listGroupsRequest, null, {
      signal,
      timeoutMs: answerLimitMs,
    })
    // A broker that has not loaded its groups yet has none to show; the next measurement does.
    if (error !== errorCode.coordinatorNotAvailable) checkError(error, 'ListGroups')
    const entries = groups.map((group) => this.#listed(group, nodeId))
    for (const part of chunks(entries)) await this.#describe(connection, part, signal)
    for (const part of chunks(entries.filter(({ kind }) => kind !== 'share')))
      await this.#readCommits(connection, part, signal)
    return entries.map(({ id }) => id)
  }

  #listed({ id, kind, state, protocol }: ListedGroup, nodeId: number): GroupEntry {
    const entry = this.groups.get(id) ?? new GroupEntry(id)
    this.groups.set(id, entry)
    entry.kind = kind ?? (protocol === 'consumer' || protocol === '' ? 'classic' : protocol)
    entry.coordinator = nodeId
    entry.notSeen = []
    if (state !== null) entry.state = state
    return entry
  }

  async #describe(
    connection: AskedBroker,
    entries: readonly GroupEntry[],
    signal: AbortSignal,
  ): Promise<void> {
    const classic = entries.filter(({ kind }) => kind === 'classic' || !ownDescription.has(kind))
    const modern = entries.filter(({ kind }) => kind === 'consumer')
    const [old, fresh] = await Promise.all([
      classic.length === 0
        ? []
        : connection.send(describeGroupsRequest, idsOf(classic), { signal, timeoutMs: answerLimitMs }),
      modern.length === 0
        ? []
        : connection.send(describeConsumerGroupsRequest, idsOf(modern), { signal, timeoutMs: answerLimitMs }),
    ])
    for (const described of [...old, ...fresh]) this.#described(described)
  }

  #described({ id, error, words, state, assignor, members }: DescribedGroup): void {
    const entry = this.groups.get(id)
    if (entry === undefined) return
    if (error !== errorCode.none) {
      const said = words === null || words === '' ? '' : `: ${words}`
      entry.notSeen.push(`members: the broker answers ${errorName(error)}${said}`)
      entry.members = []
      return
    }
    entry.state = state
    entry.assignor = assignor
    entry.members = members
  }

  async #readCommits(
    connection: AskedBroker,
    entries: readonly GroupEntry[],
    signal: AbortSignal,
  ): Promise<void> {
    const takesMany = (connection.versionOf(offsetFetchRequest) ?? 0) >= manyGroupsFrom
    const requests = takesMany ? [idsOf(entries)] : entries.map(({ id }) => [id])
    for (const ids of requests) {
      if (ids.length === 0) continue
      const answers = await connection.send(offsetFetchRequest, ids, { signal, timeoutMs: answerLimitMs })
      for (const answer of answers) this.#committed(takesMany ? answer : { ...answer, group: ids[0] ?? '' })
    }
  }

  #committed({ group, error, offsets }: GroupOffsets): void {
    const entry = this.groups.get(group)
    if (entry === undefined) return
    if (error !== errorCode.none)
      entry.notSeen.push(`committed offsets: the broker answers ${errorName(error)}`)
    else entry.lags.replace(offsets)
    const refused = offsets.filter(({ error: own }) => own !== errorCode.none)
    const [first] = refused
    if (first !== undefined) {
      const name = errorName(first.error)
      const places = refused.length === 1 ? '1 partition' : `${String(refused.length)} partitions`
      entry.notSeen.push(`commits on ${places}: the broker answers ${name}`)
    }
  }
}

/** Kinds that DescribeGroups does not know. */
const ownDescription: ReadonlySet<string> = new Set(['consumer', 'share', 'streams'])

/** What Penstock cannot see of groups of some kinds. */
const unseenOf: Readonly<Record<string, string>> = {
  share: 'members and progress of share groups: they acknowledge single records and commit no offsets',
  streams: 'members of streams groups: only their commits are read',
}

function kindWords(groups: readonly GroupEntry[]): string[] {
  const kinds = new Set(groups.map(({ kind }) => kind))
  for (const group of groups) {
    const words = unseenOf[group.kind]
    if (words !== undefined) group.notSeen.push(words)
  }
  return [...kinds].flatMap((kind) => unseenOf[kind] ?? [])
}

function idsOf(groups: readonly GroupEntry[]): string[] {
  return groups.map(({ id }) => id)
}

function chunks(groups: readonly GroupEntry[]): GroupEntry[][] {
  const parts: GroupEntry[][] = []
  for (let at = 0; at < groups.length; at += groupsPerRequest)
    parts.push(groups.slice(at, at + groupsPerRequest))
  return parts
}
