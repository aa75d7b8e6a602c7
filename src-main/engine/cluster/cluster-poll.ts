/**
 * Looks at one cluster again and again, as often as {@link paceFor} says, while someone asks or history needs it. A cluster
 * that does not answer keeps its last measurements with their time, and is tried until it does. Cluster thread.
 */
import { AppError } from '#contract/errors.ts'
import type { MeasuredRows } from '../batch/measured-rows.ts'
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import { BrokerReach } from './broker-reach.ts'
import { ConfigReader } from './config-reader.ts'
import { ControllerReader } from './controller-reader.ts'
import { GroupBook } from './group-book.ts'
import { HistorySlices, type NotedConsumer } from './history-slices.ts'
import { LagMeasure } from './lag-measure.ts'
import type { LagSet } from './lag-set.ts'
import type { OwnReaders } from './own-readers.ts'
import { type Pace, paceFor } from './poll-pace.ts'
import { RecentNames } from './recent-names.ts'
import { TopicBook } from './topic-book.ts'
import type { TopicEntry } from './topic-entry.ts'

const secondMs = 1000
/** What somebody opened keeps its history in detail for so long, and is looked at first for so long. */
const openedForMs = 3_600_000
const shownForMs = 10_000
/** Most topics with a row for each partition. */
const mostWatched = 100
const firstPauseMs = 500
const longestPauseMs = 10_000
const pauseAfterFault = 2000
/** Metadata is asked for so often while a broker cannot be reached: others may lead now. */
const troubledMs = 3000

export interface ClusterPollOptions {
  connection: string
  client: ClusterClient
  own: OwnReaders
  /** Takes rows of history. */
  tell: (rows: MeasuredRows) => void
}

type Stage = 'metadata' | 'offsets' | 'watched' | 'earliest' | 'sizes' | 'groups'

interface Waiter {
  isDone: () => boolean
  resolve: () => void
  reject: (error: unknown) => void
}

export class ClusterPoll {
  readonly topics: TopicBook
  readonly groups: GroupBook
  readonly lags: LagMeasure
  readonly configs: ConfigReader
  readonly own: OwnReaders
  readonly openTopics = new RecentNames(openedForMs)
  readonly openGroups = new RecentNames(openedForMs)
  /** Topics that are on somebody's screen. */
  readonly shownTopics = new RecentNames(shownForMs)
  readonly shownGroups = new RecentNames(shownForMs)
  readonly controller: ControllerReader
  /** Milliseconds that the newest round of offsets took. */
  lastRoundMs = 0
  readonly #options: ClusterPollOptions
  readonly #reach: BrokerReach
  readonly #history: HistorySlices
  readonly #closing = new AbortController()
  readonly #done: Record<Stage, number> = {
    ...{ metadata: 0, offsets: 0, watched: 0, earliest: 0, sizes: 0, groups: 0 },
  }
  /** Due at once, whatever the pace. */
  readonly #forced = new Set<Stage>()
  #ownTopics: readonly string[] = []
  #waiters: Waiter[] = []
  #askedAt = Number.NEGATIVE_INFINITY
  #groupsAskedAt = 0
  #fault: Error | null = null
  #running: Promise<void> | null = null
  #sizing: Promise<void> | null = null
  #wake: () => void = () => undefined

  constructor(options: ClusterPollOptions) {
    const { client, connection, own } = options
    this.#options = options
    this.own = own
    this.#reach = new BrokerReach(client)
    this.topics = new TopicBook(this.#reach)
    this.groups = new GroupBook(this.#reach)
    this.lags = new LagMeasure(this.#reach, this.topics)
    this.configs = new ConfigReader(client)
    this.controller = new ControllerReader(client)
    this.#history = new HistorySlices(connection)
  }

  /** Why the cluster does not answer now, in words; empty where it does. */
  get trouble(): string {
    return this.#fault?.message ?? ''
  }

  get pace(): Pace {
    const sinceAskedMs = Date.now() - this.#askedAt
    const { lastRoundMs } = this
    return paceFor({
      ...{ partitions: this.topics.partitions, groups: this.groups.groups.size, sinceAskedMs, lastRoundMs },
    })
  }

  /** Begins to look although nobody has asked: history needs it. */
  start(): void {
    if (this.#running !== null) return
    this.#running = this.#run()
  }

  /**
   * Notes that someone looks, and waits for the first measurement.
   * @throws AppError why there is none
   */
  async ask(signal?: AbortSignal): Promise<void> {
    this.#askedAt = Date.now()
    this.start()
    if (Date.now() - this.#done.offsets > 2 * this.pace.offsetsMs) this.#wake()
    await this.#until(() => this.topics.at !== null && this.#done.earliest > 0, signal)
  }

  /** As {@link ask}, and waits for groups too. */
  async askGroups(signal?: AbortSignal): Promise<void> {
    this.#groupsAskedAt = Date.now()
    if (Date.now() - this.#done.groups > 2 * this.pace.groupsMs) this.#wake()
    await this.ask(signal)
    await this.#until(() => this.#done.groups > 0, signal)
  }

  /** Asks for metadata again and waits for what comes of it: something may have been made just now. */
  async refresh(signal?: AbortSignal): Promise<void> {
    const nowMs = Date.now()
    for (const stage of ['metadata', 'offsets', 'earliest', 'groups'] as const) this.#forced.add(stage)
    this.#wake()
    await this.#until(() => this.#done.earliest >= nowMs && this.#done.offsets >= nowMs, signal)
  }

  /** As {@link refresh}, and waits for groups too. */
  async refreshGroups(signal?: AbortSignal): Promise<void> {
    const nowMs = Date.now()
    this.#groupsAskedAt = nowMs
    await this.refresh(signal)
    await this.#until(() => this.#done.groups >= nowMs, signal)
  }

  close(): void {
    this.#closing.abort(new AppError('ENGINE_NOT_RUNNING', 'the engine is not running'))
    this.#wake()
    this.#settle(this.#closing.signal.reason)
  }

  async #until(isDone: () => boolean, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (isDone()) return
    if (this.#fault !== null) throw this.#fault
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { isDone, resolve, reject }
      this.#waiters.push(waiter)
      const aborted = (): void => {
        this.#waiters = this.#waiters.filter((one) => one !== waiter)
        reject(signal?.reason instanceof Error ? signal.reason : new Error('given up'))
      }
      signal?.addEventListener('abort', aborted, { once: true })
    })
  }

  /** Lets those go on who have what they wait for, or all with a fault. */
  #settle(fault: unknown = null): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) {
      if (waiter.isDone()) waiter.resolve()
      else if (fault !== null) waiter.reject(fault)
      else this.#waiters.push(waiter)
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing
    let failures = 0
    while (!signal.aborted) {
      let pauseMs: number
      try {
        await this.#round(signal)
        this.#fault = null
        failures = 0
        pauseMs = this.#untilNextMs()
      } catch (error) {
        if (this.#isClosed()) return
        this.#fault = error instanceof Error ? error : new Error(String(error))
        // Whatever comes next asks anew who leads what.
        this.#forced.add('metadata')
        pauseMs = Math.min(
          longestPauseMs,
          Math.max(pauseAfterFault, firstPauseMs * 2 ** Math.min(8, failures++)),
        )
        this.#settle(this.#fault)
      }
      await this.#sleep(pauseMs)
    }
  }

  /** Asked after a wait, in which it may have been closed. */
  #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Does what is due. */
  async #round(signal: AbortSignal): Promise<void> {
    const pace = this.pace
    const metadataMs = this.#reach.misses ? Math.min(troubledMs, pace.metadataMs) : pace.metadataMs
    if (this.#isDue('metadata', metadataMs)) await this.#measureMetadata(signal)
    await this.#measureOffsets(pace, signal)
    if (this.#isDue('earliest', pace.earliestMs)) {
      await this.topics.measureEarliest(null, signal)
      for (const entry of this.topics.topics.values()) entry.summarise()
      this.#did('earliest')
    }
    if (this.#isDue('sizes', pace.sizesMs)) this.#measureSizes(signal)
    if (this.#groupsAskedAt > 0 && this.#isDue('groups', pace.groupsMs))
      await this.#measureGroups(pace, signal)
    if (pace.newest > 0) await this.topics.measureNewest(this.#byUrgency(), pace.newest, signal)
    const rows = this.#history.take()
    if (rows !== null) this.#options.tell(rows)
  }

  async #measureMetadata(signal: AbortSignal): Promise<void> {
    const { client } = this.#options
    const metadata = await client.metadata(null, 0, signal)
    this.topics.describe(metadata)
    this.#ownTopics = this.own.topicsOf(this.topics.topics.keys())
    await this.controller.read(metadata, signal)
    this.#did('metadata')
  }

  async #measureOffsets(pace: Pace, signal: AbortSignal): Promise<void> {
    const watched = this.#watched()
    if (this.#isDue('offsets', pace.offsetsMs)) {
      const begun = performance.now()
      const isStale = await this.topics.measureLatest(null, signal)
      // Waiting for a broker in vain says nothing of how much work it is.
      if (!this.#reach.misses) this.lastRoundMs = performance.now() - begun
      const nowMs = Date.now()
      this.#noteRates(this.topics.topics.values(), nowMs)
      this.#history.noteTopics('watched', watched, nowMs, secondMs)
      this.#history.noteTopics('others', this.#others(watched), nowMs, pace.offsetsMs)
      this.#did('offsets', 'watched')
      if (isStale) this.#forced.add('metadata')
    } else if (watched.size > 0 && this.#isDue('watched', secondMs)) {
      await this.topics.measureLatest(new Set([...watched].map(({ name }) => name)), signal)
      const nowMs = Date.now()
      this.#noteRates(watched, nowMs)
      this.#history.noteTopics('watched', watched, nowMs, secondMs)
      this.#did('watched')
    } else return
    await this.#measureOwn(signal)
  }

  /** Sources of this workspace. */
  async #measureOwn(signal: AbortSignal): Promise<void> {
    const own = this.own.lags
    if (own.size === 0) return
    await this.lags.measure([...own.values()], new Set(own.values()), signal)
    const consumers = [...own].map(([source, lags]) => ({ group: '', source, lags, isWatched: true }))
    this.#history.noteLags('own', consumers, Date.now(), secondMs)
  }

  async #measureGroups(pace: Pace, signal: AbortSignal): Promise<void> {
    try {
      await this.groups.measure(this.topics.brokers, signal)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'KAFKA_FAILED') throw error
      // The cluster answers, and refuses.
      this.groups.notSeen = [`groups: ${error.message}`]
    }
    const groups = [...this.groups.groups.values()]
    const urgent = groups.filter(({ id }) => this.shownGroups.has(id)).map(({ lags }) => lags)
    await this.lags.measure(
      groups.map(({ lags }) => lags),
      new Set<LagSet>(urgent),
      signal,
    )
    const consumers = groups.map(({ id, lags }): NotedConsumer => ({
      group: id,
      source: '',
      lags,
      isWatched: this.openGroups.has(id),
    }))
    this.#history.noteLags('groups', consumers, Date.now(), pace.groupsMs)
    this.#did('groups')
  }

  /** Beside the rounds: adding up the sizes of very many logs takes a broker long. */
  #measureSizes(signal: AbortSignal): void {
    if (this.#sizing !== null) return
    this.#sizing = this.topics
      .measureSizes(signal)
      .catch((error: unknown) => {
        this.topics.notSeen.set('sizes', `sizes: ${error instanceof Error ? error.message : String(error)}`)
      })
      .finally(() => {
        this.#did('sizes')
        this.#sizing = null
      })
  }

  #noteRates(topics: Iterable<TopicEntry>, nowMs: number): void {
    for (const entry of topics) {
      const fromMs = Math.max(entry.notedAt, nowMs - 60 * secondMs)
      if (!Number.isNaN(entry.rate)) entry.spark.add(entry.notedAt === 0 ? nowMs : fromMs, nowMs, entry.rate)
      entry.notedAt = nowMs
    }
  }

  /** Topics whose partitions have history of their own: read by this workspace, or opened in the last hour. */
  #watched(): Set<TopicEntry> {
    const watched = new Set<TopicEntry>()
    for (const name of [...this.#ownTopics, ...this.openTopics.names]) {
      const entry = this.topics.topics.get(name)
      if (entry !== undefined && watched.size < mostWatched) watched.add(entry)
    }
    return watched
  }

  *#others(watched: ReadonlySet<TopicEntry>): Generator<TopicEntry> {
    for (const entry of this.topics.topics.values()) if (!watched.has(entry)) yield entry
  }

  /** What is on a screen first. */
  *#byUrgency(): Generator<TopicEntry> {
    for (const name of this.shownTopics.names) {
      const entry = this.topics.topics.get(name)
      if (entry !== undefined) yield entry
    }
    yield* this.topics.topics.values()
  }

  #isDue(stage: Stage, everyMs: number): boolean {
    // A little early rather than a whole round late.
    return this.#forced.has(stage) || Date.now() - this.#done[stage] >= everyMs - 100
  }

  #did(...stages: Stage[]): void {
    for (const stage of stages) {
      this.#done[stage] = Date.now()
      this.#forced.delete(stage)
    }
    this.#settle()
  }

  /** Until the next full second at which something is due, so that measurements fall into slices of history. */
  #untilNextMs(): number {
    const pace = this.pace
    const nowMs = Date.now()
    const dues = [this.#done.offsets + pace.offsetsMs]
    if (this.#groupsAskedAt > 0) dues.push(this.#done.groups + pace.groupsMs)
    if (this.#watched().size > 0) dues.push(this.#done.watched + secondMs)
    const due = Math.max(nowMs, Math.min(...dues) - 100)
    return Math.max(1, Math.ceil(due / secondMs) * secondMs - nowMs)
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = () => undefined
  }
}
