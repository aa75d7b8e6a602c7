/**
 * Reads .proto text with what it imports, and gives its messages ready for decoding. Names of fields are those of the file.
 * protobufjs parses; the decoding is ours.
 */
import protobuf from 'protobufjs'
import { memberPrefix } from '../json-output.ts'
import { SchemaFault } from '../value-decoder.ts'
import { confluentFiles } from './confluent-files.ts'
import { type MessageForm, type ProtoField, protoKind, type ProtoMessage } from './protobuf-node.ts'

const scalarKinds: ReadonlyMap<string, number> = new Map(Object.entries(protoKind))
const utf8 = new TextEncoder()

const forms: ReadonlyMap<string, MessageForm> = new Map<string, MessageForm>([
  ['google.protobuf.Timestamp', 'timestamp'],
  ['google.protobuf.Duration', 'duration'],
  ...[
    'Struct',
    'Value',
    'ListValue',
    'DoubleValue',
    'FloatValue',
    'Int64Value',
    'UInt64Value',
    'Int32Value',
  ].map((name) => [`google.protobuf.${name}`, 'unwrapped'] as const),
  ...['UInt32Value', 'BoolValue', 'StringValue', 'BytesValue'].map(
    (name) => [`google.protobuf.${name}`, 'unwrapped'] as const,
  ),
])

/** A file that another one imports, under the name by which it imports it. */
export interface ImportedFile {
  name: string
  text: string
}

export class ProtobufFile {
  readonly #root = new protobuf.Root()
  /** The file alone, for the order of its messages. */
  readonly #own: protobuf.NamespaceBase
  readonly #messages = new Map<string, ProtoMessage>()

  /** @throws SchemaFault */
  constructor(text: string, imports: readonly ImportedFile[]) {
    try {
      const alone = new protobuf.Root()
      const { package: name } = protobuf.parse(text, alone, { keepCase: true })
      this.#own = (name === undefined || name === '' ? null : namespaceOf(alone, name)) ?? alone
      this.#load(text, imports, new Set())
      this.#root.resolveAll()
    } catch (error) {
      throw faultOf(error)
    }
  }

  /** The names that a file imports. @throws SchemaFault */
  static importsOf(text: string): string[] {
    try {
      const { imports, weakImports } = protobuf.parse(text, new protobuf.Root(), { keepCase: true })
      return [...(imports ?? []), ...(weakImports ?? [])]
    } catch (error) {
      throw faultOf(error)
    }
  }

  /** Whether Penstock has this file itself. */
  static isBundled(name: string): boolean {
    return bundled(name) !== null || confluentFiles.has(name)
  }

  /** The message at this place among those of the file: index of a message, of one inside of it, and so on. */
  messageAt(indexes: readonly number[]): ProtoMessage {
    let place = this.#own
    for (const index of indexes) {
      const message = place.nestedArray.filter((nested) => nested instanceof protobuf.Type)[index]
      if (message === undefined) throw new SchemaFault(`the schema has no message at [${indexes.join(', ')}]`)
      place = message
    }
    return this.messageNamed(place.fullName)
  }

  /** @param name full name, with or without a point in front. @throws SchemaFault */
  messageNamed(name: string): ProtoMessage {
    const found = this.#root.lookup(name, [protobuf.Type], false)
    if (found instanceof protobuf.Type) return this.#message(found)
    throw new SchemaFault(`the schema has no message ${JSON.stringify(name.replace(/^\./, ''))}`)
  }

  #load(text: string, files: readonly ImportedFile[], loaded: Set<string>): void {
    const { imports, weakImports } = protobuf.parse(text, this.#root, { keepCase: true })
    for (const name of [...(imports ?? []), ...(weakImports ?? [])]) {
      if (loaded.has(name)) continue
      loaded.add(name)
      const own = files.find((file) => file.name === name)?.text ?? confluentFiles.get(name)
      const known = own === undefined ? bundled(name) : null
      if (own !== undefined) this.#load(own, files, loaded)
      else if (known !== null) this.#root.addJSON(known)
      // One that is nowhere only matters where a type of it is used, which resolving then names.
    }
  }

  #message(type: protobuf.Type): ProtoMessage {
    const name = type.fullName.replace(/^\./, '')
    const known = this.#messages.get(name)
    if (known !== undefined) return known
    const message: ProtoMessage = {
      name,
      form: forms.get(name) ?? 'object',
      fields: [],
      byNumber: new Map(),
    }
    this.#messages.set(name, message)
    message.fields = type.fieldsArray.map((field, index) => this.#field(field, index))
    for (const field of type.fieldsArray) {
      const own = message.fields.find(({ number }) => number === field.id)
      if (own === undefined) continue
      own.siblings = (field.partOf?.fieldsArray ?? [])
        .filter((other) => other !== field)
        .map((other) => type.fieldsArray.indexOf(other))
      message.byNumber.set(own.number, own)
    }
    return message
  }

  #field(field: protobuf.Field, index: number): ProtoField {
    const read = field.resolve()
    const base = this.#typed(read.type, read.resolvedType, { name: read.name, number: read.id, index })
    base.isRepeated = read.repeated
    base.isDelimited = read.delimited
    if (read instanceof protobuf.MapField) {
      const value = this.#typed(read.type, read.resolvedType, { name: 'value', number: 2, index: 1 })
      const key = this.#typed(read.keyType, null, { name: 'key', number: 1, index: 0 })
      base.entry = { key, value: { ...value, absent: zeroOf(value) } }
      base.kind = protoKind.message
      base.absent = utf8.encode('{}')
    } else if (read.repeated) base.absent = utf8.encode('[]')
    else if (!read.hasPresence) base.absent = zeroOf(base)
    else base.absent = declaredDefault(read, base)
    return base
  }

  #typed(
    type: string,
    resolved: protobuf.Type | protobuf.Enum | null,
    place: Pick<ProtoField, 'name' | 'number' | 'index'>,
  ): ProtoField {
    const isMessage = resolved instanceof protobuf.Type
    const kind = isMessage
      ? protoKind.message
      : resolved instanceof protobuf.Enum
        ? protoKind.enum
        : scalarKinds.get(type)
    if (kind === undefined) throw new SchemaFault(`field ${place.name}: the type ${type} is not known`)
    return {
      ...place,
      prefix: memberPrefix(place.name),
      kind,
      isRepeated: false,
      isDelimited: false,
      entry: null,
      message: isMessage ? this.#message(resolved) : null,
      names: resolved instanceof protobuf.Enum ? namesOf(resolved) : null,
      siblings: [],
      absent: null,
    }
  }
}

function namespaceOf(root: protobuf.Root, name: string): protobuf.NamespaceBase | null {
  const found = root.lookup(name)
  return found instanceof protobuf.Namespace ? found : null
}

/** Google's own types, as protobufjs brings them. */
function bundled(name: string): Record<string, protobuf.AnyNestedObject> | null {
  return protobuf.common.get(name)?.nested ?? null
}

/** Names by number; of those with the same number the first. NullValue is the one that stands for null. */
function namesOf(type: protobuf.Enum): ReadonlyMap<number, Uint8Array> {
  if (type.fullName === '.google.protobuf.NullValue') return new Map([[0, utf8.encode('null')]])
  const names = new Map<number, Uint8Array>()
  for (const [name, number] of Object.entries(type.values)) {
    if (!names.has(number)) names.set(number, utf8.encode(JSON.stringify(name)))
  }
  return names
}

/** Value of a field without presence that is not there. */
function zeroOf({ kind, names }: ProtoField): Uint8Array | null {
  switch (kind) {
    case protoKind.message:
      return null
    case protoKind.string:
    case protoKind.bytes:
      return utf8.encode('""')
    case protoKind.bool:
      return utf8.encode('false')
    case protoKind.float:
    case protoKind.double:
      return utf8.encode('0.0')
    case protoKind.enum:
      return names?.get(0) ?? utf8.encode('0')
    default:
      return utf8.encode('0')
  }
}

/** The default that a proto2 file declares, which readers see where the field is absent; null where it declares none. */
function declaredDefault(field: protobuf.Field, own: ProtoField): Uint8Array | null {
  const declared: unknown = field.options?.['default']
  if (typeof declared !== 'string' && typeof declared !== 'number' && typeof declared !== 'boolean')
    return null
  const text = String(declared)
  switch (own.kind) {
    case protoKind.message:
    case protoKind.bytes:
      return null
    case protoKind.string:
    case protoKind.enum:
      return utf8.encode(JSON.stringify(text))
    default: {
      const isLiteral = /^(-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false)$/.test(text)
      return utf8.encode(isLiteral ? text : JSON.stringify(text))
    }
  }
}

function faultOf(error: unknown): Error {
  if (error instanceof SchemaFault) return error
  if (error instanceof Error) return new SchemaFault(error.message)
  return new SchemaFault(String(error))
}
