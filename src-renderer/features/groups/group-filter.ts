/** Which groups are listed, and how that stands in the address. Pure. */
import { groupListRequest } from '#contract/groups.ts'
import type { GroupListRequest } from '#contract/groups.ts'
import type { SortOrder } from '../../ui/sort-order.ts'

export type GroupSort = GroupListRequest['sort']

export interface GroupFilter extends SortOrder<GroupSort> {
  search: string
}

const groupSort = groupListRequest.shape.sort
const longestSearch = 1000

/** The filter that an address asks for; by name where it asks for nothing. */
export function filterOf(params: Readonly<Record<string, string>>): GroupFilter {
  const sort = groupSort.safeParse(params['sort'])
  return {
    search: (params['search'] ?? '').slice(0, longestSearch),
    sort: sort.success ? sort.data : 'id',
    descending: params['order'] === 'descending',
  }
}

/** The inverse of {@link filterOf}; what is usual is left away. */
export function paramsOf({ search, sort, descending }: GroupFilter): Record<string, string> {
  return {
    ...(search === '' ? {} : { search }),
    ...(sort === 'id' ? {} : { sort }),
    ...(descending ? { order: 'descending' } : {}),
  }
}
