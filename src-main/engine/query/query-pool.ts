/**
 * Ad-hoc SQL over the store: takes statements, gives them to query processes, keeps their results and serves pages.
 * Lives in the main process; the engine and the CLI open one over a store file, also of another or a stopped Penstock.
 */
import { AppError } from '#contract/errors.ts'
import type { HistoryEntry, Page, QueryStart, QueryStatus, SchemaView } from '#contract/query.ts'
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import type { EngineEntries, Logger, Queries } from '../engine-api.ts'
import { QueryHistory } from './history.ts'
import { byteWords } from './limit-words.ts'
import type { SqlValue } from '../../columns/values.ts'
import { ProcessPool } from './process-pool.ts'
import type { Job } from './process-pool.ts'
import { defaultQueryLimits } from './query-limits.ts'
import type { QueryLimits } from './query-limits.ts'
import { ResultPages } from './result-pages.ts'
import { claimSpoolFolder, releaseSpoolFolder } from './spool-folder.ts'
import { cancelledEnd, crowdedEnd, statementEnd } from './statement-outcome.ts'
import { Statement } from './statement.ts'
import type { StatementEnd } from './statement.ts'
import { PooledStoreReader } from './store-reader.ts'
import type { StoreReader } from './store-reader.ts'
import { readSchema } from './store-schema.ts'

export interface QueryPoolOptions {
  storeFile: string
  /** Folder for results and temporary files; one of its own is made in it. Best on a disk, not beside the store. */
  spoolFolder: string
  /** Folder of the query history. */
  stateFolder: string
  entries: Pick<EngineEntries, 'queryProcess'>
  logger: Logger
  limits?: QueryLimits
  /** Told each time that a statement or read met a damaged page. */
  damaged?: () => void
}

interface Run {
  statement: Statement
  job: Job
}

/**
 * Starts the processes of a pool. Other faults of the store than its absence come with each statement.
 * @throws AppError STORE_MISSING
 */
export async function openQueryPool(options: QueryPoolOptions): Promise<QueryPool> {
  await access(options.storeFile).catch((error: unknown) => {
    throw new AppError('STORE_MISSING', `There is no store at ${options.storeFile}.`, { cause: error })
  })
  return new QueryPool(options, await claimSpoolFolder(options.spoolFolder))
}

/** See the head of the file. Made by {@link openQueryPool}, ended by {@link stop}. */
export class QueryPool implements Queries, StoreReader {
  readonly #limits: QueryLimits
  readonly #folder: string
  readonly #statements: ProcessPool
  readonly #reads: ProcessPool
  readonly #reader: PooledStoreReader
  readonly #history: QueryHistory
  readonly #logger: Logger
  /** By id, oldest first. */
  readonly #runs = new Map<string, Run>()
  #isStopped = false
  readonly #removeFolderOnExit = (): void => {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  constructor(options: QueryPoolOptions, folder: string) {
    const { storeFile, stateFolder, logger, entries, limits = defaultQueryLimits } = options
    this.#limits = limits
    this.#folder = folder
    this.#logger = logger
    const shared = {
      entry: entries.queryProcess,
      open: { storeFile, folder, limits: limits.process },
      startMs: limits.startMs,
      logger,
      damaged: options.damaged,
    }
    this.#statements = new ProcessPool({ ...shared, name: 'statements', size: limits.processes, spare: 1 })
    this.#reads = new ProcessPool({ ...shared, name: 'reads', size: 1, spare: 0 })
    this.#reader = new PooledStoreReader(this.#reads, limits)
    this.#history = new QueryHistory({ stateFolder, logger })
    process.on('exit', this.#removeFolderOnExit)
  }

  /** @throws AppError QUERY_INVALID for a text that is too long, QUERY_QUEUE_FULL, ENGINE_NOT_RUNNING */
  start(request: QueryStart): { id: string } {
    if (this.#isStopped) throw new AppError('ENGINE_NOT_RUNNING', 'Queries were stopped.')
    if (Buffer.byteLength(request.sql) > this.#limits.sqlBytes) {
      const most = byteWords(this.#limits.sqlBytes)
      throw new AppError('QUERY_INVALID', `The statement is longer than ${most}.`)
    }
    if (this.#statements.waiting >= this.#limits.queue) {
      throw new AppError('QUERY_QUEUE_FULL', `${String(this.#statements.waiting)} statements wait already.`)
    }
    const id = randomUUID()
    const file = path.join(this.#folder, `${id}.ndjson`)
    const statement = new Statement(id, request, new ResultPages(file))
    const job = this.#jobOf(statement, file)
    this.#runs.set(id, { statement, job })
    this.#statements.submit(job)
    return { id }
  }

  /** Rejects with the signal's reason when aborted, and with RESULT_GONE when the result is dropped meanwhile. */
  async watch(id: string, after: number | null, signal?: AbortSignal): Promise<QueryStatus> {
    return this.#runOf(id).statement.watch(after, this.#limits.longPollMs, signal)
  }

  async page(id: string, start: number, count: number): Promise<Page> {
    return this.#runOf(id).statement.pages.read(start, count, this.#limits.process.pageBytes)
  }

  /** The state is `cancelled` when this returns, unless the statement had ended before. */
  cancel(id: string): Promise<QueryStatus> {
    const run = this.#runs.get(id)
    if (run === undefined) return Promise.reject(gone(id))
    if (!run.statement.hasEnded) {
      void this.#statements.withdraw(run.job)
      this.#end(run.statement, cancelledEnd(run.statement.elapsedMs))
    }
    return Promise.resolve(run.statement.status())
  }

  /**
   * Stops the statement that has run longest, so that the store's log can be given back.
   * @param leastMs statements that have run for less are left alone
   * @param logBytes size of the log, for the message
   * @returns the SQL that was stopped, or null
   */
  stopLongest(leastMs: number, logBytes: number): string | null {
    const running = [...this.#runs.values()].filter(({ statement }) => !statement.hasEnded)
    running.sort((left, right) => right.statement.elapsedMs - left.statement.elapsedMs)
    const [longest] = running
    if (longest === undefined || longest.statement.elapsedMs < leastMs) return null
    void this.#statements.withdraw(longest.job)
    this.#end(longest.statement, crowdedEnd(longest.statement.elapsedMs, logBytes))
    return longest.statement.request.sql
  }

  /** Cancels the statement where it runs and drops its result. False where there is none of this id. */
  async close(id: string): Promise<boolean> {
    const run = this.#runs.get(id)
    if (run === undefined) return false
    await this.#drop(run)
    return true
  }

  history(search: string, limit: number): Promise<HistoryEntry[]> {
    return this.#history.search(search, limit)
  }

  schema(): Promise<SchemaView> {
    return readSchema(this.#reader)
  }

  /** See {@link StoreReader}: the engine's own reads. */
  run(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlValue[][]> {
    if (this.#isStopped) return Promise.reject(new AppError('ENGINE_NOT_RUNNING', 'Queries were stopped.'))
    return this.#reader.run(sql, parameters)
  }

  /** Wall clock since which the oldest running statement or read has held back the checkpoint of the WAL; null if none. */
  oldestRunningSince(): number | null {
    const times = [this.#statements.oldestJobSince, this.#reads.oldestJobSince].filter(
      (time) => time !== null,
    )
    return times.length === 0 ? null : Date.now() - (performance.now() - Math.min(...times))
  }

  /** Ends every process and removes every result. Safe to call twice. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    const reason = new AppError('ENGINE_NOT_RUNNING', 'Queries were stopped.')
    const processes = [this.#statements.close(), this.#reads.close()]
    for (const { statement } of this.#runs.values()) {
      if (!statement.hasEnded) this.#end(statement, cancelledEnd(statement.elapsedMs))
      statement.forget(reason)
    }
    this.#runs.clear()
    this.#reader.close(reason)
    await Promise.all(processes)
    await releaseSpoolFolder(this.#folder)
    process.off('exit', this.#removeFolderOnExit)
    await this.#history.flush()
  }

  #jobOf(statement: Statement, spoolFile: string): Job {
    const { sql, timeLimitMs = this.#limits.timeMs, rowLimit = this.#limits.rows } = statement.request
    return {
      order: { kind: 'execute', sql, spoolFile, rowLimit },
      timeMs: timeLimitMs,
      taken: () => {
        statement.run()
      },
      report: (report) => {
        if (report.kind === 'started') statement.compiled(report.columns, report.at)
        if (report.kind === 'pages') statement.append(report.pages)
      },
      settle: (outcome) => {
        if (outcome.kind === 'answered' && 'pages' in outcome.report) statement.append(outcome.report.pages)
        const { elapsedMs } = statement
        this.#end(
          statement,
          statementEnd(outcome, { limits: this.#limits, timeLimitMs, rowLimit, elapsedMs }),
        )
      },
    }
  }

  #end(statement: Statement, end: StatementEnd): void {
    statement.end(end)
    if (statement.request.remember !== false) {
      this.#history.add({
        sql: statement.request.sql,
        at: statement.startedAt,
        durationMs: statement.elapsedMs,
        rows: statement.pages.rows,
        state: end.state,
        error: end.error?.message ?? null,
      })
    }
    this.#dropOldest()
  }

  /** Finished results beyond the bounds go, oldest first; the newest always stays. */
  #dropOldest(): void {
    const finished = [...this.#runs.values()].filter((run) => run.statement.hasEnded)
    let bytes = finished.reduce((sum, run) => sum + run.statement.pages.bytes, 0)
    while (
      finished.length > this.#limits.resultsKept ||
      (bytes > this.#limits.resultsKeptBytes && finished.length > 1)
    ) {
      const run = finished.shift()
      if (run === undefined) return
      bytes -= run.statement.pages.bytes
      void this.#drop(run)
    }
  }

  async #drop({ statement, job }: Run): Promise<void> {
    this.#runs.delete(statement.id)
    const withdrawn = this.#statements.withdraw(job)
    if (!statement.hasEnded) this.#end(statement, cancelledEnd(statement.elapsedMs))
    statement.forget(gone(statement.id))
    await withdrawn
    await statement.pages.remove().catch((error: unknown) => {
      this.#logger.warn({ error }, 'the file of a result cannot be removed')
    })
  }

  #runOf(id: string): Run {
    if (this.#isStopped) throw new AppError('ENGINE_NOT_RUNNING', 'Queries were stopped.')
    const run = this.#runs.get(id)
    if (run === undefined) throw gone(id)
    return run
  }
}

function gone(id: string): AppError {
  return new AppError('RESULT_GONE', `The result ${id} was closed, or made room for newer ones.`)
}
