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

interface Sorting<Row> {
  descending: boolean
  valueOf: (row: Row) => number | bigint | null
  /** Order of rows of the same value, whatever the direction. */
  between: (left: Row, right: Row) => number
}

/** Rows by a figure: what is not known comes last in either direction. */
export function sortedByFigure<Row>(
  rows: readonly Row[],
  { descending, valueOf, between }: Sorting<Row>,
): Row[] {
  const direction = descending ? -1 : 1
  return rows.toSorted((left, right) => {
    const a = valueOf(left)
    const b = valueOf(right)
    if (a === null || b === null) return Number(a === null) - Number(b === null) || between(left, right)
    if (a === b) return between(left, right)
    return a < b ? -direction : direction
  })
}
