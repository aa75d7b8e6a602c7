/**
 * The store thread: owns the store's connection, runs the steps of each batch, keeps statistics and publishes figures.
 * Batches come from the ingest thread over a port of their own; calls come from the main process.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { BatchReceipt, PackedBatch } from '../batch/packed-batch.ts'
import type { CommittedPosition } from '../store/positions.ts'
import { isStoreFull, storeFullReason } from '../store/store-full.ts'
import { isDamage, noteDamage } from '../store/damage.ts'
import { compileWorkspace } from './compile-workspace.ts'
import { OpenedStore } from './opened-store.ts'
import { checkStored, PlannedStore, type StoreParts } from './planned-store.ts'
import { lookupCalls } from './store-lookups.ts'
import { LandingQueue } from './landing-queue.ts'
import { StoreFaults } from './store-faults.ts'
import { hasKind, ThreadCalls, type ThreadPort } from './thread-calls.ts'
import { ThreadLink } from './thread-link.ts'
import type {
  BackfillStart,
  ClusterToStore,
  CommittedPositionsNotice,
  IngestToStore,
  NewEventInput,
  StoreAttachInput,
  StoredStart,
  StoreOpenInput,
  StoreOpenOutput,
  StorePlanInput,
  StorePlanOutput,
  ThreadStopInput,
} from './thread-messages.ts'

const tidyMs = 1000
/** After which going back to the plan before is tried again, where the store had no room for that. */
const goBackMs = 500

export class StoreThread {
  readonly #main: ThreadCalls
  readonly #queue: LandingQueue
  readonly #faults = new StoreFaults({
    file: () => this.#opened().file,
    isRunning: () => this.#planned !== null,
  })
  readonly #ingest = new ThreadLink()
  readonly #cluster = new ThreadLink()
  readonly #states = new Map<string, string>()
  #store: OpenedStore | null = null
  /** The store file, from the moment that it is to be opened. */
  #file: string | null = null
  /** What runs now; null before anything does. */
  #planned: PlannedStore | null = null
  #timers: NodeJS.Timeout[] = []
  /** Why the store takes no writes; empty while it does. */
  #full = ''
  /** Set while the plan that ran before a change waits for room to run again: nothing lands meanwhile. */
  #goingBack: NodeJS.Timeout | null = null

  constructor(parent: ThreadPort) {
    this.#queue = new LandingQueue({
      takes: (batch) => this.#goingBack === null && this.#planned?.takes(batch) === true,
      land: (batch) => {
        this.#planned?.write(batch)
      },
      landed: (batch, landMs) => {
        this.#receipt(batch, landMs)
      },
      full: (error) => {
        this.#tellFull(error)
      },
      room: () => {
        this.#tellRoom()
      },
      beforeRetry: () => {
        this.#opened().reclaim()
        this.#tidy()
      },
    })
    this.#main = new ThreadCalls(
      parent,
      {
        open: (input: StoreOpenInput) => this.#open(input),
        plan: (input: StorePlanInput) => this.#faults.unlessFull(() => this.#plan(input)),
        check: (input: StorePlanInput) => this.#check(input),
        change: (input: StorePlanInput) => this.#faults.unlessFull(() => this.#change(input)),
        attach: (input: StoreAttachInput) => this.#attach(input),
        'attach-cluster': (input: StoreAttachInput) => {
          this.#attachCluster(input)
        },
        starts: (sources: string[]) => this.#starts(sources),
        backfills: () => this.#planned?.backfills.starts() ?? [],
        damaged: (reason: string) => {
          this.#faults.giveUp(reason)
        },
        event: (input: NewEventInput) => {
          this.#event(input)
          this.#tidy()
        },
        stop: (input: ThreadStopInput) => {
          this.#stop(input)
        },
      },
      () => undefined,
    )
  }

  #open(input: StoreOpenInput): StoreOpenOutput {
    this.#file = input.location.file
    this.#store = new OpenedStore(input)
    return this.#store.found
  }

  /** Told of what ends this thread: a store that is damaged is set aside by the next one. */
  ended(error: unknown): void {
    if (isDamage(error) && this.#file !== null) noteDamage(this.#file, error.message)
  }

  #plan(input: StorePlanInput): StorePlanOutput {
    const compiled = compileWorkspace(input)
    if ('problems' in compiled) return compiled
    this.#planned = new PlannedStore(this.#parts(), input, compiled)
    this.#startTimers()
    // Whoever watches can tell from these how long the first batch has taken already.
    this.#publish()
    return { problems: [] }
  }

  /** Whether a plan could run here; nothing is changed. @throws AppError STORE_UNUSABLE */
  #check(input: StorePlanInput): StorePlanOutput {
    const compiled = compileWorkspace(input)
    if ('problems' in compiled) return compiled
    checkStored(this.#opened().database, compiled)
    return { problems: [] }
  }

  /**
   * Goes over to another plan between two batches; where that fails, back to the one before. That waits where the store has
   * no room even for it.
   */
  #change(input: StorePlanInput): StorePlanOutput {
    const before = this.#running()
    const compiled = compileWorkspace(input)
    if ('problems' in compiled) return compiled
    this.#tidy()
    for (const name of this.#states.keys()) if (!input.sourceColumns.has(name)) this.#states.delete(name)
    before.stop()
    this.#stopGoingBack()
    try {
      this.#planned = new PlannedStore(this.#parts(), input, compiled)
    } catch (error) {
      this.#goBackTo(before)
      throw error
    }
    this.#runsAgain()
    this.#publish()
    return { problems: [] }
  }

  #stopGoingBack(): void {
    if (this.#goingBack !== null) clearTimeout(this.#goingBack)
    this.#goingBack = null
  }

  /** A plan has begun, so that there is room. */
  #runsAgain(): void {
    if (this.#full !== '' && !this.#queue.isFull) this.#tellRoom()
    this.#queue.drainSoon()
  }

  /** Where that is not possible for another reason than room, this thread ends, and is started anew. */
  #goBackTo(before: PlannedStore): void {
    const { input } = before
    try {
      const compiled = compileWorkspace(input)
      if ('problems' in compiled) throw new AppError('INTERNAL', 'the plan before does not compile any more')
      this.#planned = new PlannedStore(this.#parts(), input, compiled)
      this.#runsAgain()
    } catch (error) {
      if (isStoreFull(error)) this.#goBackLater(before, error)
      else
        setImmediate(() => {
          throw error
        })
    }
  }

  #goBackLater(before: PlannedStore, error: Error): void {
    this.#goingBack = setTimeout(() => {
      this.#goingBack = null
      this.#opened().reclaim()
      this.#goBackTo(before)
    }, goBackMs)
    if (this.#full === '') this.#tellFull(error)
  }

  #parts(): StoreParts {
    const { database, file, events, lookups } = this.#opened()
    return {
      ...{ database, file, events, lookups },
      release: () => {
        this.#queue.drainSoon()
      },
    }
  }

  #running(): PlannedStore {
    if (this.#planned === null) throw new AppError('INTERNAL', 'nothing is planned yet')
    return this.#planned
  }

  #opened(): OpenedStore {
    if (this.#store === null) throw new AppError('INTERNAL', 'the store is not open')
    return this.#store
  }

  /** Takes batches from a new ingest thread; what an earlier one had sent and is not committed is dropped. */
  #attach({ port }: StoreAttachInput): void {
    this.#queue.clear()
    this.#ingest.attach(
      port,
      {
        ...lookupCalls({
          tables: () => this.#opened().lookups,
          writer: () => this.#running().writer,
          unlessFull: (work) => this.#faults.unlessFull(work),
        }),
        'let-go': (senders: string[]) => {
          this.#queue.letGo(new Set(senders))
        },
        'backfill-next': (run: string) => this.#nextOfBackfill(run),
      },
      (message) => {
        // The ingest thread is built from the same source; see IngestToStore.
        this.#notice(message as IngestToStore)
      },
    )
  }

  /** Takes events and measurements from a new cluster thread. */
  #attachCluster({ port }: StoreAttachInput): void {
    this.#cluster.attach(port, {}, (message) => {
      // The cluster thread is built from the same source; see ClusterToStore.
      this.#clusterNotice(message as ClusterToStore)
    })
    this.#tellPositions(this.#planned?.writer.positions.committed ?? [])
  }

  #clusterNotice(message: ClusterToStore): void {
    if (message.kind === 'event') this.#event(message)
    else {
      this.#planned?.writer.topics.addMeasured(message.topics)
      this.#planned?.writer.lags.add(message.lags)
    }
  }

  #tellPositions(positions: CommittedPosition[]): void {
    if (positions.length === 0) return
    this.#cluster.tell({ kind: 'positions', positions } satisfies CommittedPositionsNotice)
  }

  #starts(sources: string[]): StoredStart[] {
    const { positions } = this.#running().writer
    return sources.map((source) => ({ source, ...positions.read(source) }))
  }

  #notice(message: IngestToStore): void {
    if (message.kind === 'batch') {
      this.#queue.add(message)
    } else if (message.kind === 'event') this.#event(message)
    else if (message.kind === 'backfill-problem') this.#noteProblem(message.run, message.problem)
    else if (hasKind(message, 'source-state')) this.#states.set(message.source, message.state)
  }

  #noteProblem(run: string, problem: string): void {
    try {
      this.#planned?.backfills.problem(run, problem)
    } catch (error) {
      if (!isStoreFull(error)) throw error
      // That the store is full is told already, and the run tells what it waits for again.
    }
  }

  #receipt({ source, topic, records, jsonb, raw }: PackedBatch, landMs: number): void {
    const buffers = [jsonb.buffer, raw.buffer]
    const receipt: BatchReceipt = { kind: 'receipt', source, topic, records, landMs, buffers }
    this.#ingest.tell(receipt, buffers)
  }

  /** @returns where a run of a backfill goes on; null where it is done or not wanted. @throws AppError STORE_FULL */
  async #nextOfBackfill(run: string): Promise<BackfillStart | null> {
    for (let asked: PlannedStore | null = null; asked !== this.#planned;) {
      asked = this.#planned
      await asked?.backfills.whenReady(run)
    }
    return this.#faults.unlessFull(() => {
      const planned = this.#planned
      if (planned?.backfills.has(run) !== true) return null
      // Going over to a plan needs some room, too.
      if (this.#full !== '') throw new AppError('STORE_FULL', this.#full)
      const next = planned.backfills.next(run, planned.writer)
      if (next === null) this.#change(planned.input)
      return next
    })
  }

  #tellFull(error: Error): void {
    this.#full = storeFullReason(error, this.#opened().file)
    this.#event({
      level: 'error',
      event: 'store-full',
      subject: 'store',
      message: `ingest waits: ${this.#full}`,
    })
    this.#publish()
  }

  #tellRoom(): void {
    this.#full = ''
    const message = 'the store has room again; ingest goes on'
    this.#event({ level: 'info', event: 'store-room', subject: 'store', message })
  }

  #event(input: NewEventInput): void {
    this.#store?.say(input)
  }

  #startTimers(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = [
      setInterval(() => {
        this.#tidy()
      }, tidyMs),
      setInterval(() => {
        this.#publish()
      }, limits.liveIntervalMs),
    ]
  }

  #tidy(): void {
    if (this.#goingBack !== null) return
    const running = [...this.#states].filter(([, state]) => state === 'running').map(([source]) => source)
    try {
      this.#planned?.tidy(new Set(running), this.#full !== '')
      this.#tellPositions(this.#planned?.movedPositions() ?? [])
    } catch (error) {
      if (!isStoreFull(error)) throw error
      // The next batch meets the same and reports it; silence and ageing are caught up with later.
    }
  }

  #publish(): void {
    const figures = this.#planned?.figures(this.#full)
    if (figures !== undefined) this.#main.tell(figures)
  }

  /** @param discard whether a memory store gives its memory back; false where the thread is only started anew */
  #stop({ discard }: ThreadStopInput): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#planned?.stop()
    // Nothing lands over a plan that waits to run again.
    if (this.#goingBack === null) this.#queue.finish()
    else this.#queue.clear()
    this.#stopGoingBack()
    this.#ingest.close()
    this.#cluster.close()
    this.#tidy()
    // The last word: what landed since the figures before must not be missing in it.
    this.#publish()
    const store = this.#store
    this.#store = null
    this.#planned = null
    store?.close(discard)
  }
}
