/** Where a Kafka source stands: committed positions against the ends of its logs. Pure; the live feed's arithmetic. */
import type { LiveSource } from '#contract/live.ts'
import type { FeedFigures, FeedSourceState } from './feed-input.ts'

/** Committed positions of one source with the ends of their logs, worst lag first. */
export function positionsOf(
  source: string,
  positions: FeedFigures['positions'],
  ends: FeedSourceState['ends'],
): LiveSource['positions'] {
  const known = new Map(ends.map(({ topic, partition, end }) => [`${topic}\n${String(partition)}`, end]))
  return positions
    .filter((position) => position.source === source)
    .map(({ topic, partition, next }) => {
      const end = known.get(`${topic}\n${String(partition)}`) ?? null
      // The end was seen before the position committed, so it can be the older of the two.
      const lag = end === null ? null : Math.max(0, Number(end - next))
      return { topic, partition, next: String(next), end: end === null ? null : String(end), lag }
    })
    .sort((left, right) => (right.lag ?? -1) - (left.lag ?? -1))
}

/**
 * Lag of all partitions together; null before any end is known. In time: how long ago the newest committed record was
 * produced, while there are later ones.
 */
export function lagOf(
  positions: LiveSource['positions'],
  lastRecordAt: number | null,
  nowMs: number,
): LiveSource['lag'] {
  const known = positions.flatMap(({ lag }) => (lag === null ? [] : [lag]))
  if (known.length === 0) return null
  const records = known.reduce((sum, lag) => sum + lag, 0)
  if (records === 0) return { records, ms: 0 }
  return { records, ms: lastRecordAt === null ? null : Math.max(0, nowMs - lastRecordAt) }
}
