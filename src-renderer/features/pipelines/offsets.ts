/** Offsets of a batch by partition. They are 64-bit, so they stay text. Pure. */
import type { BatchRow } from '#contract/statistics.ts'
import { groupDigits } from '../../ui/format.ts'

type Position = BatchRow['positions'][number]

/** Records between two offsets. */
export function offsetCount({ from, to }: Position): bigint {
  return BigInt(to) - BigInt(from)
}

/** One line: "0: 1,802,441 +604 · 1: …". */
export function offsetsLine(positions: readonly Position[]): string {
  return positions
    .map(
      (position) =>
        `${String(position.partition)}: ${groupDigits(position.from)} +${groupDigits(String(offsetCount(position)))}`,
    )
    .join(' · ')
}

/** A line per partition, with topic and both ends. */
export function offsetsList(positions: readonly Position[]): string {
  return positions
    .map(
      ({ topic, partition, from, to }) =>
        `${topic}[${String(partition)}] ${groupDigits(from)} to ${groupDigits(to)} (exclusive)`,
    )
    .join('\n')
}
