/** OffsetCommit (8), versions 2 to 8, by a client outside of any generation: positions for other tools to see. */
import type { KafkaRequest } from './request.ts'

export interface OffsetCommitInput {
  group: string
  topics: readonly { name: string; partitions: readonly { partition: number; offset: bigint }[] }[]
}

export interface CommittedOffset {
  topic: string
  partition: number
  error: number
}

/** Generation and member of those who only commit. */
const noGeneration = -1
const noMember = ''

export const offsetCommitRequest: KafkaRequest<OffsetCommitInput, CommittedOffset[]> = {
  name: 'OffsetCommit',
  key: 8,
  minVersion: 2,
  maxVersion: 8,
  flexibleFrom: 8,
  write: (writer, version, { group, topics }) => {
    writer.string(group).int32(noGeneration).string(noMember)
    if (version >= 7) writer.nullableString(null)
    if (version <= 4) writer.int64(-1n)
    writer.array(topics, ({ name, partitions }) => {
      writer.string(name)
      writer.array(partitions, ({ partition, offset }) => {
        writer.int32(partition).int64(offset)
        if (version >= 6) writer.int32(-1)
        writer.nullableString('').tags()
      })
      writer.tags()
    })
    writer.tags()
  },
  read: (reader, version) => {
    if (version >= 3) reader.int32()
    const topics = reader.array(() => {
      const topic = reader.string()
      const partitions = reader.array(() => {
        const committed = { topic, partition: reader.int32(), error: reader.int16() }
        reader.tags()
        return committed
      })
      reader.tags()
      return partitions
    })
    return topics.flat()
  },
}
