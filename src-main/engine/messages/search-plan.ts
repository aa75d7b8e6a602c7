/**
 * What a search means to look at: for each partition the log as it is now, and the part of it that was asked for. Costs two
 * or three requests per leader, whatever the number of partitions; empty ones are done with that. Cluster thread.
 */
import { AppError, assertNever } from '#contract/errors.ts'
import type { MessageSearch, SearchStart } from '#contract/messages.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import { findOffsets, type FoundOffset } from '../kafka/client/partition-offsets.ts'
import { errorCode, isRetriable, kafkaError } from '../kafka/requests/error-codes.ts'
import { offsetTime } from '../kafka/requests/list-offsets.ts'
import type { ClusterMetadata, PartitionMetadata, TopicMetadata } from '../kafka/requests/metadata.ts'
import { failPartition, type ScannedPartition } from './scanned-partition.ts'

/** Bytes asked for first, so that something is there soon. */
const firstBytes = 64 * 1024
/** Pauses before a broker is asked again that leads no more, or not yet. */
const retryPausesMs = [100, 200, 400, 800, 1600]
/** Taken for the size of a record until one has been seen. */
const supposedRecordBytes = 200

export interface SearchPlan {
  partitions: ScannedPartition[]
  /** What will not be looked at although it was asked for, in words. */
  notes: string[]
}

interface Question {
  client: ClusterClient
  search: MessageSearch
  isolation: MessageSearch['isolation']
  metadata: ClusterMetadata
  signal: AbortSignal
}

/** @throws AppError NOT_FOUND for a topic or partition that is not there, KAFKA_FAILED, CONNECTION_FAILED */
export async function planSearch(
  client: ClusterClient,
  search: MessageSearch,
  options: { nowMs: number; signal: AbortSignal },
): Promise<SearchPlan> {
  const { signal, nowMs } = options
  const metadata = await client.metadata([search.topic], 0, signal)
  const chosen = choosePartitions(topicOf(metadata, search.topic), search.partitions)
  const question: Question = { client, search, isolation: search.isolation, metadata, signal }
  const startMs = startTime(search.start, nowMs)
  const endMs = search.end?.at === 'time' ? search.end.timeMs : null
  // What a transaction that is still open holds back is not read, which a search that ends has to say.
  const isHeldBack = search.isolation === 'read_committed' && !search.live
  const [earliest, latest, logEnds, starts, ends] = await Promise.all([
    ask(question, chosen, offsetTime.earliest),
    ask(question, chosen, offsetTime.latest),
    isHeldBack ? ask({ ...question, isolation: 'read_uncommitted' }, chosen, offsetTime.latest) : null,
    startMs === null ? null : ask(question, chosen, timeOf(startMs)),
    endMs === null ? null : ask(question, chosen, timeOf(endMs)),
  ])
  const notes = logEnds === null ? [] : await heldBackWords(question, chosen, latest, logEnds)
  const partitions = chosen.map((meta) => {
    const answers = [earliest, latest, starts, ends].map((found) => found?.get(meta.partition) ?? null)
    return openPartition(meta, answers, search, notes)
  })
  return { partitions, notes }
}

/**
 * Partitions that the topic was given since a search was planned, to be read from their beginning: what they hold came
 * after. None where the search asks for some only, or where the cluster does not tell now.
 */
export async function planAdded(
  client: ClusterClient,
  search: MessageSearch,
  { known, signal }: { known: readonly ScannedPartition[]; signal: AbortSignal },
): Promise<ScannedPartition[]> {
  if (search.partitions !== undefined) return []
  const numbers = new Set(known.map(({ partition }) => partition))
  try {
    const metadata = await client.metadata([search.topic], 0, signal)
    const all = topicOf(metadata, search.topic).partitions.map(({ partition }) => partition)
    const partitions = all.filter((partition) => !numbers.has(partition))
    if (partitions.length === 0) return []
    const own: MessageSearch = { ...search, partitions, start: { at: 'oldest' }, end: undefined }
    const plan = await planSearch(client, own, { nowMs: Date.now(), signal })
    return plan.partitions.filter(({ state }) => state !== 'failed')
  } catch (error) {
    signal.throwIfAborted()
    // Asked again a little later; what is being read says for itself what is wrong.
    if (!(error instanceof AppError)) throw error
    return []
  }
}

/** @throws AppError NOT_FOUND, KAFKA_FAILED */
export function topicOf(metadata: ClusterMetadata, name: string): TopicMetadata {
  const topic = metadata.topics.find((one) => one.name === name)
  if (topic === undefined || topic.error === errorCode.unknownTopicOrPartition) {
    throw new AppError('NOT_FOUND', `there is no topic ${name}`)
  }
  if (topic.error !== errorCode.none) throw kafkaError(topic.error, `topic ${name}`)
  return topic
}

function choosePartitions(topic: TopicMetadata, wanted: readonly number[] | undefined): PartitionMetadata[] {
  const all = topic.partitions.toSorted((left, right) => left.partition - right.partition)
  if (wanted === undefined) return all
  const numbers = new Set(wanted)
  const chosen = all.filter(({ partition }) => numbers.has(partition))
  if (chosen.length === numbers.size) return chosen
  const known = new Set(all.map(({ partition }) => partition))
  const missing = wanted.filter((partition) => !known.has(partition))
  throw new AppError('NOT_FOUND', `${topic.name} has no partition ${missing.join(', ')}`)
}

function startTime(start: SearchStart, nowMs: number): number | null {
  switch (start.at) {
    case 'time':
      return start.timeMs
    case 'ago':
      return nowMs - start.ms
    case 'newest':
    case 'oldest':
    case 'offset':
      return null
    default:
      return assertNever(start)
  }
}

/** Times before 1970 would be taken for something else. */
function timeOf(ms: number): bigint {
  return BigInt(Math.max(0, Math.floor(ms)))
}

async function ask(
  { client, search, isolation, metadata, signal }: Question,
  partitions: readonly PartitionMetadata[],
  time: bigint,
): Promise<Map<number, FoundOffset>> {
  const { topic } = search
  const wanted = partitions.map(({ partition }) => ({ topic, partition, time }))
  const found = await findOffsets(client, metadata, wanted, { isolation, signal })
  const byPartition = new Map(found.map((one) => [one.partition, one]))
  // A topic that was just made, or a leader that just moved, settles within moments.
  for (const pauseMs of retryPausesMs) {
    const unsettled = [...byPartition.values()].filter(isUnsettled)
    if (unsettled.length === 0) break
    await sleep(pauseMs, undefined, { signal })
    const renewed = await client.metadata([topic], 0, signal)
    const again = unsettled.map(({ partition }) => ({ topic, partition, time }))
    const answers = await findOffsets(client, renewed, again, { isolation, signal })
    for (const one of answers) byPartition.set(one.partition, one)
  }
  return byPartition
}

/** Whether a broker says that another one leads by now. */
function isUnsettled({ error }: FoundOffset): boolean {
  return error > 0 && error !== errorCode.leaderNotAvailable && isRetriable(error)
}

function openPartition(
  meta: PartitionMetadata,
  [earliest, latest, start, end]: readonly (FoundOffset | null)[],
  search: MessageSearch,
  notes: string[],
): ScannedPartition {
  const fault = [earliest, latest, start, end].find((found) => (found?.problem ?? '') !== '') ?? null
  const first = Math.max(0, Number(earliest?.offset ?? 0n))
  const last = Math.max(first, Number(latest?.offset ?? 0n))
  const wantedFrom = wantedStart(search, start ?? null, { first, last })
  const wantedTo = wantedEnd(search, end ?? null, last)
  const goalFrom = Math.min(Math.max(first, wantedFrom), last)
  const goalTo = Math.max(goalFrom, Math.min(last, wantedTo))
  if (fault === null && wantedFrom < first) notes.push(goneWords(meta.partition, wantedFrom, first))
  const isBackwards = search.start.at === 'newest'
  const begin = isBackwards ? goalTo : goalFrom
  const partition: ScannedPartition = {
    partition: meta.partition,
    leader: meta.leader,
    leaderEpoch: meta.leaderEpoch,
    earliest: first,
    latest: last,
    goalFrom,
    goalTo,
    from: begin,
    to: begin,
    records: 0,
    bytes: 0,
    state: goalFrom === goalTo && !search.live ? 'done' : 'waiting',
    reason: '',
    fetchFrom: begin,
    fetchBytes: firstBytes,
    recordBytes: supposedRecordBytes,
    lowTime: Number.POSITIVE_INFINITY,
    failures: 0,
  }
  if (fault !== null) failPartition(partition, meta.leader < 0 ? 'it has no leader' : fault.problem)
  return partition
}

function wantedStart(
  search: MessageSearch,
  found: FoundOffset | null,
  { first, last }: { first: number; last: number },
): number {
  if (search.start.at === 'offset') return Number(search.start.offset)
  if (found === null) return first
  // Nothing as late as that: only what is still to come.
  return found.offset < 0n ? last : Number(found.offset)
}

/** Only forward searches end anywhere but at what is the end now. */
function wantedEnd(search: MessageSearch, found: FoundOffset | null, last: number): number {
  if (search.start.at === 'newest' || search.end === undefined) return last
  if (search.end.at === 'offset') return Number(search.end.offset)
  return found === null || found.offset < 0n ? last : Number(found.offset)
}

export function goneWords(partition: number, from: number, to: number): string {
  const last = String(to - 1)
  return `partition ${String(partition)}: offsets ${String(from)} to ${last} are gone from the log (retention or deletion)`
}

/** Partitions whose end a transaction that is still open holds back, in words. */
async function heldBackWords(
  question: Question,
  chosen: readonly PartitionMetadata[],
  stable: ReadonlyMap<number, FoundOffset>,
  ends: ReadonlyMap<number, FoundOffset>,
): Promise<string[]> {
  const endOf = (partition: number): bigint => ends.get(partition)?.offset ?? -1n
  const isBehind = ({ partition, problem, offset }: FoundOffset): boolean =>
    problem === '' && offset < endOf(partition)
  const behind = new Set([...stable.values()].filter(isBehind).map(({ partition }) => partition))
  const doubtful = chosen.filter(({ partition }) => behind.has(partition))
  if (doubtful.length === 0) return []
  // Both ends were asked for at once, and the log may have grown in between: asked again, the one has reached the other.
  const again = await ask(question, doubtful, offsetTime.latest)
  return [...again.values()].filter(isBehind).map(({ partition, offset }) => {
    const [from, last] = [String(offset), String(endOf(partition) - 1n)]
    const range = from === last ? `offset ${from} lies` : `offsets ${from} to ${last} lie`
    return `partition ${String(partition)}: ${range} behind the beginning of a transaction that is still open`
  })
}
