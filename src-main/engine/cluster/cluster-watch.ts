/**
 * Topics, groups and clusters as the contract asks for them, answered from what {@link ClusterPoll} measures for each
 * connection. An area of the cluster thread.
 */
import type { BrokerConfig, ClusterView } from '#contract/cluster.ts'
import { AppError } from '#contract/errors.ts'
import type { GroupDetail, GroupList, GroupListRequest } from '#contract/groups.ts'
import type { TopicDetail, TopicList, TopicListRequest } from '#contract/topics.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Workspace } from '../../workspace/model.ts'
import type { MeasuredRows } from '../batch/measured-rows.ts'
import type { ClusterClients } from '../kafka/client/cluster-clients.ts'
import { ClusterPoll } from './cluster-poll.ts'
import { clusterView } from './cluster-view.ts'
import { chooseGroups, groupDetail, groupRow } from './group-views.ts'
import { type OwnPosition, OwnReaders } from './own-readers.ts'
import { type ReadSubjects, SubjectReader } from './subject-reader.ts'
import type { TopicEntry } from './topic-entry.ts'
import { chooseTopics, topicList, topicPartitions, topicRow } from './topic-views.ts'

/** What makes an answer better is waited for at most so long; it comes with the next one then. */
const patienceMs = 1000
/** Partitions of a group that are looked into before it is first shown. */
const looksForDetail = 200

export interface ClusterWatchOptions {
  clients: ClusterClients
  workspace: Workspace
  /** Takes rows of history. */
  tell: (rows: MeasuredRows) => void
  /** Subjects of the connection's registry that follow the name of a topic. */
  subjects?: ReadSubjects
}

interface TopicAddress {
  connection: string
  topic: string
}

interface GroupAddress {
  connection: string
  group: string
}

export class ClusterWatch {
  readonly handlers = {
    'topics.list': (request: TopicListRequest, signal: AbortSignal) => this.#topicList(request, signal),
    'topics.get': (address: TopicAddress, signal: AbortSignal) => this.#topic(address, signal),
    'groups.list': (request: GroupListRequest, signal: AbortSignal) => this.#groupList(request, signal),
    'groups.get': (address: GroupAddress, signal: AbortSignal) => this.#group(address, signal),
    'cluster.get': (address: { connection: string }, signal: AbortSignal) => this.#cluster(address, signal),
    'cluster.brokerConfig': (address: { connection: string; broker: number }, signal: AbortSignal) =>
      this.#brokerConfig(address, signal),
  }
  readonly #options: ClusterWatchOptions
  readonly #subjects: SubjectReader
  readonly #polls = new Map<string, ClusterPoll>()
  readonly #own: ReadonlyMap<string, OwnReaders>

  constructor(options: ClusterWatchOptions) {
    const { clients, workspace } = options
    this.#options = options
    this.#subjects = new SubjectReader(options.subjects ?? (() => Promise.resolve([])))
    this.#own = new Map(clients.names.map((name) => [name, new OwnReaders(workspace, name)]))
    // History of what this workspace reads begins at once; other clusters are left alone until someone asks.
    for (const [name, own] of this.#own) if (!own.isEmpty) this.#poll(name).start()
  }

  /** Takes positions that sources have committed. */
  notePositions(positions: readonly OwnPosition[]): void {
    for (const position of positions) for (const own of this.#own.values()) own.note(position)
  }

  close(): void {
    for (const poll of this.#polls.values()) poll.close()
    this.#polls.clear()
  }

  /** @throws AppError CONNECTION_UNKNOWN, or why the connection could not be resolved */
  #poll(connection: string): ClusterPoll {
    const known = this.#polls.get(connection)
    if (known !== undefined) return known
    const { clients, workspace, tell } = this.#options
    const client = clients.client(connection)
    const own = this.#own.get(connection) ?? new OwnReaders(workspace, connection)
    const poll = new ClusterPoll({ connection, client, own, tell })
    this.#polls.set(connection, poll)
    return poll
  }

  async #topicList(request: TopicListRequest, signal: AbortSignal): Promise<TopicList> {
    const poll = this.#poll(request.connection)
    await poll.ask(signal)
    const chosen = chooseTopics(poll, request)
    const page = chosen.slice(request.start, request.start + request.count)
    const names = page.map(({ name }) => name)
    for (const name of names.toReversed()) poll.shownTopics.add(name)
    if (poll.trouble === '') await soon(poll.configs.readRetention(names))
    return topicList(poll, chosen, page)
  }

  async #topic({ connection, topic }: TopicAddress, signal: AbortSignal): Promise<TopicDetail> {
    const poll = this.#poll(connection)
    await poll.ask(signal)
    const entry = await this.#topicEntry(poll, connection, topic, signal)
    poll.shownTopics.add(topic)
    poll.openTopics.add(topic)
    const notSeen: string[] = []
    const attempt = async <Value>(work: Promise<Value>, otherwise: Value): Promise<Value> => {
      try {
        return await work
      } catch (error) {
        signal.throwIfAborted()
        notSeen.push(error instanceof Error ? error.message : String(error))
        return otherwise
      }
    }
    const [config, schemas] = await Promise.all([
      attempt(poll.configs.topic(topic, signal), []),
      attempt(this.#subjects.of(connection, topic), []),
      attempt(soon(poll.askGroups(signal)), undefined),
      attempt(soon(poll.configs.readRetention([topic])), undefined),
      attempt(soon(poll.topics.measureNewest([entry], looksForDetail, signal)), undefined),
    ])
    return {
      topic: topicRow(poll, entry),
      at: poll.topics.at ?? Date.now(),
      partitions: topicPartitions(entry),
      config,
      groups: groupsOn(poll, topic),
      schemas,
      notSeen: [...notSeen, ...poll.topics.notSeen.values(), ...poll.groups.notSeen],
    }
  }

  /** A topic that is not known may have been made just now. @throws AppError NOT_FOUND */
  async #topicEntry(
    poll: ClusterPoll,
    connection: string,
    topic: string,
    signal: AbortSignal,
  ): Promise<TopicEntry> {
    if (!poll.topics.topics.has(topic)) await poll.refresh(signal)
    const entry = poll.topics.topics.get(topic)
    if (entry === undefined) throw new AppError('NOT_FOUND', `${connection} has no topic "${topic}"`)
    return entry
  }

  async #groupList(request: GroupListRequest, signal: AbortSignal): Promise<GroupList> {
    const poll = this.#poll(request.connection)
    await poll.askGroups(signal)
    const chosen = chooseGroups(poll.groups.groups.values(), request)
    const page = chosen.slice(request.start, request.start + request.count)
    for (const { id } of page.toReversed()) poll.shownGroups.add(id)
    return {
      total: chosen.length,
      groups: page.map(groupRow),
      at: poll.groups.at,
      intervalMs: poll.pace.groupsMs,
      notSeen: [...(poll.trouble === '' ? [] : [poll.trouble]), ...poll.groups.notSeen],
    }
  }

  async #group({ connection, group }: GroupAddress, signal: AbortSignal): Promise<GroupDetail> {
    const poll = this.#poll(connection)
    await poll.askGroups(signal)
    if (!poll.groups.groups.has(group)) await poll.refreshGroups(signal)
    const entry = poll.groups.groups.get(group)
    if (entry === undefined) throw new AppError('NOT_FOUND', `${connection} has no group "${group}"`)
    const isNew = !poll.shownGroups.has(group)
    poll.shownGroups.add(group)
    poll.openGroups.add(group)
    if (isNew && poll.trouble === '') await poll.lags.lookInto(entry.lags, looksForDetail, signal)
    const trouble = poll.trouble === '' ? [] : [poll.trouble]
    return groupDetail(entry, poll.groups.at ?? Date.now(), [...trouble, ...poll.groups.notSeen])
  }

  async #cluster({ connection }: { connection: string }, signal: AbortSignal): Promise<ClusterView> {
    const poll = this.#poll(connection)
    await poll.ask(signal)
    return clusterView(poll)
  }

  async #brokerConfig(
    { connection, broker }: { connection: string; broker: number },
    signal: AbortSignal,
  ): Promise<BrokerConfig> {
    const poll = this.#poll(connection)
    await poll.ask(signal)
    if (!poll.topics.brokers.some(({ nodeId }) => nodeId === broker))
      throw new AppError('NOT_FOUND', `${connection} has no broker ${String(broker)}`)
    return { broker, config: await poll.configs.broker(broker, signal) }
  }
}

function groupsOn(poll: ClusterPoll, topic: string): TopicDetail['groups'] {
  return [...poll.groups.groups.values()].flatMap(({ id, state, lags }) => {
    const lag = lags.lagByTopic.get(topic)
    return lag === undefined ? [] : [{ id, state, lag }]
  })
}

/** Waits for work, but not for long; it goes on. */
async function soon(work: Promise<unknown>): Promise<void> {
  const waiting = new AbortController()
  try {
    await Promise.race([
      work,
      sleep(patienceMs, undefined, { signal: waiting.signal }).catch(() => undefined),
    ])
  } finally {
    waiting.abort()
  }
}
