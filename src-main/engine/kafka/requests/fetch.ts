/** Fetch (1), versions 4 to 11, without sessions: record batches of explicit partitions from one leader. */
import type { KafkaRequest } from './request.ts'

export interface FetchPartitionInput {
  partition: number
  offset: bigint
  maxBytes: number
  /** Epoch of the leader that the metadata named; -1 where unknown. A stale one is refused, which tells of a change. */
  leaderEpoch: number
}

export interface FetchInput {
  /** The broker answers once it has `minBytes`, or after so many milliseconds. */
  maxWaitMs: number
  minBytes: number
  /** Over all partitions. The first batch of the first partition comes whole even where it is larger. */
  maxBytes: number
  isolation: 'read_committed' | 'read_uncommitted'
  topics: readonly { name: string; partitions: readonly FetchPartitionInput[] }[]
}

/** A transaction that was aborted: batches of the producer from that offset on do not count. */
export interface AbortedTransaction {
  producerId: bigint
  firstOffset: bigint
}

export interface FetchedPartition {
  topic: string
  partition: number
  error: number
  /** End of what is replicated, exclusive. */
  highWatermark: bigint
  /** End of what is decided, exclusive; with read_committed nothing after it is given. */
  lastStable: bigint
  /** Earliest offset of the log; -1 where the version does not say. */
  logStart: bigint
  aborted: AbortedTransaction[]
  /** Record batches; a view into the response. May end in the middle of a batch. */
  records: Uint8Array
}

const nothing = new Uint8Array(0)

export const fetchRequest: KafkaRequest<FetchInput, FetchedPartition[]> = {
  name: 'Fetch',
  key: 1,
  minVersion: 4,
  maxVersion: 11,
  flexibleFrom: 12,
  holdsMs: ({ maxWaitMs }) => maxWaitMs,
  write: (writer, version, input) => {
    writer.int32(-1).int32(input.maxWaitMs).int32(input.minBytes).int32(input.maxBytes)
    writer.int8(input.isolation === 'read_committed' ? 1 : 0)
    if (version >= 7) writer.int32(0).int32(-1)
    writer.array(input.topics, ({ name, partitions }) => {
      writer.string(name)
      writer.array(partitions, ({ partition, offset, maxBytes, leaderEpoch }) => {
        writer.int32(partition)
        if (version >= 9) writer.int32(leaderEpoch)
        writer.int64(offset)
        if (version >= 5) writer.int64(-1n)
        writer.int32(maxBytes)
      })
    })
    if (version >= 7) writer.array([], () => undefined)
    if (version >= 11) writer.string('')
  },
  read: (reader, version) => {
    reader.int32()
    if (version >= 7) {
      reader.int16()
      reader.int32()
    }
    const topics = reader.array(() => {
      const topic = reader.string()
      return reader.array(() => {
        const partition = reader.int32()
        const error = reader.int16()
        const highWatermark = reader.int64()
        const lastStable = reader.int64()
        const logStart = version >= 5 ? reader.int64() : -1n
        const aborted = reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }))
        if (version >= 11) reader.int32()
        const records = reader.nullableBytes() ?? nothing
        return { topic, partition, error, highWatermark, lastStable, logStart, aborted, records }
      })
    })
    return topics.flat()
  },
}
