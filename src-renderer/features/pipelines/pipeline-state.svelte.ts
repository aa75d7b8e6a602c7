/** What the page of one table asks the engine for: measures over the period, its last failure. Lives as long as the page. */
import type { DeadLetterDetail } from '#contract/dead-letters.ts'
import type { PipelineStatistics, Range } from '#contract/statistics.ts'
import { type Period, periodOf } from '../../charts/period.svelte.ts'
import { rangeRequest } from '../../charts/ranges.ts'
import type { App } from '../../state/app.ts'
import { Polled } from '../../state/polled.svelte.ts'
import { historyNow } from '../../state/history-now.ts'
import { keptState } from '../../state/view.ts'
import { BatchesState } from './batches-state.svelte.ts'

export interface RangedStatistics {
  range: Range
  statistics: PipelineStatistics
}

/** The table that is open, and the source that feeds it. */
export interface OpenTable {
  table: string
  source: string
}

const statisticsEveryMs = 1000
const failureEveryMs = 2000
/** Where records fail before the steps of any table. */
const sourceSteps = ['decode', 'event_time']

export class PipelineState {
  readonly #app: App
  readonly period: Period
  readonly statistics: Polled<RangedStatistics>
  /** Newest dead letter of the table's own steps, or of its source; `letter` is null where there is none. */
  readonly failure: Polled<{ letter: DeadLetterDetail | null }>
  readonly batches: BatchesState
  #open: OpenTable | null = null

  constructor(app: App) {
    this.#app = app
    this.period = periodOf(app)
    this.batches = new BatchesState(app.client)
    this.statistics = new Polled({
      everyMs: statisticsEveryMs,
      load: (signal) => this.#loadStatistics(signal),
    })
    this.failure = new Polled({ everyMs: failureEveryMs, load: (signal) => this.#loadFailure(signal) })
  }

  /** Asks about one table until stopped; what is known of another is forgotten. */
  start(open: OpenTable): () => void {
    const isOther = this.#open?.table !== open.table || this.#open.source !== open.source
    this.#open = open
    if (isOther) {
      this.statistics.reset()
      this.failure.reset()
      this.batches.open(open.source)
    }
    const stops = [this.statistics.start(), this.failure.start(), this.batches.start()]
    return () => {
      for (const stop of stops) stop()
    }
  }

  async #loadStatistics(signal: AbortSignal): Promise<RangedStatistics> {
    const range = rangeRequest(this.period.name, historyNow())
    const table = this.#open?.table ?? ''
    return { range, statistics: await this.#app.client.statistics.pipeline({ ...range, table }, { signal }) }
  }

  async #loadFailure(signal: AbortSignal): Promise<{ letter: DeadLetterDetail | null }> {
    const { deadLetters } = this.#app.client
    const { table, source } = this.#open ?? { table: '', source: '' }
    const lists = await Promise.all([
      deadLetters.list({ table, limit: 1 }, { signal }),
      ...sourceSteps.map((step) => deadLetters.list({ source, step, limit: 1 }, { signal })),
    ])
    const [newest] = lists.flatMap(({ letters }) => letters).sort((left, right) => right.id - left.id)
    if (newest === undefined) return { letter: null }
    const known = this.failure.data?.letter
    if (known?.id === newest.id) return { letter: known }
    return { letter: await deadLetters.get({ id: newest.id }, { signal }) }
  }
}

export const pipelineState = keptState((app) => new PipelineState(app))
