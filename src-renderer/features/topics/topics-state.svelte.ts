/** What the topics views ask the engine for: pages of the list, one topic, its history. Lives as long as the page. */
import type { Range, Series } from '#contract/statistics.ts'
import type { TopicDetail, TopicRow } from '#contract/topics.ts'
import { HistoryPeriod } from '../../charts/history-period.svelte.ts'
import type { App } from '../../state/app.ts'
import { PagedList } from '../../state/paged-list.svelte.ts'
import { Polled } from '../../state/polled.svelte.ts'
import { keptState } from '../../state/view.ts'
import type { PenstockClient } from '../../transport/client.ts'
import type { TopicFilter } from './topic-filter.ts'

/** When the list was measured, and how often it is. */
export interface Measured {
  at: number | null
  intervalMs: number
}

export interface RangedSeries {
  range: Range
  series: Series
}

/** A topic of a connection. */
export interface TopicAddress {
  connection: string
  topic: string
}

interface ListRequest extends TopicFilter {
  connection: string
}

type Client = Pick<PenstockClient, 'topics'>

export class TopicState {
  readonly #client: Client
  readonly period = new HistoryPeriod()
  readonly detail: Polled<TopicDetail>
  readonly history: Polled<RangedSeries>
  #address: TopicAddress = { connection: '', topic: '' }
  /** Where the table of partitions was scrolled to, pixels. */
  partitionsTop = $state(0)

  constructor(client: Client) {
    this.#client = client
    this.detail = new Polled({
      everyMs: 1000,
      load: (signal) => client.topics.get(this.#address, { signal }),
    })
    this.history = new Polled({ everyMs: 1000, load: (signal) => this.#loadHistory(signal) })
  }

  /** Asks about one topic until stopped; what is known of another is forgotten. */
  start(address: TopicAddress): () => void {
    if (address.connection !== this.#address.connection || address.topic !== this.#address.topic) {
      this.#address = { connection: address.connection, topic: address.topic }
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

  async #loadHistory(signal: AbortSignal): Promise<RangedSeries> {
    const range = this.period.request(Date.now())
    const series = await this.#client.topics.history({ ...range, ...this.#address }, { signal })
    if (!signal.aborted) this.period.learn(series)
    return { range, series }
  }
}

export class TopicsState {
  readonly list: PagedList<ListRequest, TopicRow, Measured>
  readonly one: TopicState
  /** Of the list's address as it was left, for the way back from one topic. */
  listParams = $state.raw<Readonly<Record<string, string>>>({})

  constructor({ client }: Pick<App, 'client'>) {
    this.list = new PagedList({
      nameOf: ({ name }) => name,
      load: async (request, window, signal) => {
        const { total, topics, at, intervalMs } = await client.topics.list(
          { ...request, ...window },
          { signal },
        )
        return { total, rows: topics, about: { at, intervalMs } }
      },
    })
    this.one = new TopicState(client)
  }
}

export const topicsState = keptState((app) => new TopicsState(app))
