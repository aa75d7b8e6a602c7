/**
 * What the engine offers to a host, and what it needs from one. Hosts implement the contract's handlers by calling this;
 * tests drive it without any host. No electron, no http.
 */
import type { DeadLetterDetail, DeadLetterGroup, DeadLetterSummary } from '#contract/dead-letters.ts'
import type { LiveEvent, LiveSnapshot } from '#contract/live.ts'
import type { HistoryEntry, Page, QueryStart, QueryStatus, SchemaView } from '#contract/query.ts'
import type { BatchRow, BatchStepRow, PipelineStatistics, Range, Series } from '#contract/statistics.ts'

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
  queryProcess: URL
}

export interface EnginePorts {
  logger: Logger
  entries: EngineEntries
  /** Folder for what outlives a start beside the store (query history); made when absent. */
  stateFolder: string
  /** Word for the host in messages to others, for example "serve". */
  host: string
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

export interface Engine {
  /** Opens the store, loads lookups, compiles steps, starts ingest. Throws AppError; then nothing is left running. */
  start(): Promise<void>
  /** Stops in reverse; the store is checkpointed and closed. Safe to call at any time and twice. */
  stop(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Absolute path of the store file. */
  readonly storeFile: string
  readonly startedAt: number
  /** Columns of each source as used: declared or inferred. Filled by start(). */
  readonly sourceColumns: ReadonlyMap<
    string,
    { columns: readonly import('../workspace/model.ts').Column[]; inferred: boolean }
  >
  readonly live: LiveFeed
  readonly queries: Queries
  readonly statistics: Statistics
  readonly deadLetters: DeadLetters
  listEvents(options: { before?: number | undefined; limit: number }): Promise<LiveEvent[]>
}
