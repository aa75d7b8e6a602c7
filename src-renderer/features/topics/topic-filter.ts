/** What of the topics is listed, and how that stands in the address. Pure. */
import { type TopicListRequest, topicSort } from '#contract/topics.ts'
import type { SortOrder } from '../../ui/sort-order.ts'

export type TopicSort = TopicListRequest['sort']

export interface TopicFilter extends SortOrder<TopicSort> {
  search: string
  /** Topics that the cluster keeps for itself, as well. */
  internal: boolean
}

const longestSearch = 249

/** The filter that an address asks for; by name where it asks for nothing. */
export function filterOf(params: Readonly<Record<string, string>>): TopicFilter {
  const sort = topicSort.safeParse(params['sort'])
  return {
    search: (params['search'] ?? '').slice(0, longestSearch),
    internal: params['internal'] === 'yes',
    sort: sort.success ? sort.data : 'name',
    descending: params['order'] === 'descending',
  }
}

/** The inverse of {@link filterOf}; what is usual is left away. */
export function paramsOf({ search, internal, sort, descending }: TopicFilter): Record<string, string> {
  return {
    ...(search === '' ? {} : { search }),
    ...(internal ? { internal: 'yes' } : {}),
    ...(sort === 'name' ? {} : { sort }),
    ...(descending ? { order: 'descending' } : {}),
  }
}
