/**
 * Where a Kafka source begins in partitions for which the store has no position. A partition that came after the source
 * had started is read from its beginning: all of it is new. Ingest thread.
 */
import { AppError } from '#contract/errors.ts'
import type { KafkaInput, KafkaStart } from '../../../workspace/model.ts'
import type { ClusterClient } from '../../kafka/client/cluster-client.ts'
import { findOffsets, type FoundOffset } from '../../kafka/client/partition-offsets.ts'
import { offsetTime } from '../../kafka/requests/list-offsets.ts'
import type { ClusterMetadata } from '../../kafka/requests/metadata.ts'

export interface NewPartition {
  topic: string
  partition: number
  /** True where its topic was read before, or appeared while the source ran. */
  isLate: boolean
}

export interface StartOptions {
  client: ClusterClient
  metadata: ClusterMetadata
  input: KafkaInput
  nowMs: number
  signal: AbortSignal
}

/** @throws AppError KAFKA_FAILED where a broker did not say; then none of them has begun */
export async function startOffsets(
  partitions: readonly NewPartition[],
  options: StartOptions,
): Promise<Map<NewPartition, number>> {
  const { input, nowMs } = options
  const timeOf = ({ isLate }: NewPartition): bigint =>
    isLate ? offsetTime.earliest : startTime(input.from, nowMs)
  const found = await ask(partitions, timeOf, options)
  // A time after the newest record has no offset: begin at the end.
  const beyond = partitions.filter((partition) => found.get(partition)?.offset === -1n)
  const ends = await ask(beyond, () => offsetTime.latest, options)
  const starts = new Map<NewPartition, number>()
  for (const partition of partitions) {
    const offset = Number((ends.get(partition) ?? found.get(partition))?.offset ?? 0n)
    const { from } = input
    starts.set(partition, !partition.isLate && from.kind === 'offset' ? Number(from.offset) : offset)
  }
  return starts
}

function startTime(from: KafkaStart, nowMs: number): bigint {
  switch (from.kind) {
    case 'earliest':
      return offsetTime.earliest
    case 'latest':
    case 'offset':
      return offsetTime.latest
    case 'timestamp':
      return BigInt(from.ms)
    case 'ago':
      return BigInt(Math.floor(nowMs - from.ms))
  }
}

async function ask(
  partitions: readonly NewPartition[],
  timeOf: (partition: NewPartition) => bigint,
  { client, metadata, input, signal }: StartOptions,
): Promise<Map<NewPartition, FoundOffset>> {
  if (partitions.length === 0) return new Map()
  const wanted = partitions.map((partition) => ({
    topic: partition.topic,
    partition: partition.partition,
    time: timeOf(partition),
  }))
  const answers = await findOffsets(client, metadata, wanted, { isolation: input.isolation, signal })
  const byKey = new Map(answers.map((answer) => [`${answer.topic}\n${String(answer.partition)}`, answer]))
  return new Map(
    partitions.map((partition) => {
      const answer = byKey.get(`${partition.topic}\n${String(partition.partition)}`)
      if (answer === undefined || answer.problem !== '') throw unknownStart(partition, answer)
      return [partition, answer]
    }),
  )
}

function unknownStart({ topic, partition }: NewPartition, answer: FoundOffset | undefined): AppError {
  const why = answer?.problem ?? 'the broker did not answer'
  const message = `where to begin in partition ${String(partition)} of ${topic} is not known: ${why}`
  return new AppError('KAFKA_FAILED', message, { details: { retriable: true } })
}
