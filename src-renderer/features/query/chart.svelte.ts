/** The chart beside a result: sampled rows, the plan that suits them, and what the person chose instead. One per tab. */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { ResultColumn } from '#contract/query.ts'
import type { ResultChartData, ResultChartType } from '../../charts/result-chart-option.ts'
import type { FetchPage } from '../../grid/row-source.ts'
import {
  chartColumns,
  chartData,
  leftOut,
  suggestPlan,
  type ChartColumn,
  type ChartPlan,
} from './chart-plan.ts'
import { takeSample, type Sample } from './chart-sample.ts'

interface Drawn {
  sample: Sample
  columns: ChartColumn[]
}

/** Rune state; nothing is read until the chart is shown. */
export class ChartState {
  isShown = $state(false)
  #drawn = $state.raw<Drawn | null>(null)
  #choice = $state.raw<ChartPlan | null>(null)
  #error = $state.raw<AppError | null>(null)
  #abort: AbortController | null = null

  /** Null until rows were read, and where nothing can be drawn. */
  get data(): ResultChartData | null {
    const { plan } = this
    return this.#drawn === null || plan === null
      ? null
      : chartData(plan, this.#drawn.columns, this.#drawn.sample.rows)
  }

  get sample(): Sample | null {
    return this.#drawn?.sample ?? null
  }

  get columns(): readonly ChartColumn[] {
    return this.#drawn?.columns ?? []
  }

  get error(): AppError | null {
    return this.#error
  }

  /** The chosen plan as long as its columns are there, else the suggested one. */
  get plan(): ChartPlan | null {
    const drawn = this.#drawn
    if (drawn === null) return null
    const chosen = this.#choice
    if (chosen !== null && chartData(chosen, drawn.columns, []) !== null) return chosen
    return suggestPlan(drawn.columns, drawn.sample.rows)
  }

  /** Values of the split column that are not drawn. */
  get leftOut(): number {
    const { plan, sample } = this
    return plan === null || sample === null ? 0 : leftOut(plan, sample.rows)
  }

  choose(change: Partial<ChartPlan>): void {
    const { plan } = this
    if (plan !== null) this.#choice = { ...plan, ...change }
  }

  setType(type: ResultChartType): void {
    this.choose({ type })
  }

  /** Reads rows for the chart; a reading under way is dropped. Never rejects. */
  async read(columns: readonly ResultColumn[], total: number, fetchPage: FetchPage): Promise<void> {
    this.#abort?.abort()
    const abort = new AbortController()
    this.#abort = abort
    try {
      const sample = await takeSample(fetchPage, total, abort.signal)
      if (abort.signal.aborted) return
      this.#drawn = { sample, columns: chartColumns(columns, sample.rows) }
      this.#error = null
    } catch (error) {
      if (!abort.signal.aborted) this.#error = fromErrorShape(toErrorShape(error))
    }
  }

  /** The result is another one; the person's choice stays for results with the same columns. */
  forget(): void {
    this.#abort?.abort()
    this.#drawn = null
    this.#error = null
  }
}
