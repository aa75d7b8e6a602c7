/**
 * Starts the two threads in order, connects them, and stops them in reverse. Main process; one instance per start, so that a
 * restart after a crash begins with nothing left over.
 */
import { AppError } from '#contract/errors.ts'
import type { Problem } from '#contract/workspace.ts'
import { MessageChannel } from 'node:worker_threads'
import { changeBetween, type WorkspaceChange } from '../../workspace/changes.ts'
import type { Column, Source, Workspace } from '../../workspace/model.ts'
import { packedColumns } from '../batch/packed-columns.ts'
import type { LookupShape } from '../batch/relations.ts'
import type { EngineEntries } from '../engine-api.ts'
import type { StoreLocation } from '../store/store-location.ts'
import type { ResolvedMaskKeys } from '../masks/mask-keys.ts'
import type { ResolvedConnections } from '../kafka/client/cluster-clients.ts'
import { codeTokens, identifierOf } from '../sql/sql-tokens.ts'
import { EngineThread } from './engine-thread.ts'
import { rebuiltSources } from './rebuilt-sources.ts'
import type { ThreadCalls } from './thread-calls.ts'
import type {
  BackfillStart,
  IngestLookupsInput,
  IngestStartInput,
  NewEventInput,
  StoredStart,
  StoreOpenInput,
  StoreOpenOutput,
  StorePlanInput,
  StorePlanOutput,
  ThreadStopInput,
} from './thread-messages.ts'

export interface PipelineOptions {
  workspace: Workspace
  connections: ResolvedConnections
  maskKeys: ResolvedMaskKeys
  location: StoreLocation
  entries: EngineEntries
  host: string
  /** True when this process had the store open before. */
  resume: boolean
  /** True where sources are to start paused. */
  paused: boolean
  storeNotice: (message: unknown) => void
  ingestNotice: (message: unknown) => void
  clusterNotice: (message: unknown) => void
  crashed: (error: AppError) => void
  /** Told of each thread that starts. */
  threadStarted: (thread: EngineThread) => void
}

/** Columns of each source: declared, or inferred from a sample. */
export type UsedColumns = Map<string, { columns: readonly Column[]; inferred: boolean }>

export class PipelineThreads {
  readonly #options: PipelineOptions
  #workspace: Workspace
  #maskKeys: ResolvedMaskKeys
  #used: UsedColumns = new Map()
  #lookups: LookupShape[] = []
  #store: EngineThread | null = null
  #ingest: EngineThread | null = null
  #cluster: EngineThread | null = null
  #paused: boolean
  #damage = ''
  /** Settles when the changes asked for so far have been made, or could not be. */
  #changes: Promise<unknown> = Promise.resolve()
  #isStopped = false

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#workspace = options.workspace
    this.#maskKeys = options.maskKeys
    this.#paused = options.paused
  }

  /**
   * @returns the columns of each source: declared, or inferred from a sample
   * @throws AppError STORE_IN_USE, STORE_UNUSABLE, LOOKUP_UNREADABLE, SOURCE_UNREADABLE, WORKSPACE_INVALID
   * (details.problems), THREAD_CRASHED, ENGINE_NOT_RUNNING where it was stopped meanwhile
   */
  async start(): Promise<UsedColumns> {
    const { location, host, resume, entries } = this.#options
    const workspace = this.#workspace
    const store = this.#spawn('store', entries.storeWorker, this.#options.storeNotice)
    this.#store = store
    const open: StoreOpenInput = { location, settings: workspace.store, host, resume }
    const { damage, rebuiltSince } = await store.calls.call<StoreOpenOutput>('open', open)
    this.#damage = damage
    const ingest = this.#spawn('ingest', entries.ingestWorker, this.#options.ingestNotice)
    this.#ingest = ingest
    const { port1, port2 } = new MessageChannel()
    await store.calls.call('attach', { port: port1 }, [port1])
    const { connections } = this.#options
    await ingest.calls.call('attach', { port: port2, connections }, [port2])
    this.#lookups = await ingest.calls.call<LookupShape[]>('lookups', { lookups: workspace.lookups })
    this.#used = await this.#sourceColumns(ingest, workspace.sources)
    const plan = this.#planOf(workspace, this.#used, this.#lookups)
    const { problems } = await store.calls.call<StorePlanOutput>('plan', plan)
    if (problems.length > 0) throw invalid(problems)
    await this.#startSources(store, ingest, rebuiltSources(workspace.sources, rebuiltSince))
    await ingest.calls.call('follow-lookups', { lookups: workspace.lookups } satisfies IngestLookupsInput)
    await this.#openCluster(store)
    return this.#used
  }

  /**
   * What a version of the workspace would meet, while what runs runs on.
   * @throws AppError SOURCE_UNREADABLE, STORE_UNUSABLE
   */
  async check(workspace: Workspace): Promise<Problem[]> {
    const change = changeBetween(this.#workspace, workspace)
    const [store, ingest] = [this.#store, this.#ingest]
    if (change === null || store === null || ingest === null) return []
    const used = await this.#columnsAfter(ingest, workspace, change)
    const plan = this.#planOf(workspace, used, this.#lookups)
    return (await store.calls.call<StorePlanOutput>('check', plan)).problems
  }

  /**
   * Goes over to another version of the workspace; what did not change runs on. The store has the new one from one batch to
   * the next. One that comes while another is being made waits for that.
   * @returns columns as {@link start}; null where everything has to be started anew, and then nothing was done
   * @throws AppError WORKSPACE_INVALID, SOURCE_UNREADABLE, STORE_UNUSABLE, STORE_FULL, and then what ran runs on; others
   * afterwards
   */
  async change(workspace: Workspace, maskKeys: ResolvedMaskKeys): Promise<UsedColumns | null> {
    // Told without waiting: one that is under way may wait for what this one changes, such as room in the store.
    if (changeBetween(this.#workspace, workspace) === null) return null
    const mine = this.#changes.then(() => this.#change(workspace, maskKeys))
    this.#changes = mine.catch(() => undefined)
    return mine
  }

  async #change(workspace: Workspace, maskKeys: ResolvedMaskKeys): Promise<UsedColumns | null> {
    const change = changeBetween(this.#workspace, workspace)
    const [store, ingest] = [this.#store, this.#ingest]
    if (change === null || store === null || ingest === null) return null
    const used = await this.#columnsAfter(ingest, workspace, change)
    const plan = this.#planOf(workspace, used, this.#lookups)
    const { problems } = await store.calls.call<StorePlanOutput>('check', plan)
    if (problems.length > 0) throw invalid(problems)
    const loading = await ingest.calls.call<string[]>('loading-lookups', null)
    const begun = new Set([
      ...change.begun.map(({ name }) => name),
      ...this.#packedAnew(workspace, used),
      ...this.#waitingOtherwise(workspace, loading),
    ])
    const ended = new Set([...change.ended, ...begun])
    await ingest.calls.call('end', [...ended])
    const sourcesOf = (version: Workspace, names: ReadonlySet<string>): Source[] =>
      version.sources.filter(({ name }) => names.has(name))
    try {
      await store.calls.call<StorePlanOutput>('change', plan)
    } catch (error) {
      await this.#startSources(store, ingest, sourcesOf(this.#workspace, ended))
      throw error
    }
    const isClusterOther = change.ended.length > 0 || change.begun.length > 0
    this.#workspace = workspace
    this.#maskKeys = maskKeys
    this.#used = used
    await this.#startSources(store, ingest, sourcesOf(workspace, begun))
    if (isClusterOther) {
      await this.#cluster?.stop({ discard: false })
      this.#cluster = null
      await this.#openCluster(store)
    }
    return used
  }

  /** What is to be said of a damaged store that was set aside at the start; empty where none was. */
  get damage(): string {
    return this.#damage
  }

  /** The store was found damaged by somebody else: its thread ends, and is to be started anew. */
  async damaged(reason: string): Promise<void> {
    await this.#store?.calls.call('damaged', reason)
  }

  /** Calls to the cluster thread; null before it runs. */
  get cluster(): ThreadCalls | null {
    return this.#cluster?.calls ?? null
  }

  async #openCluster(store: EngineThread): Promise<void> {
    const { connections, entries, clusterNotice } = this.#options
    const [workspace, maskKeys] = [this.#workspace, this.#maskKeys]
    if (workspace.connections.length === 0) return
    const cluster = this.#spawn('cluster', entries.clusterWorker, clusterNotice)
    this.#cluster = cluster
    const { port1, port2 } = new MessageChannel()
    await store.calls.call('attach-cluster', { port: port1 }, [port1])
    await cluster.calls.call('open', { connections, workspace, maskKeys, port: port2 }, [port2])
  }

  async pause(): Promise<void> {
    this.#paused = true
    await this.#ingest?.calls.call('pause', null)
  }

  async resume(): Promise<void> {
    this.#paused = false
    await this.#ingest?.calls.call('resume', null)
  }

  async event(input: NewEventInput): Promise<void> {
    await this.#store?.calls.call('event', input)
  }

  /** Sources first, so that nothing comes any more; then the store finishes what it has and closes. */
  async stop(input: ThreadStopInput): Promise<void> {
    this.#isStopped = true
    await this.#cluster?.stop(input)
    await this.#ingest?.stop(input)
    await this.#store?.stop(input)
  }

  #spawn(name: string, entry: URL, notice: (message: unknown) => void): EngineThread {
    if (this.#isStopped) {
      throw new AppError('ENGINE_NOT_RUNNING', 'the engine was stopped while it started')
    }
    const thread = new EngineThread({ name, entry, notice, crashed: this.#options.crashed })
    this.#options.threadStarted(thread)
    return thread
  }

  #planOf(workspace: Workspace, used: UsedColumns, lookups: LookupShape[]): StorePlanInput {
    const sourceColumns = new Map([...used].map(([name, entry]) => [name, entry.columns]))
    return { workspace, sourceColumns, lookups }
  }

  /** Starts these sources, and all backfills that do not run. */
  async #startSources(store: EngineThread, ingest: EngineThread, sources: readonly Source[]): Promise<void> {
    const workspace = this.#workspace
    const names = sources.map(({ name }) => name)
    const columns = packedOf(workspace, this.#used)
    await ingest.calls.call('start', {
      sources,
      all: workspace.sources,
      columns,
      starts: await store.calls.call<StoredStart[]>('starts', names),
      backfills: await store.calls.call<BackfillStart[]>('backfills', null),
      needs: neededLookups(workspace),
      maskKeys: this.#maskKeys,
      paused: this.#paused,
    } satisfies IngestStartInput)
  }

  /** Sources whose records travel in another form, since other tables take them. */
  #packedAnew(workspace: Workspace, used: UsedColumns): string[] {
    const before = packedOf(this.#workspace, this.#used)
    return [...packedOf(workspace, used)].flatMap(([name, columns]) =>
      before.get(name)?.length === columns.length ? [] : [name],
    )
  }

  /** Sources that wait for other lookups now: they begin once those are whole, as at a start. */
  #waitingOtherwise(workspace: Workspace, loading: readonly string[]): string[] {
    const before = neededLookups(this.#workspace)
    return [...neededLookups(workspace)].flatMap(([name, needed]) =>
      loading.some((lookup) => needed.includes(lookup) !== (before.get(name) ?? []).includes(lookup))
        ? [name]
        : [],
    )
  }

  /** Sources that stay keep their columns, also inferred ones. */
  async #columnsAfter(
    ingest: EngineThread,
    { sources }: Workspace,
    { begun }: WorkspaceChange,
  ): Promise<UsedColumns> {
    const fresh = await this.#sourceColumns(ingest, begun)
    return new Map(
      sources.flatMap(({ name }) => {
        const entry = fresh.get(name) ?? this.#used.get(name)
        return entry === undefined ? [] : [[name, entry] as const]
      }),
    )
  }

  async #sourceColumns(ingest: EngineThread, sources: readonly Source[]): Promise<UsedColumns> {
    const undeclared = sources.filter((source) => source.columns === null)
    const inferred =
      undeclared.length === 0
        ? new Map<string, Column[]>()
        : await ingest.calls.call<Map<string, Column[]>>('infer', { sources: undeclared })
    return new Map(
      sources.map((source) => {
        const columns = source.columns ?? inferred.get(source.name) ?? []
        return [source.name, { columns, inferred: source.columns === null }]
      }),
    )
  }
}

/** Columns that travel with the batches of each source. */
function packedOf({ sources, tables }: Workspace, used: UsedColumns): Map<string, readonly Column[]> {
  return new Map(
    sources.map((source) => [
      source.name,
      packedColumns(source, used.get(source.name)?.columns ?? [], tables),
    ]),
  )
}

/** By source: the lookups that its steps read. */
function neededLookups({ sources, tables, lookups }: Workspace): Map<string, string[]> {
  return new Map(
    sources.map((source) => {
      const steps = tables.filter((table) => table.source === source.name).flatMap((table) => table.steps)
      const words = new Set(
        steps.flatMap(({ sql }) => codeTokens(sql).map((token) => identifierOf(token)?.toLowerCase())),
      )
      return [source.name, lookups.map(({ name }) => name).filter((name) => words.has(name.toLowerCase()))]
    }),
  )
}

function invalid(problems: readonly Problem[]): AppError {
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${String(problems.length - 1)} more)` : ''
  const where =
    first === undefined ? '' : `${first.file}:${String(first.line)}:${String(first.column)}: ${first.message}`
  return new AppError('WORKSPACE_INVALID', `${where}${more}`, { details: { problems } })
}
