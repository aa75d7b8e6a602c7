/** What the groups views ask the engine for: pages of the list, one group, its history. Lives as long as the page. */
import type { GroupDetail, GroupRow } from '#contract/groups.ts'
import type { Range, Series } from '#contract/statistics.ts'
import { HistoryPeriod } from '../../charts/history-period.svelte.ts'
import type { App } from '../../state/app.ts'
import { PagedList } from '../../state/paged-list.svelte.ts'
import { Polled } from '../../state/polled.svelte.ts'
import { keptState } from '../../state/view.ts'
import type { PenstockClient } from '../../transport/client.ts'
import type { GroupFilter } from './group-filter.ts'

/** When the list was measured, how often it is, and what could not be seen. */
export interface GroupsAbout {
  at: number | null
  intervalMs: number
  notSeen: readonly string[]
}

export interface RangedSeries {
  range: Range
  series: Series
}

/** A group of a connection. */
export interface GroupAddress {
  connection: string
  group: string
}

interface ListRequest extends GroupFilter {
  connection: string
}

type Client = Pick<PenstockClient, 'groups'>

export class GroupState {
  readonly #client: Client
  readonly period = new HistoryPeriod()
  readonly detail: Polled<GroupDetail>
  readonly history: Polled<RangedSeries>
  #address: GroupAddress = { connection: '', group: '' }
  /** Where the table of partitions was scrolled to, pixels. */
  partitionsTop = $state(0)

  constructor(client: Client) {
    this.#client = client
    this.detail = new Polled({
      everyMs: 1000,
      load: (signal) => client.groups.get(this.#address, { signal }),
    })
    this.history = new Polled({ everyMs: 1000, load: (signal) => this.#loadHistory(signal) })
  }

  /** Asks about one group until stopped; what is known of another is forgotten. */
  start(address: GroupAddress): () => void {
    if (address.connection !== this.#address.connection || address.group !== this.#address.group) {
      this.#address = { connection: address.connection, group: address.group }
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
    const series = await this.#client.groups.history({ ...range, ...this.#address }, { signal })
    if (!signal.aborted) this.period.learn(series)
    return { range, series }
  }
}

export class GroupsState {
  readonly list: PagedList<ListRequest, GroupRow, GroupsAbout>
  readonly one: GroupState
  /** Of the list's address as it was left, for the way back from one group. */
  listParams = $state.raw<Readonly<Record<string, string>>>({})

  constructor({ client }: Pick<App, 'client'>) {
    this.list = new PagedList({
      nameOf: ({ id }) => id,
      load: async (request, window, signal) => {
        const { total, groups, ...about } = await client.groups.list({ ...request, ...window }, { signal })
        return { total, rows: groups, about }
      },
    })
    this.one = new GroupState(client)
  }
}

export const groupsState = keptState((app) => new GroupsState(app))
