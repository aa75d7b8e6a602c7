/** Where a Kafka source is in one partition. Plain state, owned by the source; ingest thread. */
import type { PartitionMetadata, TopicMetadata } from '../../kafka/requests/metadata.ts'

export interface PartitionCursor {
  topic: string
  partition: number
  /** Of the topic that is read; null where the brokers are too old to tell. */
  topicId: string | null
  /** -1 where there is none. */
  leader: number
  leaderEpoch: number
  /** Next offset to decode. */
  next: number
  /** First offset that is not to be read; infinite where the run has no bound. `next` does not go past it. */
  until: number
  /** Next offset to ask for; ahead of `next` by what is fetched and not decoded yet. */
  fetchFrom: number
  /** Up to there, the batch at `next` is asked for from here instead: the broker gives it only so. */
  askFrom: number
  /** End of the log as seen last, exclusive; null before it is known. */
  end: number | null
  /** End of the log as the newest fetch told it, exclusive; 0 before. */
  fetchedEnd: number
  /** Batches in a row that could not be read at `next`. */
  damaged: number
  /** Fetches in a row that did not hold the whole of the batch at `next`. */
  cutOff: number
  /** Fetches in a row that gave nothing although the log goes on. */
  empties: number
  /** Times in a row that the broker refused it, and when to ask again, milliseconds since 1970. */
  failures: number
  retryAt: number
  /** When it last moved on or had nothing to move on to, milliseconds since 1970. */
  progressAt: number
  /** Why it is not read any more; empty while it is. */
  stopped: string
}

export function openCursor(
  { name: topic, id: topicId }: Pick<TopicMetadata, 'name' | 'id'>,
  { partition, leader, leaderEpoch }: PartitionMetadata,
  next: number,
  { until, nowMs }: { until: number; nowMs: number },
): PartitionCursor {
  return {
    topic,
    partition,
    topicId,
    leader,
    leaderEpoch,
    next: Math.min(next, until),
    until,
    fetchFrom: Math.min(next, until),
    askFrom: 0,
    end: null,
    fetchedEnd: 0,
    damaged: 0,
    cutOff: 0,
    empties: 0,
    failures: 0,
    retryAt: 0,
    progressAt: nowMs,
    stopped: '',
  }
}

/** Goes on at another offset; what is fetched already from before is dropped when it comes up. */
export function moveCursor(cursor: PartitionCursor, next: number): void {
  cursor.next = Math.min(next, cursor.until)
  cursor.fetchFrom = cursor.next
  cursor.askFrom = 0
  cursor.damaged = 0
  cursor.cutOff = 0
  cursor.empties = 0
}

/** Goes on past what was read; never back, and not past the bound. */
export function advanceCursor(cursor: PartitionCursor, to: number): void {
  cursor.next = Math.min(cursor.until, Math.max(cursor.next, to))
}

/** Whether there is nothing left to read up to the bound of the run. */
export function isAtBound({ next, until }: PartitionCursor): boolean {
  return next >= until
}

export function cursorKey(topic: string, partition: number): string {
  return `${topic}\n${String(partition)}`
}
