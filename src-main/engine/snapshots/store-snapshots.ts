/**
 * Takes snapshots of one store, one at a time, and tells how far they are. Each is made by a process of its own, so that
 * neither the store thread nor this process waits for it, and that it can be ended at once. Main process; opened by the
 * engine, and by the command line over a store file.
 */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { AppError, toErrorShape } from '#contract/errors.ts'
import type { SnapshotRun, SnapshotStatus } from '#contract/snapshots.ts'
import { Changes } from '../signals/changes.ts'
import { forgetDeadCopies } from '../signals/store-copies.ts'
import type { EngineEntries, Snapshots } from '../engine-api.ts'
import type { CopiedWorkspace, SnapshotReport } from './process-messages.ts'
import { type StartedProcess, startSnapshotProcess } from './snapshot-process.ts'
import { snapshotTarget } from './target.ts'
import { removeLeftovers } from './temporary-files.ts'

export interface StoreSnapshotsOptions {
  storeFile: string
  workspace: () => CopiedWorkspace
  entries: Pick<EngineEntries, 'snapshotProcess'>
  /** Version of Penstock. */
  version: string
  /** Told of each one that has ended, with what was removed in its favour. */
  ended?: (run: SnapshotRun, removed: readonly string[]) => void
}

export interface SnapshotWish {
  /** Absolute path. */
  file: string
  /** For scheduled ones, how many of them stay in the folder. */
  keep?: number
}

/** See the head of the file. */
export class StoreSnapshots implements Snapshots {
  readonly #options: StoreSnapshotsOptions
  readonly #changes = new Changes()
  #version = 1
  #run: SnapshotRun | null = null
  #process: StartedProcess | null = null
  #working: Promise<void> | null = null
  #nextAt: number | null = null
  #isStopped = false

  constructor(options: StoreSnapshotsOptions) {
    this.#options = options
  }

  status(): SnapshotStatus {
    return { version: this.#version, run: this.#run, nextAt: this.#nextAt }
  }

  get isRunning(): boolean {
    return this.#run !== null && this.#run.endedAt === null
  }

  /** When the next one is due, for those who look. */
  planNext(at: number | null): void {
    this.#nextAt = at
    this.#changed()
  }

  async watch(after: number | null, signal?: AbortSignal): Promise<SnapshotStatus> {
    if (after !== null && after >= this.#version) await this.#changes.next(signal)
    return this.status()
  }

  /** @param file absolute, or relative to the folder of the workspace. @throws AppError SNAPSHOT_RUNNING, ENGINE_NOT_RUNNING */
  start(file: string): SnapshotStatus {
    const workspace = this.#options.workspace()
    void this.begin({ file: path.resolve(path.dirname(workspace.file), file) })
    return this.status()
  }

  /** As {@link start}. @returns resolves with how it ended; never rejects */
  begin(wish: SnapshotWish): Promise<SnapshotRun> {
    if (this.#isStopped) throw new AppError('ENGINE_NOT_RUNNING', 'the engine has stopped')
    if (this.isRunning)
      throw new AppError('SNAPSHOT_RUNNING', `the snapshot ${this.#run?.file ?? ''} is being taken`)
    const run: SnapshotRun = {
      id: randomUUID(),
      state: 'copying',
      file: wish.file,
      scheduled: wish.keep !== undefined,
      startedAt: Date.now(),
      endedAt: null,
      bytes: 0,
      totalBytes: 0,
      bytesPerSecond: 0,
      leftMs: null,
      error: null,
    }
    this.#show(run)
    const ended = Promise.withResolvers<SnapshotRun>()
    this.#working = this.#work(run, wish).then(() => {
      ended.resolve(this.#run ?? run)
    })
    return ended.promise
  }

  /** Nothing is left of it when this resolves. Does nothing where another one or none is under way. */
  async cancel(id: string): Promise<SnapshotStatus> {
    const run = this.#run
    if (run?.id !== id || run.endedAt !== null) return this.status()
    this.#show({ ...run, state: 'cancelled', endedAt: Date.now(), leftMs: null })
    await this.#killProcess()
    return this.status()
  }

  /** Ends the one under way, which has failed then: nobody cancelled it. Safe to call twice. */
  async stop(): Promise<void> {
    this.#isStopped = true
    const run = this.#run
    if (run === null || run.endedAt !== null) return
    const error = new AppError('SNAPSHOT_FAILED', 'the engine stopped before it was finished')
    this.#end({ ...run, state: 'failed', endedAt: Date.now(), leftMs: null, error: toErrorShape(error) }, [])
    await this.#killProcess()
  }

  async #killProcess(): Promise<void> {
    await this.#process?.kill()
    await this.#working
  }

  async #work(run: SnapshotRun, wish: SnapshotWish): Promise<void> {
    try {
      await this.#copy(run, wish)
    } catch (error) {
      if (!this.#isCurrent(run)) return
      const known = this.#run ?? run
      this.#end(
        { ...known, state: 'failed', endedAt: Date.now(), leftMs: null, error: toErrorShape(error) },
        [],
      )
    } finally {
      this.#process = null
      removeLeftovers(path.dirname(run.file))
      forgetDeadCopies(this.#options.storeFile)
    }
  }

  async #copy(run: SnapshotRun, wish: SnapshotWish): Promise<void> {
    const { storeFile, workspace, entries, version } = this.#options
    const target = await snapshotTarget(wish.file, storeFile)
    removeLeftovers(path.dirname(target))
    if (!this.#isCurrent(run)) return
    const order = {
      ...{ kind: 'copy' as const, storeFile, target, workspace: workspace(), penstock: version },
      scheduled: wish.keep !== undefined,
      keep: wish.keep ?? null,
    }
    this.#process = startSnapshotProcess(entries.snapshotProcess, order, (report) => {
      if (this.#isCurrent(run)) this.#progress(report)
    })
    const result = await this.#process.result
    if (!this.#isCurrent(run) || result.kind !== 'copied') return
    const { bytes, removed } = result
    const known = this.#run ?? run
    this.#end(
      { ...known, state: 'done', bytes, totalBytes: bytes, leftMs: null, endedAt: Date.now() },
      removed,
    )
  }

  /** Whether it is still under way: a cancelled one has its last word already. */
  #isCurrent({ id }: SnapshotRun): boolean {
    return this.#run?.id === id && this.#run.endedAt === null
  }

  #progress(report: SnapshotReport): void {
    const run = this.#run
    if (run === null) return
    if (report.kind === 'checking') this.#show({ ...run, state: 'checking', leftMs: null })
    if (report.kind !== 'progress') return
    const { bytes, totalBytes } = report
    const seconds = (Date.now() - run.startedAt) / 1000
    const bytesPerSecond = seconds === 0 ? 0 : bytes / seconds
    const leftMs = bytesPerSecond === 0 ? null : ((totalBytes - bytes) / bytesPerSecond) * 1000
    this.#show({ ...run, bytes, totalBytes, bytesPerSecond, leftMs })
  }

  #end(run: SnapshotRun, removed: readonly string[]): void {
    this.#show(run)
    this.#options.ended?.(run, removed)
  }

  #show(run: SnapshotRun): void {
    this.#run = run
    this.#changed()
  }

  #changed(): void {
    this.#version++
    this.#changes.announce()
  }
}
