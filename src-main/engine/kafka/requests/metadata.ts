/** Metadata (3), versions 1 to 12: brokers, and leaders and replicas of topics. Topic ids come with version 10. */
import type { KafkaRequest } from './request.ts'

export interface MetadataInput {
  /** Null for all topics. */
  topics: readonly string[] | null
}

export interface BrokerMetadata {
  nodeId: number
  host: string
  port: number
  rack: string | null
}

export interface PartitionMetadata {
  error: number
  partition: number
  /** -1 where there is none. */
  leader: number
  /** -1 where the version does not say. */
  leaderEpoch: number
  replicas: number[]
  inSync: number[]
  offline: number[]
}

export interface TopicMetadata {
  error: number
  name: string
  /** Hexadecimal id that changes when a topic is made anew; null where the broker is too old to say. */
  id: string | null
  internal: boolean
  partitions: PartitionMetadata[]
}

export interface ClusterMetadata {
  brokers: BrokerMetadata[]
  clusterId: string | null
  /** Broker that takes requests for the controller; -1 where there is none. */
  controllerId: number
  topics: TopicMetadata[]
}

const noId = '0'.repeat(32)

export const metadataRequest: KafkaRequest<MetadataInput, ClusterMetadata> = {
  name: 'Metadata',
  key: 3,
  minVersion: 1,
  maxVersion: 12,
  flexibleFrom: 9,
  write: (writer, version, { topics }) => {
    writer.array(topics, (topic) => {
      if (version >= 10) writer.raw(new Uint8Array(16))
      writer.nullableString(topic).tags()
    })
    // Never make a topic by asking for it.
    if (version >= 4) writer.boolean(false)
    if (version >= 8 && version <= 10) writer.boolean(false)
    if (version >= 8) writer.boolean(false)
    writer.tags()
  },
  read: (reader, version) => {
    if (version >= 3) reader.int32()
    const brokers = reader.array(() => {
      const broker = {
        nodeId: reader.int32(),
        host: reader.string(),
        port: reader.int32(),
        rack: reader.nullableString(),
      }
      reader.tags()
      return broker
    })
    const clusterId = version >= 2 ? reader.nullableString() : null
    const controllerId = reader.int32()
    const topics = reader.array(() => {
      const error = reader.int16()
      const name = reader.nullableString() ?? ''
      const id = version >= 10 ? reader.uuid() : noId
      const internal = reader.boolean()
      const partitions = reader.array(() => {
        const partition = {
          error: reader.int16(),
          partition: reader.int32(),
          leader: reader.int32(),
          leaderEpoch: version >= 7 ? reader.int32() : -1,
          replicas: reader.array(() => reader.int32()),
          inSync: reader.array(() => reader.int32()),
          offline: version >= 5 ? reader.array(() => reader.int32()) : [],
        }
        reader.tags()
        return partition
      })
      if (version >= 8) reader.int32()
      reader.tags()
      return { error, name, id: id === noId ? null : id, internal, partitions }
    })
    return { brokers, clusterId, controllerId, topics }
  },
}
