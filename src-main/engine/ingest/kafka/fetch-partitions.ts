/**
 * One fetch of partitions from their leader: by the ids of their topics where both sides know them, so that a topic that was
 * made again is refused instead of read as the one before, otherwise by name. Ingest thread.
 */
import { limits } from '#contract/limits.ts'
import type { BrokerConnection } from '../../kafka/client/broker-connection.ts'
import { fetchByIdRequest } from '../../kafka/requests/fetch-by-id.ts'
import { type FetchedPartition, type FetchInput, fetchRequest } from '../../kafka/requests/fetch.ts'
import type { PartitionCursor } from './partition-cursor.ts'

/** A batch that did not come whole is asked for with this many times more bytes each time. */
const growth = 4

/** @throws AppError as {@link BrokerConnection.send} */
export async function fetchPartitions(
  connection: BrokerConnection,
  wanted: readonly PartitionCursor[],
  options: Omit<FetchInput, 'topics'>,
  signal: AbortSignal,
): Promise<FetchedPartition[]> {
  const topics = [...Map.groupBy(wanted, ({ topic }) => topic)].map(([name, cursors]) => ({
    name,
    id: cursors[0]?.topicId ?? null,
    partitions: cursors.map((cursor) => ({
      partition: cursor.partition,
      offset: BigInt(Math.max(cursor.fetchFrom, cursor.askFrom)),
      maxBytes: maxBytesOf(cursor, options.maxBytes),
      leaderEpoch: cursor.leaderEpoch,
    })),
  }))
  const maxBytes = Math.max(options.maxBytes, ...wanted.map((cursor) => maxBytesOf(cursor, options.maxBytes)))
  const known = topics.flatMap(({ id, partitions }) => (id === null ? [] : [{ id, partitions }]))
  if (known.length < topics.length || connection.versionOf(fetchByIdRequest) === null) {
    return connection.send(fetchRequest, { ...options, maxBytes, topics }, { signal })
  }
  const names = new Map(topics.map(({ id, name }) => [id, name]))
  const answer = await connection.send(fetchByIdRequest, { ...options, maxBytes, topics: known }, { signal })
  return answer.map((part) => ({ ...part, topic: names.get(part.topic) ?? '' }))
}

function maxBytesOf({ cutOff }: PartitionCursor, maxBytes: number): number {
  const usual = Math.min(limits.fetchPartitionBytes, maxBytes)
  return Math.min(limits.unpackedBytes, usual * growth ** cutOff)
}
