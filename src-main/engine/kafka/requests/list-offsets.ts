/** ListOffsets (2), versions 1 to 8: offsets at the ends of partitions, at a time, or of the newest timestamp (7 on). */
import type { KafkaRequest } from './request.ts'

/** Special times of ListOffsets. */
export const offsetTime = { latest: -1n, earliest: -2n, newestTimestamp: -3n } as const

export interface ListOffsetsInput {
  /** With read_committed, `latest` is the last stable offset. */
  isolation: 'read_committed' | 'read_uncommitted'
  topics: readonly {
    name: string
    /** `time`: milliseconds since 1970, or one of {@link offsetTime}. */
    partitions: readonly { partition: number; time: bigint }[]
  }[]
}

export interface ListedOffset {
  topic: string
  partition: number
  error: number
  /** -1 where there is no record at or after the time. */
  offset: bigint
  /** Of that record; -1 where it is not known. */
  timestamp: bigint
}

export const listOffsetsRequest: KafkaRequest<ListOffsetsInput, ListedOffset[]> = {
  name: 'ListOffsets',
  key: 2,
  minVersion: 1,
  maxVersion: 8,
  flexibleFrom: 6,
  write: (writer, version, { isolation, topics }) => {
    writer.int32(-1)
    if (version >= 2) writer.int8(isolation === 'read_committed' ? 1 : 0)
    writer.array(topics, (topic) => {
      writer.string(topic.name)
      writer.array(topic.partitions, ({ partition, time }) => {
        writer.int32(partition)
        if (version >= 4) writer.int32(-1)
        writer.int64(time).tags()
      })
      writer.tags()
    })
    writer.tags()
  },
  read: (reader, version) => {
    if (version >= 2) reader.int32()
    const topics = reader.array(() => {
      const topic = reader.string()
      const partitions = reader.array(() => {
        const partition = reader.int32()
        const error = reader.int16()
        const timestamp = reader.int64()
        const offset = reader.int64()
        if (version >= 4) reader.int32()
        reader.tags()
        return { topic, partition, error, offset, timestamp }
      })
      reader.tags()
      return partitions
    })
    return topics.flat()
  },
}
