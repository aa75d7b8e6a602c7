/** Which rows of a long list are drawn. Pure. */

interface Sight {
  /** Pixels above what is in sight. */
  scrollTop: number
  /** Height of what is in sight, pixels. */
  height: number
  rowHeight: number
  total: number
}

/** Rows are drawn in blocks of this many, so that a little scrolling changes nothing. */
const block = 8

/** First row to draw and how many; whole blocks, with one more at each end. Never outside 0..total. */
export function rowWindow({ scrollTop, height, rowHeight, total }: Sight): { first: number; count: number } {
  const firstBlock = Math.max(0, Math.floor(scrollTop / rowHeight / block) - 1)
  const lastBlock = Math.ceil((scrollTop + height) / rowHeight / block) + 1
  const first = Math.min(firstBlock * block, Math.max(0, total - 1))
  return { first, count: Math.max(0, Math.min(lastBlock * block, total) - first) }
}
