/**
 * Reads Avro schemas (avro.apache.org, specification 1.12, "Schema Declaration") with names, namespaces and logical types. A
 * logical type that does not fit its type is left aside, as the specification says.
 */
import { memberPrefix } from '../json-output.ts'
import { SchemaFault } from '../value-decoder.ts'
import type { WantedPaths } from '../wanted-paths.ts'
import { avroKind, type AvroNode, avroNode, unitPowers } from './avro-node.ts'

const primitives: ReadonlyMap<string, number> = new Map([
  ['null', avroKind.null],
  ['boolean', avroKind.boolean],
  ['int', avroKind.int],
  ['long', avroKind.long],
  ['float', avroKind.float],
  ['double', avroKind.double],
  ['bytes', avroKind.bytes],
  ['string', avroKind.string],
])

/** Logical types of long that count from 1970, with the power of ten of their unit. */
const instants: ReadonlyMap<string, number> = new Map([
  ['timestamp-millis', 3],
  ['timestamp-micros', 6],
  ['timestamp-nanos', 9],
  ['local-timestamp-millis', 3],
  ['local-timestamp-micros', 6],
  ['local-timestamp-nanos', 9],
])

const deepestSchema = 200
/** Nobody has decimals with more digits after the point. */
const mostScale = 2000

type Declaration = Readonly<Record<string, unknown>>

interface Named {
  declaration: Declaration
  namespace: string
}

/**
 * @param references schemas that this one names types of
 * @throws SchemaFault
 */
export function readAvroSchema(
  text: string,
  references: readonly string[] = [],
  wanted: WantedPaths | null = null,
): AvroNode {
  const reader = new SchemaReader()
  for (const reference of references) reader.declare(parseSchema(reference), '', 0)
  const schema = parseSchema(text)
  reader.declare(schema, '', 0)
  return reader.read(schema, '', wanted)
}

/** A bare name is a schema too, in quotes or not. */
function parseSchema(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (primitives.has(text.trim())) return text.trim()
    throw new SchemaFault(`the schema is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

class SchemaReader {
  readonly #named = new Map<string, Named>()
  readonly #nodes = new Map<string, AvroNode>()

  /** Notes every named type, so that types may be used before and inside of their declaration. */
  declare(schema: unknown, namespace: string, depth: number): void {
    if (depth > deepestSchema) throw new SchemaFault('the schema is nested too deep')
    if (Array.isArray(schema)) {
      for (const branch of schema) this.declare(branch, namespace, depth + 1)
      return
    }
    if (!isDeclaration(schema)) return
    const { type } = schema
    if (type === 'record' || type === 'error' || type === 'enum' || type === 'fixed') {
      const name = fullName(schema, namespace)
      this.#named.set(name, { declaration: schema, namespace: namespaceOf(name) })
      for (const field of type === 'record' || type === 'error' ? fieldsOf(schema, name) : []) {
        this.declare(field['type'], namespaceOf(name), depth + 1)
      }
    } else if (type === 'array') this.declare(schema['items'], namespace, depth + 1)
    else if (type === 'map') this.declare(schema['values'], namespace, depth + 1)
    else this.declare(type, namespace, depth + 1)
  }

  read(schema: unknown, namespace: string, wanted: WantedPaths | null): AvroNode {
    if (typeof schema === 'string') return this.#byName(schema, namespace, wanted)
    if (Array.isArray(schema)) {
      const union = avroNode(avroKind.union, 'union')
      union.children = schema.map((branch: unknown) => this.read(branch, namespace, wanted))
      if (union.children.length === 0) throw new SchemaFault('a union without branches')
      return union
    }
    if (!isDeclaration(schema)) throw new SchemaFault(`${JSON.stringify(schema)} is no schema`)
    const { type } = schema
    if (typeof type !== 'string') return this.read(type, namespace, wanted)
    switch (type) {
      case 'record':
      case 'error':
      case 'enum':
      case 'fixed':
        return this.#byFullName(fullName(schema, namespace), wanted)
      case 'array': {
        const array = avroNode(avroKind.array, 'array')
        array.children = [this.read(schema['items'], namespace, null)]
        return array
      }
      case 'map': {
        const map = avroNode(avroKind.map, 'map')
        map.children = [this.read(schema['values'], namespace, null)]
        return map
      }
      default:
        return logicalNode(type, schema, wanted) ?? this.#byName(type, namespace, wanted)
    }
  }

  #byName(name: string, namespace: string, wanted: WantedPaths | null): AvroNode {
    const kind = primitives.get(name)
    if (kind !== undefined) return avroNode(kind, name)
    const inNamespace = name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
    return this.#byFullName(this.#named.has(inNamespace) ? inNamespace : name, wanted)
  }

  #byFullName(name: string, wanted: WantedPaths | null): AvroNode {
    const named = this.#named.get(name)
    if (named === undefined) throw new SchemaFault(`the type ${JSON.stringify(name)} is not declared`)
    const { declaration } = named
    if (declaration['type'] === 'enum') return enumNode(name, declaration)
    if (declaration['type'] === 'fixed') return fixedNode(name, declaration)
    // Where columns want something of it, a record is made for this place; it may hold itself, which then is the plain one.
    const known = wanted === null ? this.#nodes.get(name) : undefined
    if (known !== undefined) return known
    const record = avroNode(avroKind.record, name)
    if (wanted === null) this.#nodes.set(name, record)
    const fields = fieldsOf(declaration, name)
    record.fields = fields.map((field) => String(field['name']))
    record.prefixes = record.fields.map((field, index) =>
      concat(index === 0 ? '{' : ',', memberPrefix(field)),
    )
    record.children = fields.map((field, index) => {
      const wantedOfField = wanted?.members.get(record.fields[index] ?? '') ?? null
      return this.read(field['type'], named.namespace, wantedOfField)
    })
    return record
  }
}

/** The node of a primitive type with a logical type; null where there is none that counts. */
function logicalNode(type: string, schema: Declaration, wanted: WantedPaths | null): AvroNode | null {
  const { logicalType } = schema
  if (typeof logicalType !== 'string') return null
  if (type === 'bytes' && logicalType === 'decimal') return decimalNode(type, schema, -1)
  if (wanted?.time === 'number') return null
  if (type === 'int' && logicalType === 'date') return avroNode(avroKind.date, logicalType)
  if (type === 'int' && logicalType === 'time-millis') return timeNode(logicalType, 3)
  if (type === 'long' && logicalType === 'time-micros') return timeNode(logicalType, 6)
  const power = type === 'long' ? instants.get(logicalType) : undefined
  if (power === undefined) return null
  const unit = wanted?.time ?? null
  const node = avroNode(unit === null ? avroKind.instant : avroKind.timestamp, logicalType)
  node.power = power
  node.zone = logicalType.startsWith('local-') ? '' : 'Z'
  if (unit !== null) node.wantedPower = unitPowers[unit]
  return node
}

function timeNode(name: string, power: number): AvroNode {
  const node = avroNode(avroKind.time, name)
  node.power = power
  return node
}

function decimalNode(name: string, schema: Declaration, size: number): AvroNode | null {
  const { precision, scale = 0 } = schema
  const fits =
    typeof precision === 'number' &&
    typeof scale === 'number' &&
    scale >= 0 &&
    scale <= precision &&
    precision > 0 &&
    scale <= mostScale
  if (!fits || !Number.isInteger(scale)) return null
  const node = avroNode(avroKind.decimal, name)
  node.size = size
  node.scale = scale
  return node
}

function fixedNode(name: string, declaration: Declaration): AvroNode {
  const { size, logicalType } = declaration
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) {
    throw new SchemaFault(`${name}: size ${JSON.stringify(size)} is no number of bytes`)
  }
  const decimal = logicalType === 'decimal' ? decimalNode(name, declaration, size) : null
  if (decimal !== null) return decimal
  const kind =
    logicalType === 'uuid' && size === 16
      ? avroKind.uuid
      : logicalType === 'duration' && size === 12
        ? avroKind.duration
        : avroKind.fixed
  const node = avroNode(kind, name)
  node.size = size
  return node
}

function enumNode(name: string, { symbols }: Declaration): AvroNode {
  if (!Array.isArray(symbols)) throw new SchemaFault(`${name}: an enum without symbols`)
  const node = avroNode(avroKind.enum, name)
  node.symbols = symbols.map((symbol) => utf8.encode(JSON.stringify(String(symbol))))
  return node
}

function fieldsOf(declaration: Declaration, name: string): Declaration[] {
  const { fields } = declaration
  if (!Array.isArray(fields)) throw new SchemaFault(`${name}: a record without fields`)
  return fields.map((field: unknown) => {
    if (isDeclaration(field) && typeof field['name'] === 'string' && field['type'] !== undefined) return field
    throw new SchemaFault(`${name}: a field without name or type`)
  })
}

function fullName({ name, namespace }: Declaration, surrounding: string): string {
  if (typeof name !== 'string' || name === '') throw new SchemaFault('a named type without a name')
  if (name.includes('.')) return name
  const space = typeof namespace === 'string' ? namespace : surrounding
  return space === '' ? name : `${space}.${name}`
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

function isDeclaration(schema: unknown): schema is Declaration {
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema)
}

const utf8 = new TextEncoder()

function concat(first: string, second: Uint8Array): Uint8Array {
  return new Uint8Array([...utf8.encode(first), ...second])
}
