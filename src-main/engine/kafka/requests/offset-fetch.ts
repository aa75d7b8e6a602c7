/** OffsetFetch (9), versions 2 to 8: everything that groups have committed, asked of their coordinator. Several at once from 8. */
import type { WireReader } from '../wire/wire-reader.ts'
import type { KafkaRequest } from './request.ts'

export interface CommittedOffset {
  topic: string
  partition: number
  /** -1 where nothing is committed. */
  offset: number
  error: number
}

export interface GroupOffsets {
  /** Empty where the version does not say: it answers the one group that was asked for. */
  group: string
  error: number
  offsets: CommittedOffset[]
}

/** Version from which one request takes more than one group. */
export const manyGroupsFrom = 8

export const offsetFetchRequest: KafkaRequest<readonly string[], GroupOffsets[]> = {
  name: 'OffsetFetch',
  key: 9,
  minVersion: 2,
  maxVersion: 8,
  flexibleFrom: 6,
  write: (writer, version, groups) => {
    // All topics of each group; also what was committed while a transaction is still open.
    if (version >= manyGroupsFrom) {
      writer.array(groups, (group) => {
        writer.string(group)
        writer.array(null, () => undefined).tags()
      })
    } else {
      writer.string(groups[0] ?? '')
      writer.array(null, () => undefined)
    }
    if (version >= 7) writer.boolean(false)
    writer.tags()
  },
  read: (reader, version) => {
    if (version >= 3) reader.int32()
    if (version >= manyGroupsFrom) {
      return reader.array(() => {
        const group = reader.string()
        const offsets = readOffsets(reader, version)
        const error = reader.int16()
        reader.tags()
        return { group, error, offsets }
      })
    }
    const offsets = readOffsets(reader, version)
    return [{ group: '', error: reader.int16(), offsets }]
  },
}

function readOffsets(reader: WireReader, version: number): CommittedOffset[] {
  const offsets: CommittedOffset[] = []
  reader.array(() => {
    const topic = reader.string()
    reader.array(() => {
      const partition = reader.int32()
      const offset = Number(reader.int64())
      if (version >= 5) reader.int32()
      reader.nullableString()
      const error = reader.int16()
      reader.tags()
      offsets.push({ topic, partition, offset, error })
    })
    reader.tags()
  })
  return offsets
}
