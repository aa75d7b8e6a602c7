/** The newest records of topics, for those who want to see what is in them. Bounded in records, bytes and requests. */
import { BatchReader } from '../records/batch-reader.ts'
import { errorCode } from '../requests/error-codes.ts'
import { fetchRequest } from '../requests/fetch.ts'
import { offsetTime } from '../requests/list-offsets.ts'
import type { ClusterMetadata } from '../requests/metadata.ts'
import type { ClusterClient } from './cluster-client.ts'
import { findOffsets, leadersOf } from './partition-offsets.ts'

const mostPartitions = 64
const partitionBytes = 1024 * 1024
/** Fetches of one partition: what is left after compaction may begin later than asked. */
const mostFetches = 8
const isolation = 'read_committed' as const

/** Copies; null where there is none. */
export interface SampledRecord {
  topic: string
  key: Uint8Array | null
  value: Uint8Array | null
}

/**
 * @param metadata of the topics that are looked at, only these
 * @param records in all, about
 * @throws AppError KAFKA_FAILED, CONNECTION_FAILED
 */
export async function newestRecords(
  client: ClusterClient,
  metadata: ClusterMetadata,
  { records, signal }: { records: number; signal?: AbortSignal | undefined },
): Promise<SampledRecord[]> {
  const places = metadata.topics
    .filter(({ error }) => error === errorCode.none)
    .flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
    .slice(0, mostPartitions)
  const ask = async (time: bigint) => {
    const wanted = places.map((place) => ({ ...place, time }))
    const found = await findOffsets(client, metadata, wanted, { isolation, signal })
    return new Map(found.map(({ topic, partition, offset }) => [placeKey(topic, partition), Number(offset)]))
  }
  const [earliest, latest] = [await ask(offsetTime.earliest), await ask(offsetTime.latest)]
  const share = Math.max(1, Math.ceil(records / Math.max(1, places.length)))
  const sample: SampledRecord[] = []
  for (const { topic, partition } of places) {
    const key = placeKey(topic, partition)
    const end = latest.get(key) ?? 0
    const from = Math.max(earliest.get(key) ?? 0, end - share)
    const leader = leadersOf(metadata).get(topic)?.get(partition) ?? -1
    if (leader < 0 || from >= end) continue
    sample.push(...(await readRange(client, { topic, partition, leader, from, end }, signal)))
  }
  return sample
}

interface Range {
  topic: string
  partition: number
  leader: number
  from: number
  end: number
}

async function readRange(
  client: ClusterClient,
  { topic, partition, leader, from, end }: Range,
  signal?: AbortSignal,
): Promise<SampledRecord[]> {
  const sample: SampledRecord[] = []
  const reader = new BatchReader()
  let next = from
  for (let count = 0; next < end && count < mostFetches; count++) {
    const connection = await client.broker(leader, 'control', signal)
    const partitions = [{ partition, offset: BigInt(next), maxBytes: partitionBytes, leaderEpoch: -1 }]
    const topics = [{ name: topic, partitions }]
    const input = { maxWaitMs: 0, minBytes: 1, maxBytes: partitionBytes, isolation, topics }
    const [part] = await connection.send(fetchRequest, input, { signal })
    if (part === undefined || part.error !== errorCode.none || part.records.length === 0) return sample
    reader.open(part.records, next, part.aborted)
    while (reader.next() && reader.offset < end) sample.push(copyOf(topic, reader))
    next = Math.max(next + 1, reader.nextOffset)
  }
  return sample
}

function copyOf(topic: string, reader: BatchReader): SampledRecord {
  const { bytes, keyStart, keyLength, valueStart, valueLength } = reader
  return {
    topic,
    key: keyLength < 0 ? null : bytes.slice(keyStart, keyStart + keyLength),
    value: valueLength < 0 ? null : bytes.slice(valueStart, valueStart + valueLength),
  }
}

function placeKey(topic: string, partition: number): string {
  return `${topic}\n${String(partition)}`
}
