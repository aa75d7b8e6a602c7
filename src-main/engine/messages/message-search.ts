/**
 * One search: plans, reads, filters, keeps rows, and tells its watchers how far it has come, at most four times a second.
 * It can be paused, resumed and stopped at any time. Cluster thread.
 */
import { AppError, type ErrorShape, toErrorShape } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { MessageRow, MessageSearch, SearchStatus } from '#contract/messages.ts'
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import { BackwardScan } from './backward-scan.ts'
import { ForwardScan } from './forward-scan.ts'
import { MatchList, type RowRoom } from './match-list.ts'
import type { OpenDecoder } from './part-decoder.ts'
import { PartitionFetcher } from './partition-fetcher.ts'
import { RecordFilter } from './record-filter.ts'
import { RecordScan } from './record-scan.ts'
import type { RecordVeil } from './record-veil.ts'
import type { ScanEnd, ScanParts } from './scan-parts.ts'
import { partitionView, restPartition, type ScannedPartition, turnForwards } from './scanned-partition.ts'
import { planAdded, planSearch } from './search-plan.ts'
import type { Decoders } from './sql-condition.ts'
import { beforeTailWords, type EndReason, unseenWords } from './search-words.ts'
import { Stopwatch } from './stopwatch.ts'

export interface SearchOptions {
  id: string
  search: MessageSearch
  client: ClusterClient
  openDecoder: OpenDecoder
  /** Null where nothing of the topic is masked. */
  veil: RecordVeil | null
  room: RowRoom
}

type State = SearchStatus['state']

export class SearchRun {
  readonly id: string
  readonly #search: MessageSearch
  readonly #client: ClusterClient
  readonly #filter: RecordFilter
  readonly #matches: MatchList
  readonly #veil: RecordVeil | null
  readonly #scan: RecordScan
  readonly #stopping = new AbortController()
  readonly #notes: string[] = []
  readonly #watchers = new Set<() => void>()
  readonly #watch = new Stopwatch()
  #partitions: ScannedPartition[] = []
  #state: State = 'running'
  #end: EndReason = null
  #error: ErrorShape | null = null
  #version = 1
  #resume: (() => void) | null = null
  #resumed: Promise<void> | null = null
  #progressTimer: NodeJS.Timeout | null = null
  #toldAt = Number.NEGATIVE_INFINITY

  /** @throws AppError SEARCH_INVALID */
  constructor({ id, search, client, openDecoder, veil, room }: SearchOptions) {
    this.id = id
    this.#search = search
    this.#client = client
    const { connection, topic, keyFormat, valueFormat } = search
    const decoders: Decoders = {
      key: openDecoder(connection, topic, 'key', keyFormat),
      value: openDecoder(connection, topic, 'value', valueFormat),
    }
    this.#filter = new RecordFilter(search.filter, decoders)
    this.#matches = new MatchList({ isNewestFirst: search.start.at === 'newest', limit: search.limit, room })
    this.#veil = veil
    if (veil !== null) this.#note(`records are masked ${veil.words}; filters see no more than that`)
    this.#scan = new RecordScan({
      filter: this.#filter,
      decoders,
      veil,
      signal: this.#stopping.signal,
      gate: () => this.#gate(),
      note: (words) => {
        this.#note(words)
      },
      progress: () => {
        this.#progress()
      },
    })
  }

  get isOver(): boolean {
    return this.#state !== 'running' && this.#state !== 'paused'
  }

  /** Runs to its end; never rejects, as what fails is told in the status. */
  async run(): Promise<void> {
    const fetcher = new PartitionFetcher({
      client: this.#client,
      topic: this.#search.topic,
      isolation: this.#search.isolation,
      purpose: `search ${this.id}`,
      signal: this.#stopping.signal,
      note: (words) => {
        this.#note(words)
      },
    })
    try {
      const end = await this.#read(fetcher)
      this.#finish('done', end === 'all' ? null : end)
    } catch (error) {
      // A stop has its state already.
      if (!this.#stopping.signal.aborted) this.#fail(error)
    } finally {
      fetcher.close()
      this.#filter.close()
      for (const one of this.#partitions) restPartition(one)
      // The rest of what was under way when a stop came is counted now.
      this.#changed()
    }
  }

  status(): SearchStatus {
    const partitions = this.#partitions
    const scan = this.#scan
    const total = partitions.reduce((sum, { goalFrom, goalTo }) => sum + goalTo - goalFrom, 0)
    const hasSeen = scan.firstTimestamp <= scan.lastTimestamp
    return {
      id: this.id,
      version: this.#version,
      state: this.#state,
      matches: this.#matches.count,
      dropped: this.#matches.dropped,
      scanned: this.#scanned,
      scannedBytes: partitions.reduce((sum, { bytes }) => sum + bytes, 0),
      total,
      recordsPerSecond: this.#watch.rate(this.#scanned),
      elapsedMs: this.#watch.elapsedMs,
      firstTimestamp: hasSeen ? scan.firstTimestamp : null,
      lastTimestamp: hasSeen ? scan.lastTimestamp : null,
      partitions: partitions.map(partitionView),
      notLookedAt: unseenWords({
        partitions,
        end: this.#end,
        limit: this.#search.limit,
        notes: this.#notes,
        notJson: this.#filter.notJson,
        sqlFailed: this.#filter.sqlFailed,
        sqlFailure: this.#filter.sqlFailure,
        withoutSchema: scan.withoutSchema,
        schemaFailure: scan.schemaFailure,
        withheld: this.#veil?.withheld ?? 0,
      }),
      error: this.#error,
    }
  }

  /** Now, or as soon as the version is newer than `after`. Rejects with the signal's reason. */
  async watch(after: number | null, signal: AbortSignal): Promise<SearchStatus> {
    signal.throwIfAborted()
    if (after === null || this.#version > after) return this.status()
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(end)
        signal.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = (): void => {
        end()
        reject(signal.reason instanceof Error ? signal.reason : new Error('given up'))
      }
      const timer = setTimeout(end, limits.longPollMs)
      this.#watchers.add(end)
      signal.addEventListener('abort', aborted, { once: true })
    })
    signal.throwIfAborted()
    return this.status()
  }

  page(start: number, count: number): MessageRow[] {
    return this.#matches.page(start, count)
  }

  pause(): void {
    if (this.#state !== 'running') return
    this.#resumed = new Promise((resolve) => {
      this.#resume = resolve
    })
    this.#watch.stop()
    this.#state = 'paused'
    this.#changed()
  }

  resume(): void {
    if (this.#state !== 'paused') return
    this.#state = 'running'
    this.#watch.start()
    this.#goOn()
    this.#changed()
  }

  /** Ends it at once; what was found stays. */
  stop(): void {
    if (this.isOver) return
    this.#finish('stopped', 'stopped')
    this.#stopping.abort(new AppError('NOT_FOUND', 'the search was stopped'))
    this.#goOn()
  }

  /** Stops, and lets go of the rows. */
  close(): void {
    this.stop()
    this.#matches.clear()
  }

  async #read(fetcher: PartitionFetcher): Promise<ScanEnd> {
    const { signal } = this.#stopping
    const plan = await planSearch(this.#client, this.#search, { nowMs: Date.now(), signal })
    this.#partitions = plan.partitions
    this.#notes.push(...plan.notes)
    this.#progress()
    const parts: ScanParts = {
      partitions: plan.partitions,
      findAdded: (ending) =>
        planAdded(this.#client, this.#search, { known: plan.partitions, signal: ending }),
      fetcher,
      scan: this.#scan,
      matches: this.#matches,
      isUnfiltered: this.#filter.isOpen,
      signal,
      gate: () => this.#gate(),
      progress: () => {
        this.#progress()
      },
    }
    const isBackwards = this.#search.start.at === 'newest'
    const end = isBackwards ? await new BackwardScan(parts).run() : 'all'
    if (isBackwards && !this.#search.live) return end
    if (isBackwards) this.#turn(plan.partitions)
    return new ForwardScan(parts, { isLive: this.#search.live }).run()
  }

  /** From what there was to what comes. */
  #turn(partitions: readonly ScannedPartition[]): void {
    const leftOut = partitions.map(turnForwards).reduce((sum, offsets) => sum + offsets, 0)
    if (leftOut > 0) this.#notes.push(beforeTailWords(leftOut))
  }

  get #scanned(): number {
    return this.#partitions.reduce((sum, { records }) => sum + records, 0)
  }

  async #gate(): Promise<void> {
    this.#stopping.signal.throwIfAborted()
    if (this.#resumed === null) return
    await this.#resumed
    this.#stopping.signal.throwIfAborted()
  }

  #goOn(): void {
    this.#resume?.()
    this.#resume = null
    this.#resumed = null
  }

  #fail(error: unknown): void {
    this.#error = toErrorShape(error)
    this.#finish('failed', null)
  }

  #finish(state: State, end: EndReason): void {
    this.#state = state
    this.#end = end
    this.#watch.stop()
    this.#changed()
  }

  #note(words: string): void {
    if (this.#notes.length < keptNotes) this.#notes.push(words)
    else if (this.#notes.length === keptNotes) this.#notes.push('more places of this kind are not listed')
  }

  /** Tells watchers, but not too often. */
  #progress(): void {
    if (this.#progressTimer !== null || this.isOver) return
    const waitMs = this.#toldAt + limits.liveIntervalMs - performance.now()
    if (waitMs <= 0) {
      this.#changed()
      return
    }
    this.#progressTimer = setTimeout(() => {
      this.#changed()
    }, waitMs)
  }

  #changed(): void {
    if (this.#progressTimer !== null) clearTimeout(this.#progressTimer)
    this.#progressTimer = null
    this.#toldAt = performance.now()
    this.#watch.note(this.#scanned)
    this.#version++
    for (const tell of [...this.#watchers]) tell()
  }
}

/** Places that could not be read, one by one, in a status. */
const keptNotes = 100
