/** Gathers the figures that the store thread publishes, from what has committed. */
import type { Database } from 'better-sqlite3'
import { statSync } from 'node:fs'
import type { LiveLookup } from '#contract/live.ts'
import { stepKey } from '../store/batch-log.ts'
import type { BatchWriter } from '../store/batch-writer.ts'
import { latencyQuantiles } from '../store/latency.ts'
import { UsedBytes } from '../store/store-budget.ts'
import type { FeedFigures } from '../watch/feed-input.ts'
import { nowMs } from './thread-calls.ts'
import type { StoreFigures } from './thread-messages.ts'

const latencyWindowMs = 10_000
const mostRuns = 20_000

/** What the workspace has in the store. */
interface PlannedRelations {
  /** Tables as far as their steps are named. */
  tables: readonly { name: string; steps: readonly { name: string }[] }[]
  rollups: { figures(): FeedFigures['rollups'] }
  backfills: { figures(): FeedFigures['backfills'] }
}

export class StoreFigureSource {
  readonly #file: string
  readonly #writer: BatchWriter
  /** Keys of the steps that run, in their order; the store also has the totals of steps that a workspace had once. */
  readonly #steps: readonly string[]
  readonly #rollups: PlannedRelations['rollups']
  readonly #backfills: PlannedRelations['backfills']
  readonly #lookups
  readonly #size
  #latencies: { at: number; runs: Float64Array }[] = []

  constructor(
    database: Database,
    file: string,
    writer: BatchWriter,
    { tables, rollups, backfills }: PlannedRelations,
  ) {
    this.#file = file
    this.#writer = writer
    this.#rollups = rollups
    this.#backfills = backfills
    this.#steps = tables.flatMap(({ name, steps }) => steps.map((step) => stepKey(name, step.name)))
    this.#size = new UsedBytes(database)
    this.#lookups = database.prepare<[], LiveLookup>(
      'SELECT name, rows, loaded_at AS loadedAt, problem FROM sys_lookups ORDER BY name',
    )
  }

  noteLatency(runs: Float64Array): void {
    this.#latencies.push({ at: nowMs(), runs })
    if (this.#latencies.length > mostRuns) this.#latencies.shift()
  }

  /** Size of the write-ahead log. */
  get logBytes(): number {
    return sizeOf(`${this.#file}-wal`)
  }

  /** @param full why the store takes no writes, or empty */
  read(full: string): StoreFigures {
    const at = nowMs()
    const writer = this.#writer
    const { used, free } = this.#size.read()
    this.#latencies = this.#latencies.filter((entry) => entry.at > at - latencyWindowMs)
    return {
      kind: 'figures',
      at: Math.floor(at),
      state: full === '' ? 'running' : 'full',
      reason: full,
      topics: [...writer.topics.totals.values()],
      positions: writer.positions.committed,
      gaps: writer.gaps.totals,
      eventTimes: writer.watermarks.totals,
      steps: this.#steps.flatMap((key) => writer.batches.totals.get(key) ?? []),
      tables: writer.tables.map(({ name, source, counts, rowBytes }) => {
        const { rows, landed, updated, deleted, stale, duplicates, evicted, oldestAt, newestAt } = counts
        const changed = { updated, deleted, stale, duplicates }
        const bytes = Math.round(rows * rowBytes)
        return { name, source, rows, landed, ...changed, evicted, bytes, oldestAt, newestAt }
      }),
      lookups: this.#lookups.all(),
      rollups: this.#rollups.figures(),
      backfills: this.#backfills.figures(),
      latency: latencyQuantiles(this.#latencies.map((entry) => entry.runs)),
      dead: writer.deadLetters.counts,
      bytes: used + free,
      usedBytes: used,
      walBytes: this.logBytes,
      batches: writer.batches.batches,
      events: [...writer.events.newest],
    }
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
