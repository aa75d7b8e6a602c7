/** Which rows of a list are shown in which order, and how that stands in the address. Pure. */
import type { SortOrder } from './sort-order.ts'

export interface ListFilter<Sort extends string> extends SortOrder<Sort> {
  search: string
}

interface Known<Sort extends string> {
  sorts: readonly Sort[]
  /** Order where the address asks for none. */
  usual: Sort
  longestSearch: number
}

/** The filter that an address asks for; what it names wrongly is as usual. */
export function listFilterOf<Sort extends string>(
  params: Readonly<Record<string, string>>,
  { sorts, usual, longestSearch }: Known<Sort>,
): ListFilter<Sort> {
  return {
    search: (params['search'] ?? '').slice(0, longestSearch),
    sort: sorts.find((sort) => sort === params['sort']) ?? usual,
    descending: params['order'] === 'descending',
  }
}

/** The inverse of {@link listFilterOf}; what is usual is left away. */
export function listParamsOf<Sort extends string>(
  { search, sort, descending }: ListFilter<Sort>,
  usual: Sort,
): Record<string, string> {
  return {
    ...(search === '' ? {} : { search }),
    ...(sort === usual ? {} : { sort }),
    ...(descending ? { order: 'descending' } : {}),
  }
}
