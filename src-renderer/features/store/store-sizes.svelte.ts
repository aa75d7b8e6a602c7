/** Sizes of the store over the period, asked for while the store is seen. Lives as long as the page. */
import { HistoryPeriod } from '../../charts/history-period.svelte.ts'
import type { App } from '../../state/app.ts'
import type { Polled } from '../../state/polled.svelte.ts'
import { polledHistory, type RangedSeries } from '../../state/polled-history.ts'
import { keptState } from '../../state/view.ts'

export class StoreSizes {
  readonly period = new HistoryPeriod()
  readonly history: Polled<RangedSeries>

  constructor({ client, growth }: Pick<App, 'client' | 'growth'>) {
    this.history = polledHistory(this.period, async (range, signal) => {
      const series = await client.statistics.storeSize(range, { signal })
      if (!signal.aborted) growth.recall(series)
      return series
    })
  }

  /** Begins to ask; the result stops it. */
  start(): () => void {
    return this.history.start()
  }
}

export const storeSizes = keptState((app) => new StoreSizes(app))
