/** Random Avro schemas with a value each: as avsc takes it, as bytes by an encoder of our own, and as the JSON expected. */
import fc from 'fast-check'

export interface AvroCase {
  schema: unknown
  /** For avsc with unions always wrapped; undefined where a long is larger than it takes. */
  value: unknown
  bytes: number[]
  json: string
}

type Shape =
  | { kind: 'null' }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'int' | 'long'; value: bigint }
  | { kind: 'double' | 'float'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'bytes' | 'fixed'; value: Uint8Array }
  | { kind: 'enum'; symbols: number; index: number }
  | { kind: 'array'; items: Shape[]; isSized: boolean }
  | { kind: 'map'; entries: [string, Shape][] }
  | { kind: 'record'; fields: [string, Shape][] }
  | { kind: 'union'; branches: Shape[]; index: number }

const memberName = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/)

const { shape } = fc.letrec<{ leaf: Shape; shape: Shape }>((tie) => ({
  leaf: fc.oneof(
    fc.constant({ kind: 'null' as const }),
    fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
    fc.record({ kind: fc.constant('int' as const), value: fc.bigInt(-(2n ** 31n), 2n ** 31n - 1n) }),
    fc.record({ kind: fc.constant('long' as const), value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
    fc.record({ kind: fc.constant('double' as const), value: fc.double() }),
    fc.record({ kind: fc.constant('float' as const), value: fc.float() }),
    fc.record({ kind: fc.constant('string' as const), value: fc.string({ unit: 'binary' }) }),
    fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array() }),
    fc.record({ kind: fc.constant('fixed' as const), value: fc.uint8Array({ maxLength: 20 }) }),
    fc
      .tuple(fc.integer({ min: 1, max: 70 }), fc.nat())
      .map(([symbols, index]) => ({ kind: 'enum' as const, symbols, index: index % symbols })),
  ),
  shape: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('leaf'),
    fc.tuple(tie('shape'), fc.nat({ max: 5 }), fc.boolean()).map(([item, count, isSized]) => ({
      kind: 'array' as const,
      items: Array.from({ length: count }, () => item),
      isSized,
    })),
    fc
      .tuple(
        tie('shape'),
        fc.uniqueArray(
          fc.string().map((key) => `k${key}`),
          { maxLength: 4 },
        ),
      )
      .map(([value, keys]) => ({
        kind: 'map' as const,
        entries: keys.map((key) => [key, value] as [string, Shape]),
      })),
    fc
      .tuple(
        fc.uniqueArray(memberName, { minLength: 1, maxLength: 5 }),
        fc.array(tie('shape'), { minLength: 5 }),
      )
      .map(([names, values]) => ({
        kind: 'record' as const,
        fields: names.map((name, index) => [name, values[index] ?? { kind: 'null' }] as [string, Shape]),
      })),
    fc
      .tuple(fc.uniqueArray(tie('shape'), { minLength: 1, maxLength: 4, selector: branchKey }), fc.nat())
      .map(([branches, index]) => {
        const flat = branches.filter(({ kind }) => kind !== 'union')
        const kept = flat.length > 0 ? flat : [{ kind: 'null' as const }]
        return { kind: 'union' as const, branches: kept, index: index % kept.length }
      }),
  ),
}))

/** Named types differ by name; of the others a union may have one of each. */
function branchKey(shape: Shape): string | Shape {
  return ['record', 'enum', 'fixed'].includes(shape.kind) ? shape : shape.kind
}

export const avroCase: fc.Arbitrary<AvroCase> = shape.map((root) => {
  const builder = new Builder()
  const schema = builder.schema(root)
  const bytes: number[] = []
  const json = write(root, bytes)
  const value = builder.value(root)
  return { schema, value: builder.hasWideLong ? undefined : value, bytes, json }
})

class Builder {
  hasWideLong = false
  #names = 0
  readonly #nameOf = new Map<Shape, string>()

  /** A shape that comes again (items of an array) is named once and referred to afterwards. */
  schema(shape: Shape): unknown {
    const known = this.#nameOf.get(shape)
    if (known !== undefined) return known
    switch (shape.kind) {
      case 'array':
        return { type: 'array', items: shape.items[0] === undefined ? 'null' : this.schema(shape.items[0]) }
      case 'map':
        return {
          type: 'map',
          values: shape.entries[0] === undefined ? 'null' : this.schema(shape.entries[0][1]),
        }
      case 'union':
        return shape.branches.map((branch) => this.schema(branch))
      case 'record': {
        const name = this.#name(shape, 'R')
        const fields = shape.fields.map(([field, value]) => ({ name: field, type: this.schema(value) }))
        return { type: 'record', name, fields }
      }
      case 'enum':
        return { type: 'enum', name: this.#name(shape, 'E'), symbols: symbolsOf(shape.symbols) }
      case 'fixed':
        return { type: 'fixed', name: this.#name(shape, 'F'), size: shape.value.length }
      default:
        return shape.kind
    }
  }

  value(shape: Shape): unknown {
    switch (shape.kind) {
      case 'null':
        return null
      case 'int':
      case 'long': {
        const number = Number(shape.value)
        if (Math.abs(number) >= 2 ** 52) this.hasWideLong = true
        return number
      }
      case 'bytes':
      case 'fixed':
        return Buffer.from(shape.value)
      case 'enum':
        return `S${String(shape.index)}`
      case 'array':
        return shape.items.map((item) => this.value(item))
      case 'map':
        return Object.fromEntries(shape.entries.map(([key, value]) => [key, this.value(value)]))
      case 'record':
        return Object.fromEntries(shape.fields.map(([name, value]) => [name, this.value(value)]))
      case 'union': {
        const branch = shape.branches[shape.index] ?? { kind: 'null' as const }
        const value = this.value(branch)
        return value === null ? null : { [this.#nameOf.get(branch) ?? branch.kind]: value }
      }
      default:
        return shape.value
    }
  }

  #name(shape: Shape, letter: string): string {
    const name = `${letter}${String(this.#names++)}`
    this.#nameOf.set(shape, name)
    return name
  }
}

function symbolsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `S${String(index)}`)
}

/** Appends the encoding of a value; returns its JSON. */
function write(shape: Shape, bytes: number[]): string {
  switch (shape.kind) {
    case 'null':
      return 'null'
    case 'boolean':
      bytes.push(Number(shape.value))
      return String(shape.value)
    case 'int':
    case 'long':
      long(shape.value, bytes)
      return String(shape.value)
    case 'float':
      bytes.push(...new Uint8Array(Float32Array.of(shape.value).buffer))
      return realText(Math.fround(shape.value))
    case 'double':
      bytes.push(...new Uint8Array(Float64Array.of(shape.value).buffer))
      return realText(shape.value)
    case 'string':
      return text(shape.value, bytes)
    case 'bytes':
      long(BigInt(shape.value.length), bytes)
      bytes.push(...shape.value)
      return JSON.stringify(Buffer.from(shape.value).toString('base64'))
    case 'fixed':
      bytes.push(...shape.value)
      return JSON.stringify(Buffer.from(shape.value).toString('base64'))
    case 'enum':
      long(BigInt(shape.index), bytes)
      return `"S${String(shape.index)}"`
    case 'union':
      long(BigInt(shape.index), bytes)
      return write(shape.branches[shape.index] ?? { kind: 'null' }, bytes)
    case 'record':
      return `{${shape.fields.map(([name, value]) => `"${name}":${write(value, bytes)}`).join(',')}}`
    case 'array': {
      const body: number[] = []
      const items = shape.items.map((item) => write(item, body))
      if (items.length > 0) long(BigInt(shape.isSized ? -items.length : items.length), bytes)
      if (items.length > 0 && shape.isSized) long(BigInt(body.length), bytes)
      bytes.push(...body, 0)
      return `[${items.join(',')}]`
    }
    case 'map': {
      if (shape.entries.length > 0) long(BigInt(shape.entries.length), bytes)
      const members = shape.entries.map(([key, value]) => `${text(key, bytes)}:${write(value, bytes)}`)
      bytes.push(0)
      return `{${members.join(',')}}`
    }
  }
}

function text(value: string, bytes: number[]): string {
  const encoded = new TextEncoder().encode(value)
  long(BigInt(encoded.length), bytes)
  bytes.push(...encoded)
  return JSON.stringify(value)
}

export function long(value: bigint, bytes: number[]): void {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
}

function realText(value: number): string {
  if (!Number.isFinite(value)) return JSON.stringify(String(value))
  if (Object.is(value, -0)) return '-0.0'
  return /[.e]/.test(String(value)) ? String(value) : `${String(value)}.0`
}
