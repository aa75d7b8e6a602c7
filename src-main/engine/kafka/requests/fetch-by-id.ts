/**
 * Fetch (1), version 13: as fetch.ts, but topics are asked for by their ids, so that a topic that was deleted and made again
 * is refused instead of read as the one before. Brokers from Kafka 3.1 on.
 */
import type { FetchedPartition, FetchInput, FetchPartitionInput } from './fetch.ts'
import type { KafkaRequest } from './request.ts'

export interface FetchByIdInput extends Omit<FetchInput, 'topics'> {
  /** Ids as metadata gives them, hexadecimal. */
  topics: readonly { id: string; partitions: readonly FetchPartitionInput[] }[]
}

/** In `topic` stands the id. */
export type FetchedById = FetchedPartition

const nothing = new Uint8Array(0)

export const fetchByIdRequest: KafkaRequest<FetchByIdInput, FetchedById[]> = {
  name: 'Fetch',
  key: 1,
  minVersion: 13,
  maxVersion: 13,
  flexibleFrom: 12,
  holdsMs: ({ maxWaitMs }) => maxWaitMs,
  write: (writer, _version, input) => {
    writer.int32(-1).int32(input.maxWaitMs).int32(input.minBytes).int32(input.maxBytes)
    writer.int8(input.isolation === 'read_committed' ? 1 : 0)
    // No session.
    writer.int32(0).int32(-1)
    writer.array(input.topics, ({ id, partitions }) => {
      writer.uuid(id)
      writer.array(partitions, ({ partition, offset, maxBytes, leaderEpoch }) => {
        writer.int32(partition).int32(leaderEpoch).int64(offset)
        writer.int32(-1).int64(-1n).int32(maxBytes).tags()
      })
      writer.tags()
    })
    writer.array([], () => undefined)
    writer.string('').tags()
  },
  read: (reader) => {
    reader.int32()
    reader.int16()
    reader.int32()
    const topics = reader.array(() => {
      const topic = reader.uuid()
      const partitions = reader.array(() => {
        const partition = reader.int32()
        const error = reader.int16()
        const highWatermark = reader.int64()
        const lastStable = reader.int64()
        const logStart = reader.int64()
        const aborted = reader.array(() => {
          const transaction = { producerId: reader.int64(), firstOffset: reader.int64() }
          reader.tags()
          return transaction
        })
        reader.int32()
        const records = reader.nullableBytes() ?? nothing
        reader.tags()
        return { topic, partition, error, highWatermark, lastStable, logStart, aborted, records }
      })
      reader.tags()
      return partitions
    })
    reader.tags()
    return topics.flat()
  },
}
