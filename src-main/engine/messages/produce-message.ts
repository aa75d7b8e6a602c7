/**
 * Writes one message, where the connection allows it and the person has confirmed the topic. Its partition is the one that
 * Kafka's own clients would choose. Cluster thread.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { ProducedAt, ProducedMessage } from '#contract/messages.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrokerConnection } from '../kafka/client/broker-connection.ts'
import { partitionOfKey } from '../kafka/records/murmur2.ts'
import { writeBatch, type WrittenRecord } from '../kafka/records/batch-writer.ts'
import { errorCode, kafkaError } from '../kafka/requests/error-codes.ts'
import type { ClusterMetadata, PartitionMetadata } from '../kafka/requests/metadata.ts'
import { type Produced, produceRequest } from '../kafka/requests/produce.ts'
import { topicOf } from './search-plan.ts'

const acknowledgeMs = 30_000
/** Pauses before another broker is asked: leaders of a topic that was just made, or that move, settle within moments. */
const retryPausesMs = [100, 200, 400, 800, 1600]
/** Answers after which nothing has been written, and another broker may lead. */
const unsettled: ReadonlySet<number> = new Set([
  errorCode.notLeaderOrFollower,
  errorCode.leaderNotAvailable,
  errorCode.unknownTopicOrPartition,
])
const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** What writing needs of a cluster's clients. */
export interface ProduceClients {
  settings(name: string): { writes: boolean }
  client(name: string): ProduceClient
}

interface ProduceClient {
  metadata(topics: readonly string[]): Promise<ClusterMetadata>
  broker(nodeId: number, purpose: string): Promise<Pick<BrokerConnection, 'send'>>
}

/**
 * @param pause waits so many milliseconds before another broker is asked
 * @throws AppError CONNECTION_REFUSES_WRITES, USAGE, NOT_FOUND, KAFKA_FAILED with the broker's words, CONNECTION_FAILED
 */
export async function produceMessage(
  clients: ProduceClients,
  message: ProducedMessage,
  pause: (ms: number) => Promise<unknown> = sleep,
): Promise<ProducedAt> {
  const { connection: name, topic, confirm } = message
  if (!clients.settings(name).writes) {
    throw new AppError('CONNECTION_REFUSES_WRITES', `the connection ${name} is read-only`)
  }
  if (confirm !== topic) {
    throw new AppError('USAGE', `the topic that was confirmed is ${confirm}, but the message is for ${topic}`)
  }
  const record = {
    key: bytesOf(message.key, 'key'),
    value: bytesOf(message.value, 'value'),
    headers: message.headers.map((header) => ({
      name: Buffer.from(header.name),
      value: bytesOf(header.value, `header ${header.name}`),
    })),
    timestamp: message.timestamp ?? Date.now(),
  }
  const client = clients.client(name)
  for (const pauseMs of [...retryPausesMs, null]) {
    const { partition, answer } = await write(client, topic, { wanted: message.partition, record })
    if (unsettled.has(answer.error) && pauseMs !== null) {
      await pause(pauseMs)
      continue
    }
    if (answer.error !== errorCode.none) throw refused(answer, topic, partition)
    return {
      partition,
      offset: String(answer.baseOffset),
      timestamp: answer.appendedAt < 0n ? record.timestamp : Number(answer.appendedAt),
    }
  }
  throw new AppError('INTERNAL', 'a produced message had no answer')
}

/** One try, by leaders as they are now. */
async function write(
  client: ProduceClient,
  topic: string,
  { wanted, record }: { wanted: number | undefined; record: WrittenRecord },
): Promise<{ partition: number; answer: Produced }> {
  const metadata = await client.metadata([topic])
  const { partition, leader } = choosePartition(topicOf(metadata, topic).partitions, wanted, record.key)
  if (leader < 0) return { partition, answer: { ...noAnswer, error: errorCode.leaderNotAvailable } }
  const connection = await client.broker(leader, 'produce')
  const records = writeBatch([record])
  const answer = await connection.send(produceRequest, {
    topic,
    partition,
    timeoutMs: acknowledgeMs,
    records,
  })
  return { partition, answer }
}

const noAnswer: Produced = { error: 0, baseOffset: -1n, appendedAt: -1n, recordErrors: [], message: null }

function refused({ error, recordErrors, message }: Produced, topic: string, partition: number): AppError {
  const words = [...recordErrors, message ?? ''].filter(Boolean).join('; ')
  return kafkaError(error, `partition ${String(partition)} of ${topic}`, words)
}

/** By the key over all partitions; without one any that has a leader. */
function choosePartition(
  partitions: readonly PartitionMetadata[],
  wanted: number | undefined,
  key: Uint8Array | null,
): PartitionMetadata {
  const number = wanted ?? (key === null ? null : partitionOfKey(key, partitions.length))
  if (number === null) {
    const led = partitions.filter(({ leader }) => leader >= 0)
    const any = led[Math.floor(Math.random() * led.length)]
    if (any !== undefined) return any
  }
  const found = partitions.find(({ partition }) => partition === (number ?? 0))
  if (found === undefined) throw new AppError('NOT_FOUND', `there is no partition ${String(number)}`)
  return found
}

function bytesOf(input: ProducedMessage['key'], what: string): Uint8Array | null {
  if (input === null) return null
  if ('base64' in input && !base64Form.test(input.base64)) {
    throw new AppError('USAGE', `the ${what} is not base64`)
  }
  const bytes = 'text' in input ? Buffer.from(input.text) : Buffer.from(input.base64, 'base64')
  if (bytes.length <= limits.producedBytes) return bytes
  const most = limits.producedBytes.toLocaleString('en-US')
  throw new AppError(
    'USAGE',
    `the ${what} has ${bytes.length.toLocaleString('en-US')} bytes; the most is ${most}`,
  )
}
