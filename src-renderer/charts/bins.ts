/** Equal-width buckets over a set of values. Pure. */

/** One more edge than counts; both empty where there are no values. */
export interface Bins {
  edges: number[]
  counts: number[]
}

const mostBins = 60

/** Counts finite values in as many buckets as the square root of their number, at most 60. Whole numbers keep whole widths. */
export function makeBins(values: readonly (number | null)[]): Bins {
  let low = Infinity
  let high = -Infinity
  let count = 0
  let isWhole = true
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
    count += 1
    isWhole &&= Number.isInteger(value)
  }
  if (count === 0) return { edges: [], counts: [] }
  const wanted = Math.max(1, Math.min(mostBins, Math.ceil(Math.sqrt(count))))
  // Divided before it is subtracted: the difference itself may be beyond what a number holds.
  const raw = high / wanted - low / wanted
  const width = isWhole ? Math.max(1, Math.ceil(raw + 1 / wanted)) : raw || 1
  const bins = Math.max(1, Math.min(mostBins, isWhole ? Math.floor(high / width - low / width) + 1 : wanted))
  const edges = Array.from({ length: bins + 1 }, (_, index) => low + index * width)
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue
    const bin = Math.max(0, Math.min(bins - 1, Math.floor(value / width - low / width)))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { edges, counts }
}
