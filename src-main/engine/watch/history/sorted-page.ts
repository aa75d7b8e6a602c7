/** A page of rows in the order of one of their values; unknown ones come last. Pure. */

interface PageRequest {
  descending: boolean
  start: number
  count: number
}

export function pageOf<Row extends { name: string } | { id: string }>(
  rows: readonly Row[],
  valueOf: (row: Row) => string | number | null,
  { descending, start, count }: PageRequest,
): Row[] {
  const sign = descending ? -1 : 1
  const sorted = rows.toSorted((left, right) => {
    const [one, other] = [valueOf(left), valueOf(right)]
    if (one === null || other === null) return Number(one === null) - Number(other === null)
    if (one !== other) return one < other ? -sign : sign
    return wordOf(left).localeCompare(wordOf(right), 'en')
  })
  return sorted.slice(start, start + count)
}

function wordOf(row: { name: string } | { id: string }): string {
  return 'name' in row ? row.name : row.id
}
