/** What the topics views ask the engine for: pages of the list, one topic, its history. Lives as long as the page. */
import type { TopicDetail, TopicRow } from '#contract/topics.ts'
import type { App } from '../../state/app.ts'
import { MeasuredItem } from '../../state/measured-item.svelte.ts'
import { PagedList } from '../../state/paged-list.svelte.ts'
import { keptState } from '../../state/view.ts'
import type { TopicFilter } from './topic-filter.ts'

/** When the list was measured, and how often it is. */
export interface Measured {
  at: number | null
  intervalMs: number
}

interface ListRequest extends TopicFilter {
  connection: string
}

export type TopicState = MeasuredItem<TopicDetail>

export class TopicsState {
  readonly list: PagedList<ListRequest, TopicRow, Measured>
  readonly one: TopicState
  /** Of the list's address as it was left, for the way back from one topic. */
  listParams = $state.raw<Readonly<Record<string, string>>>({})

  constructor({ client }: Pick<App, 'client'>) {
    this.list = new PagedList({
      nameOf: ({ name }) => name,
      load: async (request, window, signal) => {
        const { total, topics, ...about } = await client.topics.list({ ...request, ...window }, { signal })
        return { total, rows: topics, about }
      },
    })
    this.one = new MeasuredItem({
      detail: ({ connection, name }, signal) => client.topics.get({ connection, topic: name }, { signal }),
      history: ({ connection, name }, range, signal) =>
        client.topics.history({ ...range, connection, topic: name }, { signal }),
    })
  }
}

export const topicsState = keptState((app) => new TopicsState(app))
