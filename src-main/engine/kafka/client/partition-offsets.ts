/** Offsets of many partitions at once: one request per leader, whatever their number. */
import { errorCode, errorName } from '../requests/error-codes.ts'
import { listOffsetsRequest, type ListOffsetsInput } from '../requests/list-offsets.ts'
import type { ClusterMetadata } from '../requests/metadata.ts'
import type { ClusterClient } from './cluster-client.ts'

export interface WantedOffset {
  topic: string
  partition: number
  /** Milliseconds since 1970, or one of offsetTime of list-offsets.ts. */
  time: bigint
}

export interface FoundOffset {
  topic: string
  partition: number
  /** -1 where there is no record at or after the time. */
  offset: bigint
  /** Of that record; -1 where it is not known. */
  timestamp: bigint
  /** Why there is none, in the broker's or Penstock's words; empty where there is one. */
  problem: string
  /** Error code of the broker, 0 for none, -1 where it did not answer. */
  error: number
}

/**
 * @param metadata that names the leaders of all these partitions
 * @returns one entry for each that was wanted, in any order; a broker that does not answer spoils only its own
 */
export async function findOffsets(
  client: ClusterClient,
  metadata: ClusterMetadata,
  wanted: readonly WantedOffset[],
  options: { isolation: ListOffsetsInput['isolation']; signal?: AbortSignal | undefined },
): Promise<FoundOffset[]> {
  const leaders = leadersOf(metadata)
  const byLeader = new Map<number, WantedOffset[]>()
  const found: FoundOffset[] = []
  for (const one of wanted) {
    const leader = leaders.get(one.topic)?.get(one.partition) ?? -1
    if (leader < 0) found.push(missing(one, errorCode.leaderNotAvailable))
    else listOf(byLeader, leader).push(one)
  }
  const answers = await Promise.all(
    [...byLeader].map(([leader, list]) => askLeader(client, leader, list, options)),
  )
  return [...found, ...answers.flat()]
}

async function askLeader(
  client: ClusterClient,
  leader: number,
  wanted: readonly WantedOffset[],
  { isolation, signal }: { isolation: ListOffsetsInput['isolation']; signal?: AbortSignal | undefined },
): Promise<FoundOffset[]> {
  const topics = new Map<string, { partition: number; time: bigint }[]>()
  for (const { topic, partition, time } of wanted) listOf(topics, topic).push({ partition, time })
  const input = { isolation, topics: [...topics].map(([name, partitions]) => ({ name, partitions })) }
  try {
    const connection = await client.broker(leader, 'control', signal)
    const answer = await connection.send(listOffsetsRequest, input, { signal })
    return answer.map((entry) => ({
      ...entry,
      problem: entry.error === errorCode.none ? '' : errorName(entry.error),
    }))
  } catch (error) {
    signal?.throwIfAborted()
    const problem = error instanceof Error ? error.message : String(error)
    return wanted.map((one) => ({ ...missing(one, -1), problem }))
  }
}

function missing({ topic, partition }: WantedOffset, error: number): FoundOffset {
  return { topic, partition, offset: -1n, timestamp: -1n, problem: errorName(error), error }
}

/** Leader of each partition by topic; -1 where there is none. */
export function leadersOf(metadata: ClusterMetadata): Map<string, Map<number, number>> {
  return new Map(
    metadata.topics.map((topic) => [
      topic.name,
      new Map(topic.partitions.map(({ partition, leader }) => [partition, leader])),
    ]),
  )
}

function listOf<Key, Item>(map: Map<Key, Item[]>, key: Key): Item[] {
  const known = map.get(key)
  if (known !== undefined) return known
  const fresh: Item[] = []
  map.set(key, fresh)
  return fresh
}
