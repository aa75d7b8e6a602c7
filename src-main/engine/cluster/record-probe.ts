/**
 * Looks whether there is a record at or after an offset: what lies between a committed offset and the end of a log may be
 * nothing but transaction markers, aborted records, or what compaction took away. Cluster thread.
 */
import { BatchReader } from '../kafka/records/batch-reader.ts'
import { errorCode, errorName } from '../kafka/requests/error-codes.ts'
import { type FetchedPartition, type FetchInput, fetchRequest } from '../kafka/requests/fetch.ts'
import { answerLimitMs, type BrokerReach } from './broker-reach.ts'

/** Bytes of one partition and of one request; a batch that is larger still comes, alone. */
const partitionBytes = 32 * 1024
const requestBytes = 512 * 1024
/** Records that are counted one by one at most. */
const mostCounted = 1000

export interface Probe {
  topic: string
  partition: number
  leader: number
  /** Where to begin to look. */
  from: number
  /** End of what a consumer can read. */
  end: number
}

export interface ProbeFinding {
  /** Everything before it was looked at. */
  lookedTo: number
  /** First record; null where there is none before {@link lookedTo}. */
  first: { offset: number; timestampMs: number } | null
  /** Records from {@link Probe.from} to {@link Probe.end}; null where not all of them were looked at. */
  count: number | null
  /** Why it could not be looked at; empty where it was. */
  problem: string
}

/** One request to each leader. @returns findings in the order of the probes */
export async function probeRecords(
  reach: BrokerReach,
  probes: readonly Probe[],
  signal: AbortSignal,
): Promise<ProbeFinding[]> {
  const findings = new Map<Probe, ProbeFinding>()
  const byLeader = Map.groupBy(probes, ({ leader }) => leader)
  await Promise.all(
    [...byLeader].map(async ([leader, own]) => {
      try {
        const connection = await reach.broker(leader, signal)
        const fetched = await connection.send(fetchRequest, fetchInput(own), {
          signal,
          timeoutMs: answerLimitMs,
        })
        for (const probe of own) {
          const part = fetched.find((one) => one.topic === probe.topic && one.partition === probe.partition)
          findings.set(probe, part === undefined ? unseen(probe, '') : look(probe, part))
        }
      } catch (error) {
        signal.throwIfAborted()
        const problem = error instanceof Error ? error.message : String(error)
        for (const probe of own) findings.set(probe, unseen(probe, problem))
      }
    }),
  )
  return probes.map((probe) => findings.get(probe) ?? unseen(probe, ''))
}

function fetchInput(probes: readonly Probe[]): FetchInput {
  return {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: requestBytes,
    isolation: 'read_committed',
    topics: [...Map.groupBy(probes, ({ topic }) => topic)].map(([name, own]) => ({
      name,
      partitions: own.map(({ partition, from }) => ({
        ...{ partition, offset: BigInt(from), maxBytes: partitionBytes, leaderEpoch: -1 },
      })),
    })),
  }
}

/** What one fetched partition shows. */
export function look(probe: Probe, part: FetchedPartition): ProbeFinding {
  if (part.error !== errorCode.none) return unseen(probe, `the broker answers ${errorName(part.error)}`)
  const reader = new BatchReader()
  reader.open(part.records, probe.from, part.aborted)
  let first: ProbeFinding['first'] = null
  let count = 0
  try {
    while (reader.next()) {
      if (reader.offset >= probe.end) break
      first ??= { offset: reader.offset, timestampMs: reader.timestampMs }
      count++
      if (count > mostCounted) break
    }
  } catch (error) {
    return { ...unseen(probe, error instanceof Error ? error.message : String(error)), first }
  }
  const isWhole = count <= mostCounted && reader.nextOffset >= probe.end
  return { lookedTo: reader.nextOffset, first, count: isWhole ? count : null, problem: '' }
}

function unseen({ from }: Probe, problem: string): ProbeFinding {
  return { lookedTo: from, first: null, count: null, problem }
}
