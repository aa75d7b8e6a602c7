/** A schema of any type as the decoder of the values that are written with it. */
import { AvroDecoder } from './avro/avro-decoder.ts'
import { readAvroSchema } from './avro/avro-schema.ts'
import { JsonSchemaDecoder } from './json-schema-decoder.ts'
import { ProtobufDecoder } from './protobuf/protobuf-decoder.ts'
import { ProtobufFile } from './protobuf/protobuf-file.ts'
import type { SchemaReference, SchemaType } from './registry/registered-schema.ts'
import type { ValueDecoder } from './value-decoder.ts'
import type { WantedPaths } from './wanted-paths.ts'

/** A schema, wherever it comes from. */
export interface SchemaSource {
  type: SchemaType
  text: string
  references: readonly Pick<SchemaReference, 'name' | 'text'>[]
}

/** Decoders of one schema; a Protobuf schema has one for each of its messages. */
export interface CompiledSchema {
  /** The decoder of values without any more framing; null for Protobuf. */
  readonly decoder: ValueDecoder | null
  readonly protobuf: ProtobufFile | null
}

/** @throws SchemaFault where the schema cannot be used */
export function compileSchema(
  { type, text, references }: SchemaSource,
  wanted: WantedPaths | null,
): CompiledSchema {
  switch (type) {
    case 'AVRO': {
      const texts = references.map((reference) => reference.text)
      return { decoder: new AvroDecoder(readAvroSchema(text, texts, wanted)), protobuf: null }
    }
    case 'JSON':
      return { decoder: new JsonSchemaDecoder(text, references), protobuf: null }
    case 'PROTOBUF':
      return { decoder: null, protobuf: new ProtobufFile(text, references) }
  }
}

/** The decoder of one message of a Protobuf file, by its full name; null for the first. @throws SchemaFault */
export function protobufDecoder(file: ProtobufFile, message: string | null): ValueDecoder {
  return new ProtobufDecoder(message === null ? file.messageAt([0]) : file.messageNamed(message))
}
