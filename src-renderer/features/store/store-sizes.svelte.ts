/** Sizes of the store over the period, asked for while the store is seen. Lives as long as the page. */
import type { Range, Series } from '#contract/statistics.ts'
import { HistoryPeriod } from '../../charts/history-period.svelte.ts'
import type { App } from '../../state/app.ts'
import { historyNow } from '../../state/history-now.ts'
import { Polled } from '../../state/polled.svelte.ts'
import { keptState } from '../../state/view.ts'

const everyMs = 1000

export class StoreSizes {
  readonly period = new HistoryPeriod()
  readonly history: Polled<{ range: Range; series: Series }>

  constructor({ client, growth }: Pick<App, 'client' | 'growth'>) {
    this.history = new Polled({
      everyMs,
      load: async (signal) => {
        const range = this.period.request(historyNow())
        const series = await client.statistics.storeSize(range, { signal })
        if (!signal.aborted) {
          this.period.learn(series)
          growth.recall(series)
        }
        return { range, series }
      },
    })
  }

  /** Begins to ask; the result stops it. */
  start(): () => void {
    return this.history.start()
  }
}

export const storeSizes = keptState((app) => new StoreSizes(app))
