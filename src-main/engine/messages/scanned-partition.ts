/** One partition of a search: what it holds, what is to be looked at, and how far that has come. Cluster thread. */
import type { SearchedPartition } from '#contract/messages.ts'

export interface ScannedPartition {
  readonly partition: number
  leader: number
  leaderEpoch: number
  /** The log when the search began: earliest, and one past the latest. */
  earliest: number
  latest: number
  /** What is to be looked at: from inclusive, to exclusive. */
  goalFrom: number
  goalTo: number
  /** What was looked at. Forwards `to` grows, backwards `from` shrinks. */
  from: number
  to: number
  /** Records looked at there, and their bytes. */
  records: number
  bytes: number
  state: SearchedPartition['state']
  reason: string
  /** What is fetched already: forwards up to here, backwards down to here. */
  fetchFrom: number
  /** Bytes to ask for next. */
  fetchBytes: number
  /** Bytes of one record, as measured. */
  recordBytes: number
  /** Backwards: about when the oldest record was written that was looked at; infinitely late before the first one. */
  lowTime: number
  /** Requests in a row that came to nothing. */
  failures: number
}

export function isOpen({ state }: ScannedPartition): boolean {
  return state === 'waiting' || state === 'reading'
}

export function failPartition(partition: ScannedPartition, reason: string): void {
  partition.state = 'failed'
  partition.reason = reason
}

export function partitionView(one: ScannedPartition): SearchedPartition {
  return {
    partition: one.partition,
    earliest: String(one.earliest),
    latest: String(one.latest),
    from: String(one.from),
    to: String(one.to),
    goalFrom: String(one.goalFrom),
    goalTo: String(one.goalTo),
    records: one.records,
    state: one.state,
    reason: one.reason,
  }
}

/**
 * Puts a partition where a search forwards goes on: at the end of what was looked at.
 * @returns offsets before it that are left out from here on
 */
export function turnForwards(one: ScannedPartition): number {
  const leftOut = one.from - one.goalFrom
  one.goalFrom = one.from
  one.fetchFrom = one.goalTo
  if (one.state !== 'failed') one.state = 'reading'
  return leftOut
}

/** Says how a partition stands once nothing reads it any more. */
export function restPartition(one: ScannedPartition): void {
  if (one.state === 'reading') one.state = unseenOffsets(one) === 0 ? 'done' : 'waiting'
}

/** What a search means to look at and has not, in offsets. */
export function unseenOffsets(one: ScannedPartition): number {
  return Math.max(0, one.goalTo - one.goalFrom - (one.to - one.from))
}
