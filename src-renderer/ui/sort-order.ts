/** Order of a list by one of its columns. Pure. */

export interface SortOrder<Name extends string> {
  sort: Name
  descending: boolean
}

/** What a click on a heading makes of the order: this column in its natural direction, or the other way around. */
export function nextOrder<Name extends string>(
  order: SortOrder<Name>,
  name: Name,
  largestFirst: boolean,
): SortOrder<Name> {
  return { sort: name, descending: order.sort === name ? !order.descending : largestFirst }
}
