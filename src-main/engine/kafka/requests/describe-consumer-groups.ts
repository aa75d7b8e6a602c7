/** ConsumerGroupDescribe (69), versions 0 and 1: groups of the protocol of KIP-848, asked of their coordinator. */
import type { DescribedGroup, TopicAssignment } from './describe-groups.ts'
import type { WireReader } from '../wire/wire-reader.ts'
import type { KafkaRequest } from './request.ts'

export const describeConsumerGroupsRequest: KafkaRequest<readonly string[], DescribedGroup[]> = {
  name: 'ConsumerGroupDescribe',
  key: 69,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  write: (writer, _version, groups) => {
    writer.array(groups, (group) => writer.string(group))
    writer.boolean(false).tags()
  },
  read: (reader, version) => {
    reader.int32()
    return reader.array(() => {
      const error = reader.int16()
      const words = reader.nullableString()
      const id = reader.string()
      const state = reader.string()
      reader.int32()
      reader.int32()
      const assignor = reader.string()
      const members = reader.array(() => {
        const member = reader.string()
        reader.nullableString()
        reader.nullableString()
        reader.int32()
        const clientId = reader.string()
        const host = reader.string()
        reader.array(() => reader.string())
        reader.nullableString()
        const assignments = readAssignment(reader)
        readAssignment(reader)
        if (version >= 1) reader.int8()
        reader.tags()
        return { id: member, clientId, host, assignments }
      })
      reader.int32()
      reader.tags()
      return { id, error, words, state, protocol: 'consumer', assignor, members }
    })
  },
}

function readAssignment(reader: WireReader): TopicAssignment[] {
  const topics = reader.array(() => {
    reader.uuid()
    const topic = reader.string()
    const partitions = reader.array(() => reader.int32())
    reader.tags()
    return { topic, partitions }
  })
  reader.tags()
  return topics
}
