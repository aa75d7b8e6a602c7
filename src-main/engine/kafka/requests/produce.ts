/** Produce (0), versions 3 to 9: one batch to one partition, acknowledged by all replicas in sync. */
import type { KafkaRequest } from './request.ts'

export interface ProduceInput {
  topic: string
  partition: number
  /** How long the broker may wait for its followers. */
  timeoutMs: number
  /** One record batch. */
  records: Uint8Array
}

export interface Produced {
  error: number
  baseOffset: bigint
  /** Where the topic stamps records on arrival; otherwise -1. */
  appendedAt: bigint
  /** What the broker says of single records, and of all; from version 8 on. */
  recordErrors: string[]
  message: string | null
}

const allReplicas = -1

export const produceRequest: KafkaRequest<ProduceInput, Produced> = {
  name: 'Produce',
  key: 0,
  minVersion: 3,
  maxVersion: 9,
  flexibleFrom: 9,
  holdsMs: ({ timeoutMs }) => timeoutMs,
  write: (writer, _version, { topic, partition, timeoutMs, records }) => {
    writer.nullableString(null).int16(allReplicas).int32(timeoutMs)
    writer.array([topic], (name) => {
      writer.string(name)
      writer.array([partition], (number) => {
        writer.int32(number).nullableBytes(records).tags()
      })
      writer.tags()
    })
    writer.tags()
  },
  read: (reader, version) => {
    const topics = reader.array(() => {
      reader.string()
      const partitions = reader.array(() => {
        reader.int32()
        const error = reader.int16()
        const baseOffset = reader.int64()
        const appendedAt = reader.int64()
        if (version >= 5) reader.int64()
        const recordErrors: string[] = []
        if (version >= 8) {
          reader.array(() => {
            reader.int32()
            const words = reader.nullableString()
            if (words !== null) recordErrors.push(words)
            reader.tags()
          })
        }
        const message = version >= 8 ? reader.nullableString() : null
        reader.tags()
        return { error, baseOffset, appendedAt, recordErrors, message }
      })
      reader.tags()
      return partitions
    })
    const [produced] = topics.flat()
    return produced ?? { error: -1, baseOffset: -1n, appendedAt: -1n, recordErrors: [], message: null }
  },
}
