/**
 * One thing of a cluster that is measured again and again, a topic or a group: its figures now, its history, and where the
 * person was in it. Lives as long as the page.
 */
import type { Range, Series } from '#contract/statistics.ts'
import { HistoryPeriod } from '../charts/history-period.svelte.ts'
import { Polled } from './polled.svelte.ts'
import { polledHistory, type RangedSeries } from './polled-history.ts'

const everyMs = 1000

/** Which one it is. */
export interface ItemAddress {
  connection: string
  name: string
}

interface Calls<Detail> {
  detail: (address: ItemAddress, signal: AbortSignal) => Promise<Detail>
  history: (address: ItemAddress, range: Range, signal: AbortSignal) => Promise<Series>
}

export class MeasuredItem<Detail> {
  readonly period = new HistoryPeriod()
  readonly detail: Polled<Detail>
  readonly history: Polled<RangedSeries>
  #address: ItemAddress = { connection: '', name: '' }
  /** Where the table of partitions was scrolled to, pixels. */
  partitionsTop = $state(0)

  constructor(calls: Calls<Detail>) {
    this.detail = new Polled({ everyMs, load: (signal) => calls.detail(this.#address, signal) })
    this.history = polledHistory(this.period, (range, signal) => calls.history(this.#address, range, signal))
  }

  /** Asks about one of them until stopped; what is known of another is forgotten. */
  start({ connection, name }: ItemAddress): () => void {
    if (connection !== this.#address.connection || name !== this.#address.name) {
      this.#address = { connection, name }
      this.partitionsTop = 0
      this.period.forget()
      this.detail.reset()
      this.history.reset()
    }
    const stops = [this.detail.start(), this.history.start()]
    return () => {
      for (const stop of stops) stop()
    }
  }
}
