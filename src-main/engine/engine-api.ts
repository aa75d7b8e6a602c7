/**
 * What the engine offers to a host, and what it needs from one. Hosts implement the contract's handlers by calling this;
 * tests drive it without any host. No electron, no http.
 */
import type { AdviceStatus, RollupHint } from '#contract/advice.ts'
import type { BrokerConfig, ClusterView } from '#contract/cluster.ts'
import type { ConnectionView } from '#contract/connections.ts'
import type { DeadLetterDetail, DeadLetterGroup, DeadLetterSummary } from '#contract/dead-letters.ts'
import type { GroupDetail, GroupList, GroupListRequest } from '#contract/groups.ts'
import type {
  MessagePage,
  MessageSearch,
  PartRequest,
  ProducedAt,
  ProducedMessage,
  RecordAddress,
  RecordDetail,
  SearchStatus,
} from '#contract/messages.ts'
import type { LiveEvent, LiveSnapshot } from '#contract/live.ts'
import type { HistoryEntry, Page, QueryStart, QueryStatus, SchemaView } from '#contract/query.ts'
import type { SnapshotStatus } from '#contract/snapshots.ts'
import type { TopicDetail, TopicList, TopicListRequest } from '#contract/topics.ts'
import type { Problem } from '#contract/workspace.ts'
import type { Column, Workspace } from '../workspace/model.ts'
import type { BatchRow, BatchStepRow, PipelineStatistics, Range, Series } from '#contract/statistics.ts'

/** Secrets that the workspace names, from where the host keeps them. */
export interface SecretReader {
  /** Null where nothing is kept under the name. @throws AppError SECRET_STORE_UNUSABLE */
  read(name: string): Promise<string | null>
}

/** The slice of a pino logger that the engine uses. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Files that the engine starts as threads and processes: `.ts` in a checkout, `.js` in a build. */
export interface EngineEntries {
  ingestWorker: URL
  storeWorker: URL
  clusterWorker: URL
  queryProcess: URL
  snapshotProcess: URL
}

export interface EnginePorts {
  secrets: SecretReader
  logger: Logger
  entries: EngineEntries
  /** Folder for what outlives a start beside the store (query history); made when absent. */
  stateFolder: string
  /** Word for the host in messages to others, for example "serve". */
  host: string
  /** Version of Penstock. */
  version: string
}

export interface DeadLetterFilter {
  source?: string | undefined
  table?: string | undefined
  step?: string | undefined
  column?: string | undefined
  reason?: string | undefined
}

export interface LiveFeed {
  /** See contract `live.next`. Rejects with the signal's reason when aborted. */
  next(epoch: string | null, after: number | null, signal?: AbortSignal): Promise<LiveSnapshot>
}

export interface Queries {
  start(request: QueryStart): { id: string }
  watch(id: string, after: number | null, signal?: AbortSignal): Promise<QueryStatus>
  page(id: string, start: number, count: number): Promise<Page>
  cancel(id: string): Promise<QueryStatus>
  close(id: string): Promise<boolean>
  history(search: string, limit: number): Promise<HistoryEntry[]>
  schema(): Promise<SchemaView>
}

export interface Statistics {
  throughput(range: Range): Promise<Series>
  latency(range: Range): Promise<Series>
  storeSize(range: Range): Promise<Series>
  pipeline(table: string, range: Range): Promise<PipelineStatistics>
  batches(options: {
    source?: string | undefined
    before?: number | undefined
    limit: number
  }): Promise<BatchRow[]>
  batchSteps(batchId: number): Promise<BatchStepRow[]>
}

export interface DeadLetters {
  list(
    filter: DeadLetterFilter,
    options: { before?: number | undefined; limit: number },
  ): Promise<DeadLetterSummary[]>
  groups(): Promise<DeadLetterGroup[]>
  get(id: number): Promise<DeadLetterDetail>
}

/** Clusters as the contract shows them; every call is answered by the cluster thread. Rejects with the signal's reason. */
export interface Clusters {
  connections(): Promise<ConnectionView[]>
  view(connection: string, signal?: AbortSignal): Promise<ClusterView>
  brokerConfig(connection: string, broker: number, signal?: AbortSignal): Promise<BrokerConfig>
  topics: {
    list(request: TopicListRequest, signal?: AbortSignal): Promise<TopicList>
    get(connection: string, topic: string, signal?: AbortSignal): Promise<TopicDetail>
    /** From sys_topics. */
    history(connection: string, topic: string, range: Range): Promise<Series>
  }
  groups: {
    list(request: GroupListRequest, signal?: AbortSignal): Promise<GroupList>
    get(connection: string, group: string, signal?: AbortSignal): Promise<GroupDetail>
    /** From sys_lag. */
    history(connection: string, group: string, range: Range): Promise<Series>
  }
  messages: {
    start(search: MessageSearch): Promise<{ id: string }>
    watch(id: string, after: number | null, signal?: AbortSignal): Promise<SearchStatus>
    page(id: string, start: number, count: number): Promise<MessagePage>
    pause(id: string): Promise<SearchStatus>
    resume(id: string): Promise<SearchStatus>
    stop(id: string): Promise<SearchStatus>
    close(id: string): Promise<boolean>
    record(address: RecordAddress, signal?: AbortSignal): Promise<RecordDetail>
    part(request: PartRequest, signal?: AbortSignal): Promise<{ raw: string; bytes: number }>
    produce(message: ProducedMessage): Promise<ProducedAt>
  }
}

/** Copies of store and workspace, one at a time; see contract `snapshots`. */
export interface Snapshots {
  start(file: string): SnapshotStatus
  /** Rejects with the signal's reason. */
  watch(after: number | null, signal?: AbortSignal): Promise<SnapshotStatus>
  cancel(id: string): Promise<SnapshotStatus>
}

/** What would make statements of the query history quicker; see contract `advice`. */
export interface Advisor {
  start(): AdviceStatus
  /** Rejects with the signal's reason. */
  watch(after: number | null, signal?: AbortSignal): Promise<AdviceStatus>
  stop(id: string): Promise<AdviceStatus>
  /** @param elapsedMs how long the statement took */
  rollupFor(sql: string, elapsedMs: number): Promise<RollupHint | null>
}

export interface Engine {
  /**
   * Opens the store, loads lookups, compiles steps, starts ingest. Throws AppError; then nothing is left running.
   * @param options.goesOn whether a memory store goes on that an engine of this process left with `keepsStore`
   */
  start(options?: { goesOn?: boolean }): Promise<void>
  /**
   * Stops in reverse; the store is checkpointed and closed. Safe to call at any time and twice.
   * @param options.keepsStore whether a memory store stays, for the next engine of this process
   */
  stop(options?: { keepsStore?: boolean }): Promise<void>
  /**
   * What another version of the workspace would meet, as far as that can be told while this one runs on.
   * @throws AppError SOURCE_UNREADABLE, STORE_UNUSABLE, ENGINE_NOT_RUNNING
   */
  check(workspace: Workspace): Promise<Problem[]>
  /**
   * Goes over to another version of the workspace while what did not change runs on.
   * @returns false where that is not possible, and then nothing was done: the engine is to be stopped, and another started
   * @throws AppError WORKSPACE_INVALID, SOURCE_UNREADABLE, STORE_UNUSABLE where nothing was done; others where the engine
   * is to be stopped
   */
  change(workspace: Workspace): Promise<boolean>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Absolute path of the store file. */
  readonly storeFile: string
  readonly startedAt: number
  /** Columns of each source as used: declared or inferred. Filled by start(). */
  readonly sourceColumns: ReadonlyMap<string, { columns: readonly Column[]; inferred: boolean }>
  readonly live: LiveFeed
  readonly queries: Queries
  readonly statistics: Statistics
  readonly deadLetters: DeadLetters
  readonly clusters: Clusters
  readonly snapshots: Snapshots
  readonly advisor: Advisor
  listEvents(options: { before?: number | undefined; limit: number }): Promise<LiveEvent[]>
}
