/** The format of a source, a lookup or a topic, ready to decode. */
import { AppError } from '#contract/errors.ts'
import type { SourceFormat } from '#contract/workspace.ts'
import type { Column } from '../../columns/column.ts'
import type { SchemaFile } from '../../workspace/model.ts'
import { FileFormat } from './file-format.ts'
import { BytesFormat, TextFormat } from './plain-formats.ts'
import { RegistryFormat } from './registry-format.ts'
import type { SchemaType } from './registry/registered-schema.ts'
import type { SchemaRegistry } from './registry/schema-registry.ts'
import { JsonFormat, type ValueFormat } from './value-format.ts'
import { wantedPaths } from './wanted-paths.ts'

/** What says how values are written: a source or a lookup has both. */
export interface FormatChoice {
  format: SourceFormat
  /** Null: the registry has it, or none is needed. */
  schema: SchemaFile | null
}

export interface FormatSettings {
  /** Topic that the values are of, for messages. */
  topic: string
  /** The registry of the connection; null where it has none. */
  registry: SchemaRegistry | null
  /** Columns that are taken from the values: times come as they want them. Empty: as text. */
  columns: readonly Column[]
}

/** A new one for each user: formats keep state between `wait` and `ready`. @throws AppError SCHEMA_UNAVAILABLE */
export function openFormat(choice: FormatChoice, settings: FormatSettings): ValueFormat {
  const { format, schema } = choice
  switch (format) {
    case 'json':
      return new JsonFormat()
    case 'text':
      return new TextFormat()
    case 'bytes':
      return new BytesFormat()
    case 'avro':
    case 'protobuf':
    case 'json-schema': {
      const type = schemaTypes[format]
      const wanted = wantedPaths(settings.columns)
      if (schema !== null) return new FileFormat(schema, type, wanted)
      const { registry, topic } = settings
      if (registry !== null) return new RegistryFormat({ registry, topic, type, wanted })
      const message = `${topic}: the format ${format} needs a registry at its connection, or a schema file`
      throw new AppError('SCHEMA_UNAVAILABLE', message)
    }
  }
}

export const schemaTypes: Record<'avro' | 'protobuf' | 'json-schema', SchemaType> = {
  avro: 'AVRO',
  protobuf: 'PROTOBUF',
  'json-schema': 'JSON',
}
