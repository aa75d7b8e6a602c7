/** Where a Kafka source is in one partition. Plain state, owned by the source; ingest thread. */
import type { PartitionMetadata } from '../../kafka/requests/metadata.ts'

export interface PartitionCursor {
  topic: string
  partition: number
  /** -1 where there is none. */
  leader: number
  leaderEpoch: number
  /** Next offset to decode. */
  next: number
  /** Next offset to ask for; ahead of `next` by what is fetched and not decoded yet. */
  fetchFrom: number
  /** End of the log as seen last, exclusive; null before it is known. */
  end: number | null
  /** Batches in a row that could not be read at `next`. */
  damaged: number
  /** Times in a row that the broker refused it, and when to ask again, milliseconds since 1970. */
  failures: number
  retryAt: number
  /** When it last moved on or had nothing to move on to, milliseconds since 1970. */
  progressAt: number
  /** Why it is not read any more; empty while it is. */
  stopped: string
}

export function openCursor(
  topic: string,
  { partition, leader, leaderEpoch }: PartitionMetadata,
  next: number,
  nowMs: number,
): PartitionCursor {
  return {
    topic,
    partition,
    leader,
    leaderEpoch,
    next,
    fetchFrom: next,
    end: null,
    damaged: 0,
    failures: 0,
    retryAt: 0,
    progressAt: nowMs,
    stopped: '',
  }
}

/** Goes on at another offset; what is fetched already from before is dropped when it comes up. */
export function moveCursor(cursor: PartitionCursor, next: number): void {
  cursor.next = next
  cursor.fetchFrom = next
  cursor.damaged = 0
}

export function cursorKey(topic: string, partition: number): string {
  return `${topic}\n${String(partition)}`
}
