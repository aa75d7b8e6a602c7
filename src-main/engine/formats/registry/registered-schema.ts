/** A schema as a registry keeps it, with everything it refers to. */

export type SchemaType = 'AVRO' | 'PROTOBUF' | 'JSON'

/** Another schema that one names, under the name by which it names it. */
export interface SchemaReference {
  name: string
  subject: string
  version: number
  text: string
}

export interface RegisteredSchema {
  id: number
  type: SchemaType
  text: string
  /** With those of the references, each before those that need it. */
  references: readonly SchemaReference[]
  /** One that it is registered under; empty where the registry does not say. */
  subject: string
  /** Of the subject; 0 where the registry does not say. */
  version: number
}

/** A subject of a topic by the TopicNameStrategy, with its newest version. */
export interface TopicSchema {
  part: 'key' | 'value'
  schema: RegisteredSchema
}
