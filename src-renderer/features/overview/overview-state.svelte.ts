/** What the overview asks the engine for: throughput and latency over the period. Lives as long as the page. */
import type { Range, Series } from '#contract/statistics.ts'
import { type Period, periodOf } from '../../charts/period.svelte.ts'
import { rangeRequest } from '../../charts/ranges.ts'
import type { App } from '../../state/app.ts'
import { Polled } from '../../state/polled.svelte.ts'
import type { RangedSeries } from '../../state/polled-history.ts'
import { historyNow } from '../../state/history-now.ts'
import { keptState } from '../../state/view.ts'

const everyMs = 1000

export class OverviewState {
  readonly period: Period
  readonly throughput: Polled<RangedSeries>
  readonly latency: Polled<RangedSeries>

  constructor(app: App) {
    const { client } = app
    this.period = periodOf(app)
    const request = (): Range => rangeRequest(this.period.name, historyNow())
    this.throughput = new Polled({
      everyMs,
      load: async (signal) => {
        const range = request()
        return { range, series: await client.statistics.throughput(range, { signal }) }
      },
    })
    this.latency = new Polled({
      everyMs,
      load: async (signal) => {
        const range = request()
        return { range, series: await client.statistics.latency(range, { signal }) }
      },
    })
  }

  /** Asks every second; the result stops it. */
  start(): () => void {
    const stops = [this.throughput.start(), this.latency.start()]
    return () => {
      for (const stop of stops) stop()
    }
  }
}

export const overviewState = keptState((app) => new OverviewState(app))

/** Highest sum over all lines, and when; null where nothing was measured. */
export function peakOf({ at, lines }: Series): { value: number; at: number } | null {
  let peak: { value: number; at: number } | null = null
  for (const [index, time] of at.entries()) {
    const measured = lines.flatMap((line) => line.values[index] ?? [])
    if (measured.length === 0) continue
    const value = measured.reduce((sum, each) => sum + each, 0)
    if (peak === null || value > peak.value) peak = { value, at: time }
  }
  return peak
}
