/** DescribeConfigs (32), versions 1 to 4: configuration of topics and brokers, with where each value comes from. */
import type { KafkaRequest } from './request.ts'

export const configKind = { topic: 2, broker: 4 } as const

export interface DescribeConfigsInput {
  resources: readonly {
    kind: (typeof configKind)[keyof typeof configKind]
    /** Name of the topic, or id of the broker as text. */
    name: string
    /** Names of entries; null for all. */
    keys: readonly string[] | null
  }[]
}

export interface DescribedEntry {
  name: string
  /** Null where it is secret, or has no value. */
  value: string | null
  isReadOnly: boolean
  /** See {@link configSource}. */
  source: number
  isSensitive: boolean
}

export interface DescribedConfig {
  name: string
  error: number
  words: string | null
  entries: DescribedEntry[]
}

/** Where a value comes from. */
export const configSource = {
  topic: 1,
  broker: 2,
  cluster: 3,
  static: 4,
  default: 5,
} as const

export const describeConfigsRequest: KafkaRequest<DescribeConfigsInput, DescribedConfig[]> = {
  name: 'DescribeConfigs',
  key: 32,
  minVersion: 1,
  maxVersion: 4,
  flexibleFrom: 4,
  write: (writer, version, { resources }) => {
    writer.array(resources, ({ kind, name, keys }) => {
      writer.int8(kind).string(name)
      writer.array(keys, (key) => writer.string(key)).tags()
    })
    // Neither synonyms nor documentation.
    writer.boolean(false)
    if (version >= 3) writer.boolean(false)
    writer.tags()
  },
  read: (reader, version) => {
    reader.int32()
    return reader.array(() => {
      const error = reader.int16()
      const words = reader.nullableString()
      reader.int8()
      const name = reader.string()
      const entries = reader.array(() => {
        const entry = {
          name: reader.string(),
          value: reader.nullableString(),
          isReadOnly: reader.boolean(),
          source: reader.int8(),
          isSensitive: reader.boolean(),
        }
        reader.array(() => {
          reader.string()
          reader.nullableString()
          reader.int8()
          reader.tags()
        })
        if (version >= 3) {
          reader.int8()
          reader.nullableString()
        }
        reader.tags()
        return entry
      })
      reader.tags()
      return { name, error, words, entries }
    })
  },
}
