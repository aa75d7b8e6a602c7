/**
 * DescribeQuorum (55), version 0: which node is the controller of a KRaft cluster. Metadata names any broker instead, as
 * requests for the controller may go to each of them.
 */
import { checkError } from './error-codes.ts'
import type { KafkaRequest } from './request.ts'
import type { WireReader } from '../wire/wire-reader.ts'

const metadataTopic = '__cluster_metadata'

/** Node id of the active controller; -1 while there is none. */
export const describeQuorumRequest: KafkaRequest<null, number> = {
  name: 'DescribeQuorum',
  key: 55,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  write: (writer) => {
    writer.array([metadataTopic], (topic) => {
      writer.string(topic)
      writer.array([0], (partition) => writer.int32(partition).tags()).tags()
    })
    writer.tags()
  },
  read: (reader) => {
    checkError(reader.int16(), 'DescribeQuorum')
    const topics = reader.array(() => {
      reader.string()
      const leaders = reader.array(() => {
        reader.int32()
        const error = reader.int16()
        const leader = reader.int32()
        reader.int32()
        reader.int64()
        skipReplicas(reader)
        skipReplicas(reader)
        reader.tags()
        return { error, leader }
      })
      reader.tags()
      return leaders
    })
    const [found] = topics.flat()
    checkError(found?.error ?? -1, 'DescribeQuorum')
    return found?.leader ?? -1
  },
}

/** Voters, and then observers, with how far each has come. */
function skipReplicas(reader: WireReader): void {
  reader.array(() => {
    reader.int32()
    reader.int64()
    reader.tags()
  })
}
