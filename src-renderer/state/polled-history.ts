/** A local history that is asked for again and again, over the part of it that a chart shows. */
import type { Range, Series } from '#contract/statistics.ts'
import type { HistoryPeriod } from '../charts/history-period.svelte.ts'
import { historyNow } from './history-now.ts'
import { Polled } from './polled.svelte.ts'

const everyMs = 1000

/** A series with the range it was asked for. */
export interface RangedSeries {
  range: Range
  series: Series
}

/** @param period learns from each answer where the history begins */
export function polledHistory(
  period: HistoryPeriod,
  load: (range: Range, signal: AbortSignal) => Promise<Series>,
): Polled<RangedSeries> {
  return new Polled({
    everyMs,
    load: async (signal) => {
      const range = period.request(historyNow())
      const series = await load(range, signal)
      if (!signal.aborted) period.learn(series)
      return { range, series }
    },
  })
}
