/** What of the topics is listed, and how that stands in the address. Pure. */
import { type TopicListRequest, topicSort } from '#contract/topics.ts'
import { type ListFilter, listFilterOf, listParamsOf } from '../../ui/list-filter.ts'

export type TopicSort = TopicListRequest['sort']

export interface TopicFilter extends ListFilter<TopicSort> {
  /** Topics that the cluster keeps for itself, as well. */
  internal: boolean
}

const longestSearch = 249

/** The filter that an address asks for; by name where it asks for nothing. */
export function filterOf(params: Readonly<Record<string, string>>): TopicFilter {
  return {
    ...listFilterOf(params, { sorts: topicSort.options, usual: 'name', longestSearch }),
    internal: params['internal'] === 'yes',
  }
}

/** The inverse of {@link filterOf}; what is usual is left away. */
export function paramsOf({ internal, ...filter }: TopicFilter): Record<string, string> {
  return { ...listParamsOf(filter, 'name'), ...(internal ? { internal: 'yes' } : {}) }
}
