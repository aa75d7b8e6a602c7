/**
 * The engine: everything that runs without a window. The only entry for hosts; starts the threads and the query processes,
 * starts crashed threads anew, and stops in reverse. Main process; never touches a record.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { LiveEvent } from '#contract/live.ts'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Column, Workspace } from '../workspace/model.ts'
import type { DeadLetters, Engine, EnginePorts, LiveFeed, Queries, Statistics } from './engine-api.ts'
import { LazyQueries } from './lazy-queries.ts'
import { openQueryPool, type QueryPool } from './query/query-pool.ts'
import { type StoreLocation, storeLocation } from './store/store-location.ts'
import type { EngineThread } from './threads/engine-thread.ts'
import { PipelineThreads } from './threads/pipeline-threads.ts'
import { hasKind } from './threads/thread-calls.ts'
import type { SourceProgressNotice, SourceStateNotice, StoreFigures } from './threads/thread-messages.ts'
import { StoredDeadLetters } from './watch/history/dead-letters.ts'
import { StoredEvents } from './watch/history/events.ts'
import { StoredStatistics } from './watch/history/statistics.ts'
import { EngineFeed } from './watch/live-feed.ts'
import { type WatchEvent, WorkspaceWatch } from './watch/workspace-watch.ts'

export { checkWorkspace } from './check-workspace.ts'

/** More crashes than this within the window, and the engine stays down. */
const mostCrashes = 5
const crashWindowMs = 60_000
const restartMs = 500

/** Extra seams for tests; hosts leave them out. */
export interface EngineHooks {
  threadStarted?: (thread: EngineThread) => void
}

/** An engine over one workspace; nothing runs before `start`. */
export function createEngine(workspace: Workspace, ports: EnginePorts, hooks: EngineHooks = {}): Engine {
  return new ThreadedEngine(workspace, ports, hooks)
}

class ThreadedEngine implements Engine {
  readonly startedAt = Date.now()
  readonly sourceColumns = new Map<string, { columns: readonly Column[]; inferred: boolean }>()
  readonly #workspace: Workspace
  readonly #ports: EnginePorts
  readonly #hooks: EngineHooks
  readonly #location: StoreLocation
  readonly #feed: EngineFeed
  readonly #queries = new LazyQueries()
  readonly #watch: WorkspaceWatch
  readonly statistics: Statistics
  readonly deadLetters: DeadLetters
  readonly #events: StoredEvents
  #threads: PipelineThreads | null = null
  #pool: QueryPool | null = null
  #crashes: number[] = []
  #restart: NodeJS.Timeout | null = null
  #restarting: Promise<void> | null = null
  #paused = false
  #stopped = false

  constructor(workspace: Workspace, ports: EnginePorts, hooks: EngineHooks) {
    this.#workspace = workspace
    this.#ports = ports
    this.#hooks = hooks
    this.#location = storeLocation(workspace)
    const settings = {
      sources: workspace.sources.map(({ name, topic }) => ({ name, topic })),
      storeMode: workspace.store.mode,
      limitBytes: workspace.store.limitBytes,
    }
    this.#feed = new EngineFeed(settings, randomUUID())
    this.statistics = new StoredStatistics(this.#queries)
    this.deadLetters = new StoredDeadLetters(this.#queries)
    this.#events = new StoredEvents(this.#queries)
    this.#watch = new WorkspaceWatch(workspace.file, this.#location.file, (event) => {
      this.#fileEvent(event)
    })
  }

  get storeFile(): string {
    return this.#location.file
  }

  get live(): LiveFeed {
    return this.#feed
  }

  get queries(): Queries {
    return this.#queries
  }

  async start(): Promise<void> {
    try {
      await this.#startThreads(false)
      const { entries, stateFolder, logger } = this.#ports
      const spoolFolder = path.join(stateFolder, 'results')
      this.#pool = await openQueryPool({
        storeFile: this.#location.file,
        spoolFolder,
        stateFolder,
        entries,
        logger,
      })
      this.#queries.attach(this.#pool)
      this.#watch.start()
      this.#feed.engineState('running', '')
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#watch.stop()
    if (this.#restart !== null) clearTimeout(this.#restart)
    await this.#restarting?.catch(() => undefined)
    this.#queries.detach()
    await this.#pool?.stop()
    this.#pool = null
    await this.#threads?.stop({ discard: this.#workspace.store.mode === 'memory' })
    this.#threads = null
    this.#feed.engineState('stopped', '')
    this.#feed.close()
  }

  async pause(): Promise<void> {
    this.#paused = true
    await this.#running().pause()
    this.#feed.engineState('paused', 'paused by hand')
  }

  async resume(): Promise<void> {
    this.#paused = false
    await this.#running().resume()
    this.#feed.engineState('running', '')
  }

  listEvents(options: { before?: number | undefined; limit: number }): Promise<LiveEvent[]> {
    return this.#events.list(options)
  }

  /** Asked anew after each wait: a stop may have come meanwhile. */
  #hasStopped(): boolean {
    return this.#stopped
  }

  #running(): PipelineThreads {
    if (this.#threads === null) throw new AppError('ENGINE_NOT_RUNNING', 'the engine is not running')
    return this.#threads
  }

  async #startThreads(resume: boolean): Promise<void> {
    const threads = new PipelineThreads({
      workspace: this.#workspace,
      location: this.#location,
      entries: this.#ports.entries,
      host: this.#ports.host,
      resume,
      paused: this.#paused,
      storeNotice: (message) => {
        if (hasKind(message, 'figures')) this.#figures(message as StoreFigures)
      },
      ingestNotice: (message) => {
        this.#ingestNotice(message)
      },
      crashed: (error) => {
        if (this.#threads === threads) this.#crashed(error)
      },
      threadStarted: (thread) => this.#hooks.threadStarted?.(thread),
    })
    this.#threads = threads
    for (const [name, columns] of await threads.start()) this.sourceColumns.set(name, columns)
  }

  #figures(figures: StoreFigures): void {
    this.#feed.figures(figures)
    const { walBytes } = figures
    if (walBytes < limits.storeLogBytes) return
    const sql = this.#pool?.stopLongest(limits.storeLogReadMs, walBytes) ?? null
    if (sql !== null)
      this.#ports.logger.warn({ sql, walBytes }, 'stopped a statement that held the log of the store')
  }

  #ingestNotice(message: unknown): void {
    if (hasKind(message, 'source-state')) {
      const { source, state, reason } = message as SourceStateNotice
      this.#feed.sourceState(source, { state, reason })
    } else if (hasKind(message, 'source-progress')) {
      const { source, progress } = message as SourceProgressNotice
      this.#feed.sourceState(source, { progress })
    }
  }

  /** Without its file the store would take in what nobody can read again: ingest stops there, and the captures keep it. */
  #fileEvent(event: WatchEvent): void {
    const { logger } = this.#ports
    logger.error({ subject: event.subject }, event.message)
    this.#threads?.event(event).catch((error: unknown) => {
      logger.error({ err: error }, 'the event could not be stored')
    })
    if (event.event !== 'store-gone') return
    this.#feed.engineState('failed', event.message)
    this.#threads?.pause().catch((error: unknown) => {
      logger.error({ err: error }, 'ingest could not be paused')
    })
  }

  /** Starts both threads anew: the store goes on from what has committed, and so do the sources. */
  #crashed(error: AppError): void {
    if (this.#stopped || this.#restarting !== null) return
    const now = Date.now()
    this.#crashes = [...this.#crashes.filter((at) => at > now - crashWindowMs), now]
    this.#ports.logger.error({ err: error, crashes: this.#crashes.length }, error.message)
    this.#restarting = this.#restartThreads(error).finally(() => {
      this.#restarting = null
    })
  }

  async #restartThreads(crash: AppError): Promise<void> {
    let reason = crash.message
    for (;;) {
      const before = this.#threads
      this.#threads = null
      await before?.stop({ discard: false })
      if (this.#stopped) return
      if (this.#crashes.length > mostCrashes) {
        this.#feed.engineState('failed', `${reason}; it kept failing, restart Penstock`)
        return
      }
      this.#feed.engineState('waiting', `${reason}; starting it anew`)
      await new Promise<void>((resolve) => {
        this.#restart = setTimeout(resolve, restartMs * this.#crashes.length)
      })
      if (this.#hasStopped()) return
      try {
        await this.#startThreads(true)
        const message = `${reason}; started anew from the last committed position`
        await this.#running().event({ level: 'error', event: 'thread-crashed', subject: 'engine', message })
        this.#feed.engineState(this.#paused ? 'paused' : 'running', this.#paused ? 'paused by hand' : '')
        return
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error)
        this.#crashes.push(Date.now())
        this.#ports.logger.error({ err: error }, `starting the threads anew failed: ${reason}`)
      }
    }
  }
}
