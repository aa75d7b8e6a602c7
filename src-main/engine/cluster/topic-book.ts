/**
 * Everything measured of the topics and brokers of one cluster. Each `measure` asks each leader a few requests, whatever the
 * number of partitions; errors go to {@link notSeen} by what they concern. Cluster thread; knows nothing of when.
 */
import { AppError } from '#contract/errors.ts'
import { codeOf, errorCode, errorName } from '../kafka/requests/error-codes.ts'
import { describeLogDirsRequest, type LogDirectory } from '../kafka/requests/describe-log-dirs.ts'
import { offsetTime } from '../kafka/requests/list-offsets.ts'
import type { BrokerMetadata, ClusterMetadata } from '../kafka/requests/metadata.ts'
import {
  newestTimestampFrom,
  type OffsetColumns,
  offsetColumnsRequest,
} from '../kafka/requests/offset-columns.ts'
import { type BrokerReach, slow } from './broker-reach.ts'
import { lastRecordTimes, type LogEnd } from './last-records.ts'
import {
  sweepErrors,
  sweepOffsets,
  type SweepOptions,
  type SweepPlan,
  SweepPlanner,
  type SweepTopic,
} from './offset-sweep.ts'
import { known, TopicEntry } from './topic-entry.ts'

/** A broker may take long to add up the sizes of very many logs. */
const sizesMs = 60_000

export class TopicBook {
  readonly topics = new Map<string, TopicEntry>()
  /** What could not be seen, in words, by what it concerns. */
  readonly notSeen = new Map<string, string>()
  readonly brokerBytes = new Map<number, number>()
  brokers: readonly BrokerMetadata[] = []
  clusterId: string | null = null
  controllerId = -1
  partitions = 0
  /** When the ends of the logs were measured last; null before. */
  at: number | null = null
  readonly #reach: BrokerReach
  #plan: SweepPlan = new Map()

  constructor(reach: BrokerReach) {
    this.#reach = reach
  }

  /** Takes over what metadata says of all topics. A topic that was made anew begins anew. */
  describe(metadata: ClusterMetadata): void {
    const { brokers, clusterId, controllerId } = metadata
    Object.assign(this, { brokers, clusterId, controllerId })
    this.#reach.keepOnly(brokers)
    this.#forgetBrokers()
    const refused = metadata.topics.filter(({ error }) => error === errorCode.topicAuthorizationFailed)
    this.#note('topics', refused.length, () => refusedTopics(refused.length))
    const names = new Set<string>()
    this.partitions = 0
    const planner = new SweepPlanner()
    for (const topic of metadata.topics) {
      if (topic.partitions.length === 0) continue
      names.add(topic.name)
      this.partitions += topic.partitions.length
      const entry = this.#entry(topic)
      for (const { partition, leader } of entry.metadata) planner.add(topic.name, partition, leader)
    }
    for (const name of this.topics.keys()) if (!names.has(name)) this.topics.delete(name)
    this.#plan = planner.plan
  }

  /**
   * Ends of the logs; of these topics, or of all with null.
   * @returns whether a broker said that another one leads now
   */
  async measureLatest(topics: ReadonlySet<string> | null, signal: AbortSignal): Promise<boolean> {
    let isStale = false
    await this.#sweep('offsets', this.#planOf(topics), {
      ...{ isolation: 'read_uncommitted', time: offsetTime.latest, signal },
      take: (columns, atMs) => {
        isStale ||= columns.error.some(isStaleLeader)
        this.#each(columns, (entry, partition, offset) => {
          entry.noteLatest(partition, offset, atMs)
        })
      },
    })
    for (const name of topics ?? this.topics.keys()) this.topics.get(name)?.summarise()
    if (topics === null) this.at = Date.now()
    return isStale
  }

  async measureEarliest(topics: ReadonlySet<string> | null, signal: AbortSignal): Promise<void> {
    await this.#sweep('beginnings', this.#planOf(topics), {
      ...{ isolation: 'read_uncommitted', time: offsetTime.earliest, signal },
      take: (columns) => {
        this.#each(columns, (entry, partition, offset) => {
          entry.earliest[partition] = offset
        })
      },
    })
  }

  /**
   * Timestamps of the newest records, where the log has grown since they were asked for.
   * @param topics in the order of their urgency; each counts once
   * @param most partitions asked for at once
   */
  async measureNewest(topics: Iterable<TopicEntry>, most: number, signal: AbortSignal): Promise<void> {
    const planner = new SweepPlanner()
    let left = most
    // A broker refuses a partition that stands twice in one request.
    for (const entry of new Set(topics)) {
      if (left <= 0) break
      for (const { partition, leader } of entry.metadata) {
        if (left <= 0) break
        const latest = entry.latest[partition] ?? Number.NaN
        if (Number.isNaN(latest) || leader < 0 || entry.newestFor[partition] === latest) continue
        if (latest === entry.earliest[partition]) continue
        planner.add(entry.name, partition, leader)
        left--
      }
    }
    if (left === most) return
    const { telling, silent } = await this.#byAge(planner.plan, signal)
    await Promise.all([this.#askNewest(telling, signal), this.#readNewest(silent, signal)])
  }

  /** Bytes on disk, from every broker. */
  async measureSizes(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.brokers.map(async ({ nodeId }) => {
        const what = `sizes ${String(nodeId)}`
        try {
          const connection = await this.#reach.client.broker(nodeId, slow, signal)
          const options = { signal, timeoutMs: sizesMs }
          this.#noteSizes(nodeId, await connection.send(describeLogDirsRequest, null, options))
          this.notSeen.delete(what)
        } catch (error) {
          signal.throwIfAborted()
          this.notSeen.set(what, sizeWords(nodeId, error))
        }
      }),
    )
    for (const entry of this.topics.values()) entry.summarise()
  }

  /** What was seen, or could not be, of brokers that are gone. */
  #forgetBrokers(): void {
    const ids = new Set(this.brokers.map(({ nodeId }) => nodeId))
    for (const id of this.brokerBytes.keys()) if (!ids.has(id)) this.brokerBytes.delete(id)
    for (const what of this.notSeen.keys()) {
      const [, id] = /^(?:sizes|directories) (\d+)$/.exec(what) ?? []
      if (id !== undefined && !ids.has(Number(id))) this.notSeen.delete(what)
    }
  }

  #entry(topic: ClusterMetadata['topics'][number]): TopicEntry {
    const known = this.topics.get(topic.name)
    if (known?.id === topic.id && known.partitions <= topic.partitions.length) {
      known.describe(topic.partitions)
      return known
    }
    const entry = new TopicEntry(topic)
    this.topics.set(topic.name, entry)
    return entry
  }

  #planOf(topics: ReadonlySet<string> | null): SweepPlan {
    if (topics === null) return this.#plan
    const planner = new SweepPlanner()
    for (const name of topics) {
      for (const { partition, leader } of this.topics.get(name)?.metadata ?? [])
        planner.add(name, partition, leader)
    }
    return planner.plan
  }

  /** @throws where no broker answered at all */
  async #sweep(what: string, plan: SweepPlan, options: SweepOptions): Promise<void> {
    const refusals = new Set<string>()
    const problems = await sweepOffsets(this.#reach, plan, {
      ...options,
      take: (columns, atMs) => {
        for (const words of sweepErrors(columns)) refusals.add(words)
        options.take(columns, atMs)
      },
    })
    const [first] = problems
    if (first !== undefined && problems.length === plan.size) throw first.error
    const words = [
      ...problems.map(({ broker, words: own }) => `${what} of what broker ${String(broker)} leads: ${own}`),
      ...[...refusals].map((name) => `${what} of some partitions: the broker answers ${name}`),
    ]
    this.#note(what, words.length, () => words.join('; '))
  }

  /** Leaders that know the times of their newest records, and those that are older than that. */
  async #byAge(plan: SweepPlan, signal: AbortSignal): Promise<{ telling: SweepPlan; silent: SweepPlan }> {
    const [telling, silent] = [new Map(plan), new Map<number, readonly (readonly SweepTopic[])[]>()]
    for (const [leader, chunks] of plan) {
      try {
        const connection = await this.#reach.broker(leader, signal)
        if ((connection.versionOf(offsetColumnsRequest) ?? 0) >= newestTimestampFrom) continue
        telling.delete(leader)
        silent.set(leader, chunks)
      } catch (error) {
        // Asking it says so, with what it was asked for.
        if (!(error instanceof AppError)) throw error
      }
    }
    return { telling, silent }
  }

  async #askNewest(plan: SweepPlan, signal: AbortSignal): Promise<void> {
    if (plan.size === 0) return
    await this.#sweep('timestamps', plan, {
      ...{ isolation: 'read_uncommitted', time: offsetTime.newestTimestamp, signal },
      take: (columns) => {
        for (const { name, start, end } of columns.topics) {
          const entry = this.topics.get(name)
          for (let row = start; row < end; row++) {
            if (entry === undefined || columns.error[row] !== errorCode.none) continue
            entry.noteNewest(columns.partition[row] ?? 0, columns.timestamp[row] ?? -1)
          }
          entry?.summarise()
        }
      },
    })
  }

  /** From the ends of the logs, where brokers do not tell. */
  async #readNewest(plan: SweepPlan, signal: AbortSignal): Promise<void> {
    const problems: string[] = []
    for (const [leader, chunks] of plan) {
      try {
        const connection = await this.#reach.broker(leader, signal)
        const found = await lastRecordTimes(connection, this.#endsOf(chunks.flat()), signal)
        for (const [{ topic, partition }, timestampMs] of found) {
          this.topics.get(topic)?.noteNewest(partition, timestampMs ?? -1)
        }
      } catch (error) {
        signal.throwIfAborted()
        problems.push(`${String(leader)} leads: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    for (const { name } of [...plan.values()].flat(2)) this.topics.get(name)?.summarise()
    this.#note('last records', problems.length, () =>
      problems.map((words) => `last records of what broker ${words}`).join('; '),
    )
  }

  #endsOf(topics: readonly SweepTopic[]): LogEnd[] {
    return topics.flatMap(({ name, partitions }) => {
      const entry = this.topics.get(name)
      return partitions.map((partition) => ({
        ...{ topic: name, partition, earliest: knownOffset(entry?.earliest[partition]) },
        end: knownOffset(entry?.latest[partition]),
      }))
    })
  }

  #each(columns: OffsetColumns, take: (entry: TopicEntry, partition: number, offset: number) => void): void {
    for (const { name, start, end } of columns.topics) {
      const entry = this.topics.get(name)
      if (entry === undefined) continue
      for (let row = start; row < end; row++) {
        const partition = columns.partition[row] ?? -1
        const offset = columns.offset[row] ?? -1
        if (columns.error[row] === errorCode.none && offset >= 0 && partition < entry.partitions)
          take(entry, partition, offset)
      }
    }
  }

  #noteSizes(broker: number, directories: readonly LogDirectory[]): void {
    const atMs = Date.now()
    let sum = 0
    for (const { topics } of directories) {
      for (const { topic, partitions, bytes, isFuture } of topics) {
        const entry = this.topics.get(topic)
        for (const [index, partition] of partitions.entries()) {
          const size = bytes[index] ?? 0
          sum += size
          const leads = entry?.metadata[partition]?.leader === broker
          if (leads && isFuture[index] !== true) entry.noteSize(partition, size, atMs)
        }
      }
    }
    this.brokerBytes.set(broker, sum)
    const failed = directories.find(({ error }) => error !== errorCode.none)
    const what = `directories ${String(broker)}`
    this.#note(what, failed === undefined ? 0 : 1, () => directoryWords(broker, failed))
  }

  #note(what: string, count: number, words: () => string): void {
    if (count === 0) this.notSeen.delete(what)
    else this.notSeen.set(what, words())
  }
}

function knownOffset(offset: number | undefined): number {
  return known(offset) ?? 0
}

function isStaleLeader(code: number): boolean {
  return (
    code === errorCode.notLeaderOrFollower ||
    code === errorCode.unknownTopicOrPartition ||
    code === errorCode.leaderNotAvailable
  )
}

function refusedTopics(count: number): string {
  return `${String(count)} topics: the broker answers ${errorName(errorCode.topicAuthorizationFailed)}`
}

function sizeWords(broker: number, error: unknown): string {
  const what = `sizes of what broker ${String(broker)} holds`
  const code = codeOf(error)
  if (code !== null) return `${what}: the broker answers ${errorName(code)}`
  return `${what}: ${error instanceof Error ? error.message : String(error)}`
}

function directoryWords(broker: number, directory: LogDirectory | undefined): string {
  const name = errorName(directory?.error ?? -1)
  return `sizes in ${directory?.path ?? ''} of broker ${String(broker)}: the broker answers ${name}`
}
