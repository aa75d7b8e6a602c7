/** DeleteGroups (42), versions 0 to 2: removes an empty consumer group with its positions. */
import type { KafkaRequest } from './request.ts'

export const deleteGroupsRequest: KafkaRequest<readonly string[], { group: string; error: number }[]> = {
  name: 'DeleteGroups',
  key: 42,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  write: (writer, _version, groups) => {
    writer.array(groups, (group) => {
      writer.string(group)
    })
    writer.tags()
  },
  read: (reader) => {
    reader.int32()
    return reader.array(() => {
      const deleted = { group: reader.string(), error: reader.int16() }
      reader.tags()
      return deleted
    })
  },
}
