/**
 * Times of the newest records, read from the ends of the logs: for brokers that are older than Kafka 3.0 and do not tell
 * them. What stands last counts as the newest. Cluster thread.
 */
import { AppError } from '#contract/errors.ts'
import { BatchReader } from '../kafka/records/batch-reader.ts'
import { errorCode } from '../kafka/requests/error-codes.ts'
import { type FetchedPartition, fetchRequest } from '../kafka/requests/fetch.ts'
import { answerLimitMs, type AskedBroker } from './broker-reach.ts'

const partitionsPerRequest = 50
const requestBytes = 8 * 1024 * 1024
const partitionBytes = 1024 * 1024
/** Requests of one round; what is left over is asked for in the next one. */
const mostRequests = 20
/** The last offsets may be markers of transactions: then it is looked this many times further back. */
const furtherBack = 20

export interface LogEnd {
  topic: string
  partition: number
  earliest: number
  /** Exclusive. */
  end: number
}

interface Look extends LogEnd {
  /** Offsets before the end. */
  back: number
}

/**
 * @returns milliseconds since 1970 for those that were looked at; null where the log has no record that can be read
 * @throws AppError where the broker does not answer
 */
export async function lastRecordTimes(
  connection: AskedBroker,
  ends: readonly LogEnd[],
  signal: AbortSignal,
): Promise<Map<LogEnd, number | null>> {
  const found = new Map<LogEnd, number | null>()
  let queue = ends.map((end) => ({ end, look: { ...end, back: 1 } }))
  for (let requests = 0; queue.length > 0 && requests < mostRequests; requests++) {
    const asked = queue.slice(0, partitionsPerRequest)
    const again: typeof queue = []
    const parts = await fetchEnds(
      connection,
      asked.map(({ look }) => look),
      signal,
    )
    for (const one of asked) {
      const { topic, partition } = one.end
      const part = parts.find((candidate) => candidate.topic === topic && candidate.partition === partition)
      const seen = lookAt(one.look, part)
      if (seen.timestampMs !== null) found.set(one.end, seen.timestampMs)
      else if (!seen.isWhole) again.push(one)
      else if (fromOf(one.look) <= one.end.earliest) found.set(one.end, null)
      else again.push({ end: one.end, look: { ...one.look, back: one.look.back * furtherBack } })
    }
    // Those that the broker left out for their size come first in a later request.
    queue = [...queue.slice(partitionsPerRequest), ...again]
  }
  return found
}

function fetchEnds(
  connection: AskedBroker,
  looks: readonly Look[],
  signal: AbortSignal,
): Promise<FetchedPartition[]> {
  const topics = [...Map.groupBy(looks, ({ topic }) => topic)].map(([name, own]) => ({
    name,
    partitions: own.map((look) => ({
      ...{ partition: look.partition, offset: BigInt(fromOf(look)) },
      ...{ maxBytes: partitionBytes, leaderEpoch: -1 },
    })),
  }))
  const sizes = { maxWaitMs: 0, minBytes: 0, maxBytes: requestBytes }
  const input = { ...sizes, isolation: 'read_uncommitted' as const, topics }
  return connection.send(fetchRequest, input, { signal, timeoutMs: answerLimitMs })
}

function fromOf({ earliest, end, back }: Look): number {
  return Math.max(earliest, end - back)
}

/** Last record of what was fetched; `isWhole` where nothing of it was left out or cannot be had. */
function lookAt(
  look: Look,
  part: FetchedPartition | undefined,
): { timestampMs: number | null; isWhole: boolean } {
  let timestampMs: number | null = null
  if (part === undefined || part.error !== errorCode.none) return { timestampMs, isWhole: part !== undefined }
  const reader = new BatchReader()
  reader.open(part.records, fromOf(look), [])
  try {
    while (reader.next()) ({ timestampMs } = reader)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { timestampMs, isWhole: true }
  }
  return { timestampMs, isWhole: reader.nextOffset >= look.end }
}
