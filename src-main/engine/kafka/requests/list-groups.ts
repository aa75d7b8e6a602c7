/** ListGroups (16), versions 0 to 5: groups that one broker coordinates. Their state comes with version 4, their kind with 5. */
import type { KafkaRequest } from './request.ts'

export interface ListedGroup {
  id: string
  /** "consumer", "connect", "share", or empty for a group without members. */
  protocol: string
  /** Null where the version does not say. */
  state: string | null
  /** "classic", "consumer", "share", "streams"; null where the version does not say. */
  kind: string | null
}

export interface ListedGroups {
  error: number
  groups: ListedGroup[]
}

export const listGroupsRequest: KafkaRequest<null, ListedGroups> = {
  name: 'ListGroups',
  key: 16,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 3,
  write: (writer, version) => {
    // In any state, of any kind.
    if (version >= 4) writer.array([], () => undefined)
    if (version >= 5) writer.array([], () => undefined)
    writer.tags()
  },
  read: (reader, version) => {
    if (version >= 1) reader.int32()
    const error = reader.int16()
    const groups = reader.array(() => {
      const group = {
        id: reader.string(),
        protocol: reader.string(),
        state: version >= 4 ? reader.string() : null,
        kind: version >= 5 ? reader.string().toLowerCase() : null,
      }
      reader.tags()
      return group
    })
    return { error, groups }
  },
}
