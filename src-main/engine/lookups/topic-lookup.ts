/**
 * Keeps a lookup like a compacted topic: the latest row of each key, and none where a tombstone came last. Reads the topic
 * from its beginning to what is its end, shows that as one version, and follows it from then on. Never throws for a cluster,
 * a registry or a store that fails: it says so, and goes on when it can. Ingest thread.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { Column } from '../../workspace/model.ts'
import type { LookupShape } from '../batch/relations.ts'
import type { ValueFormat } from '../formats/value-format.ts'
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import { emptyTries, nextReadable } from '../kafka/client/next-readable.ts'
import { retryPauseMs } from '../kafka/client/retry-pause.ts'
import { BatchReader } from '../kafka/records/batch-reader.ts'
import { errorCode, errorName } from '../kafka/requests/error-codes.ts'
import { type FetchedPartition, type FetchInput, fetchRequest } from '../kafka/requests/fetch.ts'
import type { ClusterMetadata } from '../kafka/requests/metadata.ts'
import { isolation, type LookupCursor, openCursors, topicOf } from './lookup-partitions.ts'
import { LookupRecords } from './lookup-records.ts'
import { type GatheredChanges, TopicChanges } from './topic-changes.ts'
import { TopicRows } from './topic-rows.ts'

const metadataMs = 15_000
const fetchWaitMs = 500
/** A batch that cannot be read so often in a row is left out. */
const damagedTries = 3
/** A batch that does not come whole although it is asked for first: its length must be wrong. */
const cutOffTries = 3
const lookBytes = 64 * 1024

/** Where rows go, and who is told. Calls to the store reject as the store does; then they are made again. */
export interface TopicLookupPort {
  /** Begins a version that nobody sees before {@link commit}. */
  begin(): Promise<void>
  change(changes: GatheredChanges): Promise<void>
  /** @returns rows of the version */
  commit(): Promise<number>
  /** Told whenever it changes; empty where there is none. */
  problem(problem: string): Promise<void>
  event(level: 'info' | 'warn' | 'error', kind: string, message: string): void
  /** Milliseconds since 1970. */
  nowMs(): number
  /** Resolves after so many milliseconds, or when the signal says stop. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export interface TopicLookupParts {
  topic: string
  shape: LookupShape
  /** Asked anew each time, so that a connection that was built anew is used. */
  client: () => ClusterClient
  openFormat: () => ValueFormat
  port: TopicLookupPort
}

export class TopicLookup {
  /** Resolves when it is whole for the first time. */
  readonly whole: Promise<void>
  readonly #parts: TopicLookupParts
  readonly #records: LookupRecords
  readonly #reader = new BatchReader()
  readonly #changes = new TopicChanges()
  readonly #ending = new AbortController()
  readonly #becomeWhole: () => void
  #cursors = new Map<number, LookupCursor>()
  #topicId: string | null = null
  #hasBegun = false
  #isWhole = false
  #metadataAt = 0
  #problem = ''

  constructor(parts: TopicLookupParts) {
    this.#parts = parts
    const { lookup, columns } = parts.shape
    const rows = new TopicRows(columns, keyOf(columns, lookup.key))
    this.#records = new LookupRecords(rows, this.#changes, parts.openFormat)
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.whole = promise
    this.#becomeWhole = () => {
      resolve(undefined)
    }
  }

  /** What keeps it from being whole or up to date; empty where nothing does. */
  get problem(): string {
    return this.#problem
  }

  stop(): void {
    this.#ending.abort()
  }

  /** Runs until {@link stop}. */
  async run(): Promise<void> {
    const { signal } = this.#ending
    let failures = 0
    while (!this.#hasStopped()) {
      try {
        await this.#round(signal)
        failures = 0
        await this.#well()
      } catch (error) {
        if (this.#hasStopped()) return
        if (!(error instanceof AppError)) throw error
        this.#metadataAt = 0
        await this.#unwell(error)
        await this.#parts.port.sleep(retryPauseMs(failures++), signal)
      }
    }
  }

  /** Asked anew after each wait. */
  #hasStopped(): boolean {
    return this.#ending.signal.aborted
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { port } = this.#parts
    await this.#flush()
    if (!this.#hasBegun) await this.#begin(signal)
    else if (port.nowMs() - this.#metadataAt > metadataMs && !(await this.#refresh(signal))) return
    const fetched = await this.#fetch(signal)
    for (const part of fetched) if (!(await this.#take(part, signal))) return
    await this.#flush()
    await this.#passNothing(fetched, signal)
    if (this.#isWhole || [...this.#cursors.values()].some(({ next, goal }) => next < goal)) return
    const rows = await port.commit()
    this.#isWhole = true
    port.event('info', 'lookup-loaded', `${this.#name} holds ${String(rows)} rows and follows the topic`)
    this.#becomeWhole()
  }

  get #name(): string {
    const { lookup } = this.#parts.shape
    return `lookup ${lookup.name}: ${lookup.origin}`
  }

  // --- which partitions there are

  /** Begins a version from the beginning of the log. */
  async #begin(signal: AbortSignal): Promise<void> {
    const metadata = await this.#metadata(signal)
    const topic = topicOf(metadata, this.#parts.topic)
    this.#topicId = topic.id
    const cursors = await openCursors(this.#parts.client(), topic, metadata, signal)
    await this.#parts.port.begin()
    this.#changes.clear()
    this.#cursors = new Map(cursors.map((cursor) => [cursor.partition, cursor]))
    this.#isWhole = false
    this.#hasBegun = true
  }

  /** @returns false where everything has to begin anew */
  async #refresh(signal: AbortSignal): Promise<boolean> {
    const metadata = await this.#metadata(signal)
    const topic = topicOf(metadata, this.#parts.topic)
    if (topic.id !== this.#topicId) {
      this.#beginAnew('the topic was deleted and made again')
      return false
    }
    for (const { partition, leader, leaderEpoch } of topic.partitions) {
      const cursor = this.#cursors.get(partition)
      if (cursor !== undefined && leader >= 0) Object.assign(cursor, { leader, leaderEpoch })
    }
    const fresh = topic.partitions.filter(({ partition }) => !this.#cursors.has(partition))
    if (fresh.length === 0) return true
    const client = this.#parts.client()
    const opened = await openCursors(client, { ...topic, partitions: fresh }, metadata, signal)
    for (const cursor of opened) this.#cursors.set(cursor.partition, cursor)
    return true
  }

  async #metadata(signal: AbortSignal): Promise<ClusterMetadata> {
    const metadata = await this.#parts.client().metadata([this.#parts.topic], 0, signal)
    this.#metadataAt = this.#parts.port.nowMs()
    return metadata
  }

  #beginAnew(why: string): void {
    this.#hasBegun = false
    this.#parts.port.event('warn', 'lookup-restarted', `${this.#name} is loaded anew: ${why}`)
  }

  // --- reading

  async #fetch(signal: AbortSignal): Promise<FetchedPartition[]> {
    const byLeader = Map.groupBy(this.#cursors.values(), ({ leader }) => leader)
    byLeader.delete(-1)
    if (byLeader.size === 0) {
      throw new AppError('KAFKA_FAILED', `${this.#parts.topic} has no leader`, {
        details: { retriable: true },
      })
    }
    const maxBytes = Math.max(1024 * 1024, Math.floor(limits.fetchBytes / byLeader.size))
    const answers = await Promise.all(
      [...byLeader].map(([leader, cursors]) => {
        // A batch that did not come whole comes so to the one who asks first.
        const first = cursors.find(({ cutOff }) => cutOff > 0) ?? cursors[0]
        this.#first.set(leader, first?.partition ?? 0)
        const inOrder = cursors.toSorted((one, other) => Number(other === first) - Number(one === first))
        return this.#ask(leader, inOrder, { maxWaitMs: fetchWaitMs, minBytes: 1, maxBytes }, signal)
      }),
    )
    return answers.flat()
  }

  /** By leader: the partition that was asked for first. */
  readonly #first = new Map<number, number>()

  async #ask(
    leader: number,
    cursors: readonly Pick<LookupCursor, 'partition' | 'next' | 'leaderEpoch' | 'askFrom'>[],
    sizes: Pick<FetchInput, 'maxWaitMs' | 'minBytes' | 'maxBytes'>,
    signal: AbortSignal,
  ): Promise<FetchedPartition[]> {
    const purpose = `lookup ${this.#parts.shape.lookup.name}`
    const connection = await this.#parts.client().broker(leader, purpose, signal)
    const partitions = cursors.map(({ partition, next, leaderEpoch, askFrom }) => ({
      ...{ partition, leaderEpoch, offset: BigInt(Math.max(next, askFrom)) },
      maxBytes: Math.min(limits.fetchPartitionBytes, sizes.maxBytes),
    }))
    const topics = [{ name: this.#parts.topic, partitions }]
    return connection.send(fetchRequest, { ...sizes, isolation, topics }, { signal })
  }

  /** @returns false where everything has to begin anew */
  async #take(part: FetchedPartition, signal: AbortSignal): Promise<boolean> {
    const cursor = this.#cursors.get(part.partition)
    if (cursor === undefined) return true
    if (part.error === errorCode.offsetOutOfRange) {
      this.#beginAnew(
        `offset ${String(cursor.next)} of partition ${String(cursor.partition)} is no longer in the log`,
      )
      return false
    }
    if (part.error !== errorCode.none) {
      const message = `${part.topic}, partition ${String(part.partition)}: the broker answers ${errorName(part.error)}`
      throw new AppError('KAFKA_FAILED', message, { details: { retriable: true } })
    }
    const reader = this.#reader
    reader.open(part.records, cursor.next, part.aborted)
    try {
      while (reader.next()) {
        await this.#records.take(reader, cursor.partition, signal)
        cursor.next = reader.offset + 1
        if (this.#changes.isFull) await this.#flush()
      }
      if (reader.isCutOff) this.#cutOff(cursor)
      else Object.assign(cursor, { damaged: 0, cutOff: 0 })
      cursor.next = Math.max(cursor.next, reader.nextOffset)
    } catch (error) {
      if (error instanceof AppError && error.details['damaged'] === true)
        this.#damaged(cursor, Number(part.lastStable), error)
      else throw error
    }
    return true
  }

  /** @throws AppError where its batch does not come whole although it should */
  #cutOff(cursor: LookupCursor): void {
    if (cursor.cutOff === 0 || this.#first.get(cursor.leader) === cursor.partition) cursor.cutOff++
    if (cursor.cutOff > cutOffTries) throw this.#reader.cutOffFault()
  }

  /** @param end of the log, which it goes no further than, whatever a damaged header says */
  #damaged(cursor: LookupCursor, end: number, error: AppError): void {
    cursor.damaged = cursor.cutOff > cutOffTries ? damagedTries : cursor.damaged + 1
    cursor.cutOff = 0
    if (cursor.damaged < damagedTries) throw error
    const { from, to } = this.#reader.skipBatch()
    this.#leaveOut(cursor, { from, to: Math.max(from + 1, Math.min(to, end)) }, error.message)
  }

  #leaveOut(cursor: LookupCursor, { from, to }: { from: number; to: number }, why: string): void {
    Object.assign(cursor, { next: to, damaged: 0, empties: 0, askFrom: 0 })
    const range = `offsets ${String(from)} to ${String(to - 1)} of partition ${String(cursor.partition)}`
    this.#parts.port.event('error', 'gap', `${this.#name}: ${range} are left out: ${why}`)
  }

  /**
   * Where the leader gives nothing although the log goes on, and that stays so, reading goes on where it gives again. Where
   * it gives nothing up to the end, compaction has taken it.
   */
  async #passNothing(fetched: readonly FetchedPartition[], signal: AbortSignal): Promise<void> {
    // Where others brought much, there was no room for it.
    if (fetched.some(({ records }) => records.length > 0)) return
    for (const { partition, lastStable } of fetched) {
      const cursor = this.#cursors.get(partition)
      if (cursor === undefined) continue
      const end = Number(lastStable)
      cursor.empties = end > cursor.next ? cursor.empties + 1 : 0
      if (cursor.empties < emptyTries) continue
      cursor.empties = 0
      const { next: from, leader } = cursor
      const { offset: to, askFrom } = await nextReadable({ from, end }, async (askedFrom) => {
        const asked = { ...cursor, askFrom: askedFrom }
        const sizes = { maxWaitMs: 0, minBytes: 0, maxBytes: lookBytes }
        const [part] = await this.#ask(leader, [asked], sizes, signal)
        return part?.records ?? new Uint8Array(0)
      })
      if (to > from && to < end) this.#leaveOut(cursor, { from, to }, 'the broker gives nothing for them')
      Object.assign(cursor, { next: to, askFrom })
    }
  }

  async #flush(): Promise<void> {
    if (this.#changes.isEmpty) return
    await this.#parts.port.change(this.#changes.gathered)
    this.#changes.clear()
  }

  // --- what it tells

  async #well(): Promise<void> {
    if (this.#problem === '') return
    this.#problem = ''
    this.#parts.port.event('info', 'lookup-goes-on', `${this.#name} goes on`)
    await this.#parts.port.problem('')
  }

  async #unwell(error: AppError): Promise<void> {
    if (this.#problem === error.message) return
    this.#problem = error.message
    const what = this.#isWhole ? 'is not kept up to date' : 'is not whole yet'
    this.#parts.port.event('warn', 'lookup-waits', `${this.#name} ${what}: ${error.message}`)
    await this.#parts.port.problem(error.message)
  }
}

function keyOf(columns: readonly Column[], key: string): Column {
  const found = columns.find(({ name }) => name.toLowerCase() === key.toLowerCase())
  if (found === undefined) throw new AppError('INTERNAL', `a lookup without its key ${key}`)
  return found
}
