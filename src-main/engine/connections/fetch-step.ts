/** Fetch: reads the newest records of one partition, as reading may be refused where everything else is allowed. */
import type { BrokerConnection } from '../kafka/client/broker-connection.ts'
import { checkError, codeOf, errorCode } from '../kafka/requests/error-codes.ts'
import { fetchRequest } from '../kafka/requests/fetch.ts'
import { listOffsetsRequest, offsetTime } from '../kafka/requests/list-offsets.ts'
import type { TopicMetadata } from '../kafka/requests/metadata.ts'
import { seenFault } from './advice.ts'
import type { FoundCluster } from './metadata-step.ts'
import type { TestSteps } from './test-steps.ts'

/** Topics that are tried until one gives a record. */
const mostTried = 20
const maxBytes = 64 * 1024

interface Place {
  topic: string
  partition: number
  leader: BrokerConnection
}

export async function testFetch(cluster: FoundCluster, steps: TestSteps, signal: AbortSignal): Promise<void> {
  const { topics } = cluster.metadata
  const places = topics
    .toSorted((one, other) => Number(one.internal) - Number(other.internal))
    .flatMap((topic) => placeIn(topic, cluster) ?? [])
    .slice(0, mostTried)
  if (places.length === 0) {
    const why =
      topics.length === 0 ? 'no topic is there, or none that this user may see' : 'no partition has a leader'
    steps.skip('fetch', why)
    return
  }
  steps.begin('fetch')
  let empty: Place | null = null
  let refused: unknown = null
  for (const place of places) {
    try {
      const found = await readNewest(place, signal)
      if (found !== null) {
        steps.pass('fetch', found)
        return
      }
      empty ??= place
    } catch (error) {
      signal.throwIfAborted()
      refused ??= error
      if (!isRefusal(error)) break
    }
  }
  if (empty !== null) steps.pass('fetch', `${nameOf(empty)} can be read; it is empty`)
  else steps.fail('fetch', { error: seenFault(refused).words, advice: fetchAdvice(refused) })
}

function placeIn(topic: TopicMetadata, { brokers }: FoundCluster): Place | null {
  for (const { partition, leader } of topic.partitions) {
    const connection = brokers.get(leader)
    if (connection !== undefined) return { topic: topic.name, partition, leader: connection }
  }
  return null
}

/** @returns what was read, in words; null where the partition is empty */
async function readNewest({ topic, partition, leader }: Place, signal: AbortSignal): Promise<string | null> {
  const [first, end] = await Promise.all([
    offsetAt({ topic, partition, leader }, offsetTime.earliest, signal),
    offsetAt({ topic, partition, leader }, offsetTime.latest, signal),
  ])
  if (end <= first) return null
  const offset = end - 1n
  const answer = await leader.send(
    fetchRequest,
    {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes,
      isolation: 'read_uncommitted',
      topics: [{ name: topic, partitions: [{ partition, offset, maxBytes, leaderEpoch: -1 }] }],
    },
    { signal },
  )
  const [fetched] = answer
  checkError(fetched?.error ?? 0, `reading ${topic}`)
  const bytes = fetched?.records.length ?? 0
  return `${nameOf({ topic, partition })} at offset ${String(offset)}: ${String(bytes)} bytes`
}

async function offsetAt(
  { topic, partition, leader }: Place,
  time: bigint,
  signal: AbortSignal,
): Promise<bigint> {
  const [listed] = await leader.send(
    listOffsetsRequest,
    { isolation: 'read_uncommitted', topics: [{ name: topic, partitions: [{ partition, time }] }] },
    { signal },
  )
  checkError(listed?.error ?? 0, `offsets of ${topic}`)
  return listed?.offset ?? 0n
}

function nameOf({ topic, partition }: Pick<Place, 'topic' | 'partition'>): string {
  return `${topic}, partition ${String(partition)},`
}

function isRefusal(error: unknown): boolean {
  return codeOf(error) === errorCode.topicAuthorizationFailed
}

function fetchAdvice(error: unknown): string {
  return isRefusal(error)
    ? 'This user may see topics and not read them: give it READ on the topics to be watched.'
    : 'The cluster is reached and does not give records: look into the log of the broker, and try again.'
}
