/**
 * Writes one message, where the connection allows it and the person has confirmed the topic. Its partition is the one that
 * Kafka's own clients would choose. Cluster thread.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { ProducedAt, ProducedMessage } from '#contract/messages.ts'
import type { ClusterClients } from '../kafka/client/cluster-clients.ts'
import { partitionOfKey } from '../kafka/records/murmur2.ts'
import { writeBatch } from '../kafka/records/batch-writer.ts'
import { errorCode, kafkaError } from '../kafka/requests/error-codes.ts'
import type { PartitionMetadata } from '../kafka/requests/metadata.ts'
import { produceRequest } from '../kafka/requests/produce.ts'
import { topicOf } from './search-plan.ts'

const acknowledgeMs = 30_000
const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** @throws AppError CONNECTION_REFUSES_WRITES, USAGE, NOT_FOUND, KAFKA_FAILED with the broker's words, CONNECTION_FAILED */
export async function produceMessage(clients: ClusterClients, message: ProducedMessage): Promise<ProducedAt> {
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
  const metadata = await client.metadata([topic])
  const chosen = choosePartition(topicOf(metadata, topic).partitions, message.partition, record.key)
  const what = `partition ${String(chosen.partition)} of ${topic}`
  if (chosen.leader < 0) throw kafkaError(errorCode.leaderNotAvailable, what)
  const connection = await client.broker(chosen.leader, 'produce')
  const answer = await connection.send(produceRequest, {
    topic,
    partition: chosen.partition,
    timeoutMs: acknowledgeMs,
    records: writeBatch([record]),
  })
  if (answer.error !== errorCode.none) {
    throw kafkaError(
      answer.error,
      what,
      [...answer.recordErrors, answer.message ?? ''].filter(Boolean).join('; '),
    )
  }
  return {
    partition: chosen.partition,
    offset: String(answer.baseOffset),
    timestamp: answer.appendedAt < 0n ? record.timestamp : Number(answer.appendedAt),
  }
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
