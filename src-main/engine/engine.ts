/**
 * The engine: everything that runs without a window. The only entry for hosts; starts the threads and the query processes,
 * starts crashed threads anew, and stops in reverse. Main process; never touches a record.
 */
import { AppError } from '#contract/errors.ts'
import type { Problem } from '#contract/workspace.ts'
import type { LiveEvent } from '#contract/live.ts'
import { randomUUID } from 'node:crypto'
import type { Column, Workspace } from '../workspace/model.ts'
import type {
  Advisor,
  Clusters,
  DeadLetters,
  Engine,
  EnginePorts,
  LiveFeed,
  Queries,
  Snapshots,
  Statistics,
} from './engine-api.ts'
import { CrashRestarts } from './crash-restarts.ts'
import { resolveMaskKeys } from './connections/resolve-mask-keys.ts'
import { resolveConnections } from './connections/resolve-settings.ts'
import { DamageCheck } from './damage-check.ts'
import { tellConnection, tellIngest } from './feed-notices.ts'
import { QueryAdvisor } from './query/advice/query-advisor.ts'
import { snapshotEvents } from './snapshot-events.ts'
import { SnapshotSchedule } from './snapshots/snapshot-schedule.ts'
import { StoreSnapshots } from './snapshots/store-snapshots.ts'
import { StoreQueries } from './store-queries.ts'
import { type StoreLocation, storeLocation } from './store/store-location.ts'
import type { EngineThread } from './threads/engine-thread.ts'
import { ClusterCalls } from './threads/cluster-calls.ts'
import { PipelineThreads, type UsedColumns } from './threads/pipeline-threads.ts'
import { hasKind } from './threads/thread-calls.ts'
import type { StoreFigures } from './threads/thread-messages.ts'
import { ClusterHistoryReader } from './watch/history/cluster-history.ts'
import { StoredDeadLetters } from './watch/history/dead-letters.ts'
import { StoredEvents } from './watch/history/events.ts'
import { StoredStatistics } from './watch/history/statistics.ts'
import { connectionViews } from './watch/connection-views.ts'
import { EngineFeed } from './watch/live-feed.ts'
import { feedSettings } from './watch/feed-settings.ts'
import { type WatchEvent, WorkspaceWatch } from './watch/workspace-watch.ts'

export { checkWorkspace, unreadTopics } from './check-workspace.ts'

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
  #workspace: Workspace
  readonly #ports: EnginePorts
  readonly #hooks: EngineHooks
  readonly #location: StoreLocation
  readonly #feed: EngineFeed
  readonly #queries: StoreQueries
  readonly #damage: DamageCheck
  readonly #watch: WorkspaceWatch
  readonly statistics: Statistics
  readonly deadLetters: DeadLetters
  readonly #clusters: ClusterCalls
  readonly #events: StoredEvents
  readonly #snapshots: StoreSnapshots
  readonly #advisor: QueryAdvisor
  readonly #schedule: SnapshotSchedule | null
  #threads: PipelineThreads | null = null
  #paused = false
  /** Why ingest may not go on although threads run; empty where it may. */
  #barrier = ''
  readonly #stopping = new AbortController()
  readonly #restarts: CrashRestarts

  constructor(workspace: Workspace, ports: EnginePorts, hooks: EngineHooks) {
    this.#workspace = workspace
    this.#ports = ports
    this.#hooks = hooks
    this.#location = storeLocation(workspace)
    this.#feed = new EngineFeed(feedSettings(workspace), randomUUID())
    const { entries, stateFolder, logger } = ports
    this.#queries = new StoreQueries({
      ...{ storeFile: this.#location.file, entries, stateFolder, logger },
      damaged: () => {
        this.#suspectDamage()
      },
    })
    this.#damage = new DamageCheck(this.#location.file, ports)
    const { queries } = this.#queries
    this.statistics = new StoredStatistics(queries)
    this.deadLetters = new StoredDeadLetters(queries)
    this.#events = new StoredEvents(queries)
    const clusterHistory = new ClusterHistoryReader(queries)
    this.#clusters = new ClusterCalls({
      connections: () => connectionViews(this.#workspace, this.#feed.snapshot),
      topicHistory: (connection, topic, range) => clusterHistory.topic(connection, topic, range),
      groupHistory: (connection, group, range) => clusterHistory.group(connection, group, range),
    })
    this.#snapshots = new StoreSnapshots({
      ...{
        storeFile: this.#location.file,
        workspace: () => this.#workspace,
        entries: ports.entries,
        version: ports.version,
      },
      ended: (run, removed) => {
        for (const event of snapshotEvents(run, removed)) this.#say(event)
        if (run.error?.code === 'STORE_DAMAGED') this.#suspectDamage()
      },
    })
    this.#advisor = new QueryAdvisor({
      ...{ storeFile: this.#location.file, queries, ...ports },
      workspace: () => this.#workspace,
    })
    this.#schedule =
      workspace.snapshots === null
        ? null
        : new SnapshotSchedule({
            ...{ settings: workspace.snapshots, workspace: workspace.name, snapshots: this.#snapshots },
          })
    this.#restarts = new CrashRestarts({
      logger: ports.logger,
      stopping: this.#stopping.signal,
      stopThreads: async () => {
        const before = this.#threads
        this.#threads = null
        await before?.stop({ discard: false })
      },
      mayGoOn: () => this.#barrier === '',
      startAnew: (reason) => this.#startAnew(reason),
      waiting: (reason) => {
        this.#feed.engineState('waiting', reason)
      },
      failed: (reason) => {
        this.#feed.engineState('failed', reason)
      },
    })
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
    return this.#queries.queries
  }

  get clusters(): Clusters {
    return this.#clusters
  }

  get snapshots(): Snapshots {
    return this.#snapshots
  }

  get advisor(): Advisor {
    return this.#advisor
  }

  async start({ goesOn = false }: { goesOn?: boolean } = {}): Promise<void> {
    try {
      await this.#startFirst(goesOn)
      this.#refuseStopped()
      await this.#queries.open()
      this.#refuseStopped()
      this.#watch.start()
      this.#showRunning()
      await this.#schedule?.start()
    } catch (error) {
      await this.stop({ keepsStore: goesOn })
      throw error
    }
  }

  /** Damage that is met before anything runs has been noted, so that the second try sets the store aside. */
  async #startFirst(goesOn: boolean): Promise<void> {
    try {
      await this.#startThreads(goesOn)
    } catch (error) {
      const isDamaged = error instanceof AppError && error.code === 'STORE_DAMAGED'
      if (!isDamaged || this.#hasStopped()) throw error
      await this.#threads?.stop({ discard: false })
      await this.#startThreads(true)
    }
  }

  async stop({ keepsStore = false }: { keepsStore?: boolean } = {}): Promise<void> {
    this.#stopping.abort()
    this.#watch.stop()
    this.#schedule?.stop()
    await this.#snapshots.stop()
    await this.#advisor.close()
    await this.#damage.stop()
    await this.#restarts.settled
    this.#clusters.attach(null)
    await this.#queries.close()
    await this.#threads?.stop({ discard: this.#workspace.store.mode === 'memory' && !keepsStore })
    this.#threads = null
    this.#feed.engineState('stopped', '')
    this.#feed.close()
  }

  check(workspace: Workspace): Promise<Problem[]> {
    return this.#running().check(workspace)
  }

  async change(workspace: Workspace): Promise<boolean> {
    if (this.#barrier !== '' || this.#restarts.isRestarting) return false
    const { secrets } = this.#ports
    const maskKeys = await resolveMaskKeys(workspace.sources, { secrets, environment: process.env })
    const columns = await this.#running().change(workspace, maskKeys)
    if (columns === null) return false
    this.#workspace = workspace
    this.#noteColumns(columns)
    this.#clusters.attach(this.#running().cluster)
    this.#feed.configure(feedSettings(workspace))
    return true
  }

  async pause(): Promise<void> {
    await this.#running().pause()
    this.#paused = true
    if (this.#barrier === '') this.#showRunning()
  }

  async resume(): Promise<void> {
    if (this.#barrier !== '') throw new AppError('ENGINE_FAILED', this.#barrier)
    await this.#running().resume()
    this.#paused = false
    this.#showRunning()
  }

  listEvents(options: { before?: number | undefined; limit: number }): Promise<LiveEvent[]> {
    return this.#events.list(options)
  }

  /** Asked anew after each wait: a stop may have come meanwhile. */
  #hasStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  #refuseStopped(): void {
    if (this.#hasStopped())
      throw new AppError('ENGINE_NOT_RUNNING', 'the engine was stopped while it started')
  }

  #running(): PipelineThreads {
    if (this.#threads === null) throw new AppError('ENGINE_NOT_RUNNING', 'the engine is not running')
    return this.#threads
  }

  async #startThreads(resume: boolean): Promise<void> {
    const { secrets } = this.#ports
    const secretSources = { secrets, environment: process.env }
    const connections = await resolveConnections(this.#workspace.connections, secretSources)
    const maskKeys = await resolveMaskKeys(this.#workspace.sources, secretSources)
    for (const [name, { message }] of connections.faults) this.#feed.connectionState(name, 'waiting', message)
    const threads = new PipelineThreads({
      workspace: this.#workspace,
      connections,
      maskKeys,
      location: this.#location,
      entries: this.#ports.entries,
      host: this.#ports.host,
      resume,
      paused: this.#paused,
      storeNotice: (message) => {
        if (hasKind(message, 'figures')) this.#figures(message as StoreFigures)
      },
      ingestNotice: (message) => {
        tellIngest(this.#feed, message)
      },
      clusterNotice: (message) => {
        tellConnection(this.#feed, message)
      },
      crashed: (error) => {
        if (this.#threads === threads) this.#restarts.crashed(error)
      },
      threadStarted: (thread) => this.#hooks.threadStarted?.(thread),
    })
    this.#threads = threads
    this.#noteColumns(await threads.start())
    if (threads.damage !== '') this.#ports.logger.error({ file: this.#location.file }, threads.damage)
    this.#clusters.attach(threads.cluster)
  }

  #noteColumns(used: UsedColumns): void {
    this.sourceColumns.clear()
    for (const [name, columns] of used) this.sourceColumns.set(name, columns)
  }

  #figures(figures: StoreFigures): void {
    this.#feed.figures(figures)
    this.#queries.relieveLog(figures.walBytes)
  }

  /** Into the log and into the store. */
  #say(event: WatchEvent): void {
    const { logger } = this.#ports
    logger[event.level]({ subject: event.subject }, event.message)
    this.#threads?.event(event).catch((error: unknown) => {
      logger.error({ err: error }, 'the event could not be stored')
    })
  }

  /** Without its file the store would take in what nobody can read again: ingest stops there, and the captures keep it. */
  #fileEvent(event: WatchEvent): void {
    const { logger } = this.#ports
    this.#say(event)
    if (event.event === 'store-back') this.#barrier = ''
    if (event.event !== 'store-gone') return
    this.#barrier = event.message
    this.#feed.engineState('failed', event.message)
    this.#threads?.pause().catch((error: unknown) => {
      logger.error({ err: error }, 'ingest could not be paused')
    })
  }

  /** @throws AppError also where a thread ended again before this was done */
  async #startAnew(reason: string): Promise<void> {
    this.#restarts.begin()
    this.#watch.stop()
    await this.#startThreads(true)
    const isAnother = this.#running().damage !== ''
    if (isAnother) {
      this.#watch.forget()
      await this.#queries.renew()
    }
    this.#watch.start()
    const goesOn = isAnother ? 'with a new store' : 'from the last committed position'
    const message = `${reason}; started anew ${goesOn}`
    await this.#running().event({ level: 'error', event: 'thread-crashed', subject: 'engine', message })
    this.#restarts.refuseCrashed()
    this.#showRunning()
  }

  /** A statement met a damaged page. */
  #suspectDamage(): void {
    // Threads that start anew look at the store themselves.
    if (this.#hasStopped() || this.#restarts.isRestarting) return
    const threads = this.#threads
    this.#damage.start(async (fault) => {
      // Threads that were started anew meanwhile may have another store.
      if (this.#threads === threads) await threads?.damaged(fault)
    })
  }

  #showRunning(): void {
    this.#feed.engineState(this.#paused ? 'paused' : 'running', this.#paused ? 'paused by hand' : '')
  }
}
