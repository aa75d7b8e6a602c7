/**
 * Looks for what would make statements of the query history quicker, one search at a time, each in a process of its own that is
 * killed to cancel; and tells of the rollup that holds what one statement computes. Main process; opened by an engine.
 */
import type { AdviceFindings, AdviceRun, AdviceStatus, RollupHint } from '#contract/advice.ts'
import { AppError, toErrorShape } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Workspace } from '../../../workspace/model.ts'
import type { Advisor, EngineEntries, Queries } from '../../engine-api.ts'
import { Changes } from '../../signals/changes.ts'
import { durationWords } from '../limit-words.ts'
import { QueryProcess } from '../process-handle.ts'
import { defaultQueryLimits } from '../query-limits.ts'
import { claimSpoolFolder, releaseSpoolFolder } from '../spool-folder.ts'
import type { StoreReader } from '../store-reader.ts'
import { advisedWorkspace, type AdvisedWorkspace } from './advised-workspace.ts'
import { askedStatements } from './asked-statements.ts'
import { findRollupHint } from './rollup-hint.ts'

export interface QueryAdvisorOptions {
  storeFile: string
  /** As it is now. */
  workspace: () => Pick<Workspace, 'tables' | 'rollups' | 'sources'>
  queries: Queries & StoreReader
  stateFolder: string
  entries: Pick<EngineEntries, 'queryProcess'>
  /** Longest search, milliseconds. */
  mostMs?: number
}

const nothing: AdviceFindings = {
  statements: 0,
  considered: 0,
  scanning: 0,
  tried: 0,
  indexes: [],
  rollups: [],
}

/** See the head of the file. */
export class QueryAdvisor implements Advisor {
  readonly #options: QueryAdvisorOptions
  readonly #changes = new Changes()
  #version = 1
  #run: AdviceRun | null = null
  #kill: (() => Promise<unknown>) | null = null
  #working: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: QueryAdvisorOptions) {
    this.#options = options
  }

  /** @throws AppError ENGINE_NOT_RUNNING */
  start(): AdviceStatus {
    if (this.#isClosed) throw new AppError('ENGINE_NOT_RUNNING', 'the engine has stopped')
    if (this.#run?.state === 'running') return this.#status()
    const run: AdviceRun = {
      ...{ id: randomUUID(), state: 'running', startedAt: Date.now(), endedAt: null },
      ...{ findings: nothing, error: null },
    }
    this.#show(run)
    this.#working = this.#work(run.id)
    return this.#status()
  }

  async watch(after: number | null, signal?: AbortSignal): Promise<AdviceStatus> {
    if (after !== null && after >= this.#version) await this.#changes.next(signal)
    return this.#status()
  }

  /** Its process has gone when this resolves. Does nothing where another one or none is under way. */
  async stop(id: string): Promise<AdviceStatus> {
    if (this.#end(id, 'cancelled', null)) {
      await this.#kill?.()
      await this.#working
    }
    return this.#status()
  }

  rollupFor(sql: string, elapsedMs: number): Promise<RollupHint | null> {
    return findRollupHint({ sql, elapsedMs }, this.#advised(), this.#options.queries)
  }

  /** Ends the one under way. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#run !== null) await this.stop(this.#run.id)
  }

  async #work(id: string): Promise<void> {
    try {
      const findings = await this.#search(id)
      this.#progress(id, findings)
      this.#end(id, 'done', null)
    } catch (error) {
      this.#end(id, 'failed', error)
    } finally {
      this.#kill = null
    }
  }

  async #search(id: string): Promise<AdviceFindings> {
    const { storeFile, queries, stateFolder, entries, mostMs = limits.adviceMs } = this.#options
    const asked = askedStatements(await queries.history('', Number.MAX_SAFE_INTEGER))
    if (!this.#isRunning(id) || asked.statements === 0) return nothing
    const folder = await claimSpoolFolder(path.join(stateFolder, 'results'))
    const { promise, resolve, reject } = Promise.withResolvers<AdviceFindings>()
    const open = { storeFile, folder, limits: defaultQueryLimits.process }
    const process = new QueryProcess(entries.queryProcess, open, {
      report: (report) => {
        if (report.kind === 'findings') this.#progress(id, report.findings)
        if (report.kind === 'advised') resolve(report.findings)
        if (report.kind === 'failed') reject(new AppError(report.fault.code, report.fault.message))
      },
      ended: (end, detail) => {
        reject(endedFault(end, detail))
      },
    })
    const timer = setTimeout(() => {
      reject(new AppError('QUERY_TIME_LIMIT', `The search took longer than ${durationWords(mostMs)}.`))
    }, mostMs)
    this.#kill = () => process.kill()
    try {
      // Cancelled while the folder was made: there was nothing to kill.
      if (!this.#isRunning(id)) return nothing
      process.order({ kind: 'advise', workspace: this.#advised(), asked })
      return await promise
    } finally {
      clearTimeout(timer)
      await process.kill()
      await releaseSpoolFolder(folder)
    }
  }

  #advised(): AdvisedWorkspace {
    return advisedWorkspace(this.#options.workspace())
  }

  #isRunning(id: string): boolean {
    return this.#run?.id === id && this.#run.state === 'running'
  }

  #progress(id: string, findings: AdviceFindings): void {
    if (this.#run !== null && this.#isRunning(id)) this.#show({ ...this.#run, findings })
  }

  /** @returns false where it has ended before, or is another one */
  #end(id: string, state: 'done' | 'failed' | 'cancelled', error: unknown): boolean {
    if (this.#run === null || !this.#isRunning(id)) return false
    const shape = error === null ? null : toErrorShape(error)
    this.#show({ ...this.#run, state, endedAt: Date.now(), error: shape })
    return true
  }

  #status(): AdviceStatus {
    return { version: this.#version, run: this.#run }
  }

  #show(run: AdviceRun): void {
    this.#run = run
    this.#version++
    this.#changes.announce()
  }
}

function endedFault(end: string, detail: string): AppError {
  if (end === 'memory')
    return new AppError('QUERY_MEMORY_LIMIT', 'A statement of the history needed too much memory.')
  return new AppError('QUERY_PROCESS_LOST', `The process that tries indexes ended (${detail}).`)
}
