/** DescribeGroups (15), versions 0 to 5: state and members of classic groups, asked of their coordinator. */
import { WireReader } from '../wire/wire-reader.ts'
import type { KafkaRequest } from './request.ts'

export interface TopicAssignment {
  topic: string
  partitions: number[]
}

export interface GroupMember {
  id: string
  clientId: string
  host: string
  assignments: TopicAssignment[]
}

export interface DescribedGroup {
  id: string
  error: number
  words: string | null
  state: string
  protocol: string
  /** Strategy that the members agreed on; empty where there is none. */
  assignor: string
  members: GroupMember[]
}

export const describeGroupsRequest: KafkaRequest<readonly string[], DescribedGroup[]> = {
  name: 'DescribeGroups',
  key: 15,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 5,
  write: (writer, version, groups) => {
    writer.array(groups, (group) => writer.string(group))
    if (version >= 3) writer.boolean(false)
    writer.tags()
  },
  read: (reader, version) => {
    if (version >= 1) reader.int32()
    return reader.array(() => {
      const error = reader.int16()
      const id = reader.string()
      const state = reader.string()
      const protocol = reader.string()
      const assignor = reader.string()
      const members = reader.array(() => {
        const member = reader.string()
        if (version >= 4) reader.nullableString()
        const clientId = reader.string()
        const host = reader.string()
        reader.nullableBytes()
        const assignment = reader.nullableBytes()
        reader.tags()
        return {
          id: member,
          clientId,
          host,
          assignments: protocol === 'consumer' ? assigned(assignment) : [],
        }
      })
      if (version >= 3) reader.int32()
      reader.tags()
      return { id, error, words: null, state, protocol, assignor, members }
    })
  },
}

/** Assignment as consumers write it (ConsumerProtocolAssignment); empty while a group has not settled. */
function assigned(bytes: Uint8Array | null): TopicAssignment[] {
  if (bytes === null || bytes.length < 6) return []
  const reader = new WireReader(bytes, false)
  reader.int16()
  return reader.array(() => ({ topic: reader.string(), partitions: reader.array(() => reader.int32()) }))
}
