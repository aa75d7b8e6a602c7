/** Partitions of a member in few words. Pure. */

/** "0-3, 7": ascending, neighbours joined. */
export function partitionRanges(partitions: readonly number[]): string {
  const ranges: { from: number; to: number }[] = []
  for (const partition of partitions.toSorted((left, right) => left - right)) {
    const last = ranges.at(-1)
    if (last !== undefined && partition === last.to + 1) last.to = partition
    else ranges.push({ from: partition, to: partition })
  }
  return ranges
    .map(({ from, to }) => (from === to ? String(from) : `${String(from)}-${String(to)}`))
    .join(', ')
}

/** "orders 0-3 · payments 1". */
export function assignmentWords(
  assignments: readonly { topic: string; partitions: readonly number[] }[],
): string {
  return assignments
    .filter(({ partitions }) => partitions.length > 0)
    .map(({ topic, partitions }) => `${topic} ${partitionRanges(partitions)}`)
    .join(' · ')
}
