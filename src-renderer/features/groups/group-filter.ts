/** Which groups are listed, and how that stands in the address. Pure. */
import { groupListRequest } from '#contract/groups.ts'
import type { GroupListRequest } from '#contract/groups.ts'
import { type ListFilter, listFilterOf, listParamsOf } from '../../ui/list-filter.ts'

export type GroupSort = GroupListRequest['sort']
export type GroupFilter = ListFilter<GroupSort>

const sorts = groupListRequest.shape.sort.options
const longestSearch = 1000

/** The filter that an address asks for; by name where it asks for nothing. */
export function filterOf(params: Readonly<Record<string, string>>): GroupFilter {
  return listFilterOf(params, { sorts, usual: 'id', longestSearch })
}

/** The inverse of {@link filterOf}; what is usual is left away. */
export function paramsOf(filter: GroupFilter): Record<string, string> {
  return listParamsOf(filter, 'id')
}
