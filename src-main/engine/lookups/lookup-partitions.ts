/** Which partitions of its topic a lookup reads, and where it begins. Ingest thread. */
import { AppError } from '#contract/errors.ts'
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import { findOffsets } from '../kafka/client/partition-offsets.ts'
import { errorCode, errorName } from '../kafka/requests/error-codes.ts'
import { offsetTime } from '../kafka/requests/list-offsets.ts'
import type { ClusterMetadata, TopicMetadata } from '../kafka/requests/metadata.ts'

/** Records of aborted transactions never become rows. */
export const isolation = 'read_committed' as const

/** Where a lookup is in one partition of its topic. Plain state, owned by the lookup. */
export interface LookupCursor {
  partition: number
  leader: number
  leaderEpoch: number
  next: number
  /** End of the log when the load began; it is whole when all are reached. */
  goal: number
  damaged: number
  /** Fetches in a row that did not hold the whole of the batch at `next`. */
  cutOff: number
  /** Rounds in a row that gave nothing although the log goes on. */
  empties: number
  /** Up to there, the batch at `next` is asked for from here instead: the broker gives it only so. */
  askFrom: number
}

/** @throws AppError KAFKA_FAILED where the topic is not there or cannot be read */
export function topicOf(metadata: ClusterMetadata, topic: string): TopicMetadata {
  const found = metadata.topics.find(({ name }) => name === topic)
  if (found?.error === errorCode.none) return found
  const error = found?.error ?? errorCode.unknownTopicOrPartition
  const isMissing = error === errorCode.unknownTopicOrPartition
  const why = isMissing
    ? `there is no topic ${topic}`
    : `topic ${topic}: the broker answers ${errorName(error)}`
  throw new AppError('KAFKA_FAILED', why, { details: { retriable: true } })
}

/** Partitions to be read from the beginning of their logs. @throws AppError KAFKA_FAILED where a broker did not say */
export async function openCursors(
  client: ClusterClient,
  { name, partitions }: TopicMetadata,
  metadata: ClusterMetadata,
  signal: AbortSignal,
): Promise<LookupCursor[]> {
  const wanted = (time: bigint) => partitions.map(({ partition }) => ({ topic: name, partition, time }))
  const ask = async (time: bigint): Promise<Map<number, number>> => {
    const found = await findOffsets(client, metadata, wanted(time), { isolation, signal })
    const failed = found.find(({ problem }) => problem !== '')
    if (failed === undefined)
      return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]))
    const message = `${name}, partition ${String(failed.partition)}: ${failed.problem}`
    throw new AppError('KAFKA_FAILED', message, { details: { retriable: true } })
  }
  const [starts, ends] = [await ask(offsetTime.earliest), await ask(offsetTime.latest)]
  return partitions.map(({ partition, leader, leaderEpoch }) => ({
    partition,
    leader,
    leaderEpoch,
    next: starts.get(partition) ?? 0,
    goal: ends.get(partition) ?? 0,
    damaged: 0,
    cutOff: 0,
    empties: 0,
    askFrom: 0,
  }))
}
