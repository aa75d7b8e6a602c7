/**
 * An engine over a snapshot: everything can be looked at, nothing runs, nothing connects, nothing is written. Main process;
 * several may have the same file open.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { Problem } from '#contract/workspace.ts'
import type { LiveEvent } from '#contract/live.ts'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Column, Workspace } from '../workspace/model.ts'
import type { Clusters, Engine, EnginePorts, Snapshots } from './engine-api.ts'
import { LazyQueries } from './lazy-queries.ts'
import { QueryAdvisor } from './query/advice/query-advisor.ts'
import { openQueryPool, type QueryPool } from './query/query-pool.ts'
import type { FoundSnapshot } from './snapshots/open-snapshot.ts'
import { type StartedProcess, startSnapshotProcess } from './snapshots/snapshot-process.ts'
import { StoredClusters } from './stored-clusters.ts'
import { StoredDeadLetters } from './watch/history/dead-letters.ts'
import { StoredEvents } from './watch/history/events.ts'
import { readFigures } from './watch/history/stored-figures.ts'
import { StoredStatistics } from './watch/history/statistics.ts'
import { EngineFeed } from './watch/live-feed.ts'

/** A console takes figures for stale that are not renewed. */
const renewMs = 1000
const nothingRuns = 'this is a snapshot: nothing runs, and nothing is connected'

/** @param workspace what the snapshot holds, read */
export function createSnapshotEngine(found: FoundSnapshot, workspace: Workspace, ports: EnginePorts): Engine {
  return new SnapshotEngine(found, workspace, ports)
}

class SnapshotEngine implements Engine {
  readonly startedAt = Date.now()
  readonly storeFile: string
  readonly sourceColumns: Engine['sourceColumns']
  readonly queries = new LazyQueries()
  readonly live: EngineFeed
  readonly statistics: StoredStatistics
  readonly deadLetters: StoredDeadLetters
  readonly clusters: Clusters
  readonly snapshots: Snapshots
  readonly advisor: QueryAdvisor
  readonly #workspace: Workspace
  readonly #ports: EnginePorts
  readonly #takenAt: number
  readonly #events: StoredEvents
  #pool: QueryPool | null = null
  #check: StartedProcess | null = null
  #renewing: NodeJS.Timeout | null = null

  constructor({ facts, columns }: FoundSnapshot, workspace: Workspace, ports: EnginePorts) {
    this.storeFile = facts.file
    this.#takenAt = facts.takenAt
    this.#workspace = workspace
    this.#ports = ports
    this.sourceColumns = usedColumns(workspace, columns)
    this.live = new EngineFeed(
      {
        sources: workspace.sources.map(({ name, topic, input, latenessMs }) => ({
          name,
          topic,
          kind: input.kind,
          latenessMs,
        })),
        connections: workspace.connections.map(({ name }) => name),
        storeMode: 'disk',
        limitBytes: null,
        budgetBytes: null,
      },
      randomUUID(),
    )
    this.statistics = new StoredStatistics(this.queries)
    this.deadLetters = new StoredDeadLetters(this.queries)
    this.#events = new StoredEvents(this.queries)
    this.clusters = new StoredClusters(this.queries, workspace, () => this.live.snapshot)
    this.advisor = new QueryAdvisor({
      ...{ storeFile: this.storeFile, queries: this.queries, ...ports },
      workspace: () => workspace,
    })
    this.snapshots = {
      start: refuse,
      watch: (_after, signal) => untilAborted(signal),
      cancel: () => Promise.resolve({ version: 1, run: null, nextAt: null }),
    }
  }

  async start(): Promise<void> {
    const { entries, stateFolder, logger } = this.#ports
    const spoolFolder = path.join(stateFolder, 'results')
    try {
      this.#pool = await openQueryPool({
        storeFile: this.storeFile,
        spoolFolder,
        stateFolder,
        entries,
        logger,
      })
      this.queries.attach(this.#pool)
      const figures = await readFigures(this.queries, this.#workspace.tables, this.#takenAt)
      for (const { name } of this.#workspace.sources)
        this.live.sourceState(name, { state: 'ended', reason: nothingRuns })
      this.#show('snapshot', nothingRuns)
      this.live.figures(figures)
    } catch (error) {
      await this.stop()
      throw error
    }
    void this.#readThrough()
  }

  async stop(): Promise<void> {
    if (this.#renewing !== null) clearInterval(this.#renewing)
    await this.#check?.kill()
    await this.advisor.close()
    this.queries.detach()
    await this.#pool?.stop()
    this.#pool = null
    this.live.engineState('stopped', '')
    this.live.close()
  }

  check(): Promise<Problem[]> {
    return Promise.resolve([])
  }

  change(): Promise<boolean> {
    return Promise.resolve(false)
  }

  pause(): Promise<void> {
    return Promise.reject(new AppError('SNAPSHOT_ONLY', nothingRuns))
  }

  resume(): Promise<void> {
    return this.pause()
  }

  listEvents(options: { before?: number | undefined; limit: number }): Promise<LiveEvent[]> {
    return this.#events.list(options)
  }

  #show(state: 'snapshot' | 'failed', reason: string): void {
    if (this.#renewing !== null) clearInterval(this.#renewing)
    this.live.engineState(state, reason)
    this.#renewing = setInterval(() => {
      this.live.engineState(state, reason)
    }, renewMs)
    this.#renewing.unref()
  }

  /** A damaged page is found only where it is read: all of them are, in a process of its own, while people look. */
  async #readThrough(): Promise<void> {
    const { entries, logger } = this.#ports
    this.#check = startSnapshotProcess(
      entries.snapshotProcess,
      { kind: 'check', storeFile: this.storeFile },
      () => undefined,
    )
    try {
      const result = await this.#check.result
      if (result.kind !== 'checked' || result.faults.length === 0) return
      const words = `the snapshot is damaged, and what it shows may be wrong: ${result.faults[0] ?? ''}`
      logger.error({ file: this.storeFile, faults: result.faults }, words)
      this.#show('failed', words)
    } catch (error) {
      logger.info({ err: error }, 'the snapshot was not read through')
    }
  }
}

function refuse(): never {
  throw new AppError('SNAPSHOT_ONLY', nothingRuns)
}

/** No snapshot is ever taken of one: whoever waits for that waits. */
async function untilAborted(signal: AbortSignal | undefined): ReturnType<Snapshots['watch']> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, limits.longPollMs)
    timer.unref()
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
  signal?.throwIfAborted()
  return { version: 1, run: null, nextAt: null }
}

function usedColumns(workspace: Workspace, columns: string): Engine['sourceColumns'] {
  const stored = JSON.parse(columns) as Record<string, readonly Column[]>
  return new Map(
    workspace.sources.map((source) => {
      const used = { columns: source.columns ?? stored[source.name] ?? [], inferred: source.columns === null }
      return [source.name, used]
    }),
  )
}
