/**
 * ListOffsets (2) for very many partitions: one time for all of them, and the answer as columns of numbers, without an object
 * for each partition. Otherwise as list-offsets.ts.
 */
import type { ListOffsetsInput } from './list-offsets.ts'
import type { KafkaRequest } from './request.ts'

export interface OffsetColumnsInput {
  isolation: ListOffsetsInput['isolation']
  /** One of offsetTime, for all partitions. */
  time: bigint
  topics: readonly { name: string; partitions: readonly number[] }[]
}

/** Topics with the rows that are theirs, `start` inclusive, `end` exclusive; the other arrays have one entry per partition. */
export interface OffsetColumns {
  topics: { name: string; start: number; end: number }[]
  partition: number[]
  error: number[]
  /** -1 where there is no such record. */
  offset: number[]
  /** Milliseconds since 1970; -1 where not known. */
  timestamp: number[]
}

/** First version that knows the newest timestamp. */
export const newestTimestampFrom = 7

export const offsetColumnsRequest: KafkaRequest<OffsetColumnsInput, OffsetColumns> = {
  name: 'ListOffsets',
  key: 2,
  minVersion: 1,
  maxVersion: 8,
  flexibleFrom: 6,
  write: (writer, version, { isolation, time, topics }) => {
    writer.int32(-1)
    if (version >= 2) writer.int8(isolation === 'read_committed' ? 1 : 0)
    writer.array(topics, ({ name, partitions }) => {
      writer.string(name)
      writer.array(partitions, (partition) => {
        writer.int32(partition)
        if (version >= 4) writer.int32(-1)
        writer.int64(time).tags()
      })
      writer.tags()
    })
    writer.tags()
  },
  read: (reader, version) => {
    const columns: OffsetColumns = { topics: [], partition: [], error: [], offset: [], timestamp: [] }
    if (version >= 2) reader.int32()
    const int64 = (): number => reader.int32() * 2 ** 32 + reader.uint32()
    reader.array(() => {
      const name = reader.string()
      const start = columns.partition.length
      reader.array(() => {
        columns.partition.push(reader.int32())
        columns.error.push(reader.int16())
        columns.timestamp.push(int64())
        columns.offset.push(int64())
        if (version >= 4) reader.int32()
        reader.tags()
      })
      reader.tags()
      columns.topics.push({ name, start, end: columns.partition.length })
    })
    return columns
  },
}
