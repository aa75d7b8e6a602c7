/** Gathers the figures that the store thread publishes, from what has committed. */
import type { Database } from 'better-sqlite3'
import { statSync } from 'node:fs'
import type { LiveLookup } from '#contract/live.ts'
import type { BatchWriter } from '../store/batch-writer.ts'
import { latencyQuantiles } from '../store/latency.ts'
import { rowsOf } from '../store/retained-table.ts'
import { nowMs } from './thread-calls.ts'
import type { StoreFigures } from './thread-messages.ts'

const latencyWindowMs = 10_000
const mostRuns = 20_000

export class StoreFigureSource {
  readonly #file: string
  readonly #writer: BatchWriter
  readonly #lookups
  #latencies: { at: number; runs: Float64Array }[] = []

  constructor(database: Database, file: string, writer: BatchWriter) {
    this.#file = file
    this.#writer = writer
    this.#lookups = database.prepare<[], LiveLookup>(
      'SELECT name, rows, loaded_at AS loadedAt, problem FROM sys_lookups ORDER BY name',
    )
  }

  noteLatency(runs: Float64Array): void {
    this.#latencies.push({ at: nowMs(), runs })
    if (this.#latencies.length > mostRuns) this.#latencies.shift()
  }

  /** @param full why the store takes no writes, or empty */
  read(full: string): StoreFigures {
    const at = nowMs()
    const writer = this.#writer
    this.#latencies = this.#latencies.filter((entry) => entry.at > at - latencyWindowMs)
    return {
      kind: 'figures',
      at: Math.floor(at),
      state: full === '' ? 'running' : 'full',
      reason: full,
      topics: [...writer.topics.totals.values()],
      steps: [...writer.batches.totals.values()],
      tables: writer.tables.map(({ name, source, committedState }) => {
        const { landed, evicted, oldestAt, newestAt } = committedState
        return { name, source, rows: rowsOf(committedState), landed, evicted, oldestAt, newestAt }
      }),
      lookups: this.#lookups.all(),
      latency: latencyQuantiles(this.#latencies.map((entry) => entry.runs)),
      dead: writer.deadLetters.counts,
      bytes: sizeOf(this.#file),
      walBytes: sizeOf(`${this.#file}-wal`),
      batches: writer.batches.batches,
      events: [...writer.events.newest],
    }
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
