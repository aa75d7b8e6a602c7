/**
 * Decodes Avro's binary encoding straight into JSON (avro.apache.org, specification 1.12, "Binary Encoding"): no object and
 * no string per value. Unions have no wrapper, bytes are base64, decimals are exact numbers. Not reentrant.
 */
import { limits } from '#contract/limits.ts'
import { writeDate, writeInstant, writeTime } from '../iso-text.ts'
import { JsonOutput } from '../json-output.ts'
import { type ValueDecoder, ValueMisfit } from '../value-decoder.ts'
import { avroKind, type AvroNode } from './avro-node.ts'
import { writeDecimal } from './decimal-text.ts'

const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c
const quote = 0x22
const colon = 0x3a
const dash = 0x2d

/** Items such as null take no byte; a few bytes could ask for any number of them. */
const mostEmptyItems = 100_000

const twoTo28 = 2 ** 28
const secondsPerDay = 86_400
const nullText = new TextEncoder().encode('null')
const trueText = new TextEncoder().encode('true')
const falseText = new TextEncoder().encode('false')
const durationPrefixes = ['{"months":', ',"days":', ',"milliseconds":'].map((text) =>
  new TextEncoder().encode(text),
)

export class AvroDecoder implements ValueDecoder {
  readonly start = 0
  readonly #root: AvroNode
  readonly #output = new JsonOutput()
  #bytes: Uint8Array = new Uint8Array(0)
  #view = new DataView(this.#bytes.buffer)
  #at = 0
  #end = 0
  #depth = 0
  /** Where in the value it is, for messages: records and arrays with the field or item. */
  readonly #nodes: (AvroNode | null)[] = []
  readonly #indexes: number[] = []
  /** A long beyond 2^53, after {@link #long} has given NaN. */
  #wide = 0n

  constructor(root: AvroNode) {
    this.#root = root
  }

  get bytes(): Uint8Array {
    return this.#output.bytes
  }

  get end(): number {
    return this.#output.length
  }

  decode(bytes: Uint8Array, start: number, end: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    this.#at = start
    this.#end = end
    this.#depth = 0
    this.#output.reset()
    this.#value(this.#root)
    if (this.#at < end) this.#fail(`${String(end - this.#at)} bytes are left after the value`)
  }

  #value(node: AvroNode): void {
    const output = this.#output
    switch (node.kind) {
      case avroKind.null:
        output.raw(nullText)
        return
      case avroKind.boolean:
        this.#boolean()
        return
      case avroKind.int:
      case avroKind.long:
        this.#writeLong(this.#long())
        return
      case avroKind.float:
        output.real(this.#view.getFloat32(this.#take(4), true))
        return
      case avroKind.double:
        output.real(this.#view.getFloat64(this.#take(8), true))
        return
      case avroKind.string: {
        const size = this.#size()
        output.text(this.#bytes, this.#take(size), this.#at)
        return
      }
      case avroKind.record:
        this.#record(node)
        return
      case avroKind.union: {
        const branch = node.children[this.#index()]
        if (branch === undefined) this.#fail('a union has no such branch')
        else this.#value(branch)
        return
      }
      case avroKind.enum: {
        const symbol = node.symbols[this.#index()]
        if (symbol === undefined) this.#fail(`${node.name} has no such symbol`)
        else output.raw(symbol)
        return
      }
      case avroKind.array:
        this.#array(node)
        return
      case avroKind.map:
        this.#map(node)
        return
      case avroKind.bytes:
      case avroKind.fixed: {
        const size = node.size < 0 ? this.#size() : node.size
        output.base64(this.#bytes, this.#take(size), this.#at)
        return
      }
      default:
        this.#logical(node)
    }
  }

  #logical(node: AvroNode): void {
    const output = this.#output
    switch (node.kind) {
      case avroKind.decimal: {
        const size = node.size < 0 ? this.#size() : node.size
        writeDecimal(output, this.#bytes, { start: this.#take(size), end: this.#at, scale: node.scale })
        return
      }
      case avroKind.date:
        writeDate(output, this.#int())
        return
      case avroKind.time: {
        const units = this.#long()
        if (!(units >= 0 && units < secondsPerDay * 10 ** node.power)) this.#fail('a time outside of a day')
        writeTime(output, units, node.power)
        return
      }
      case avroKind.instant: {
        const units = this.#long()
        writeInstant(output, Number.isNaN(units) ? this.#wide : units, node)
        return
      }
      case avroKind.timestamp:
        this.#timestamp(node)
        return
      case avroKind.uuid:
        this.#uuid()
        return
      default:
        this.#duration()
    }
  }

  #record(node: AvroNode): void {
    const { children, prefixes } = node
    const output = this.#output
    const depth = this.#enter(node)
    const indexes = this.#indexes
    if (children.length === 0) output.byte(openBrace)
    for (let index = 0; index < children.length; index++) {
      const child = children[index]
      const prefix = prefixes[index]
      if (child === undefined || prefix === undefined) break
      indexes[depth] = index
      output.raw(prefix)
      this.#value(child)
    }
    output.byte(closeBrace)
    this.#depth = depth
  }

  #array(node: AvroNode): void {
    const [items] = node.children
    if (items === undefined) return
    const output = this.#output
    const depth = this.#enter(node)
    let index = 0
    output.byte(openBracket)
    for (let left = this.#block(); left > 0; left = this.#block()) {
      const from = this.#at
      for (; left > 0; left--) {
        if (index > mostEmptyItems && this.#at === from)
          this.#fail('more items without bytes than anybody has')
        if (index > 0) output.byte(comma)
        this.#indexes[depth] = index++
        this.#value(items)
      }
    }
    output.byte(closeBracket)
    this.#depth = depth
  }

  #map(node: AvroNode): void {
    const [values] = node.children
    if (values === undefined) return
    const output = this.#output
    const depth = this.#enter(null)
    let isFirst = true
    output.byte(openBrace)
    for (let left = this.#block(); left > 0; left = this.#block()) {
      for (; left > 0; left--) {
        if (!isFirst) output.byte(comma)
        isFirst = false
        const size = this.#size()
        output.text(this.#bytes, this.#take(size), this.#at)
        output.byte(colon)
        this.#value(values)
      }
    }
    output.byte(closeBrace)
    this.#depth = depth
  }

  /** Items of the next block of an array or map; a negative number is followed by the block's size in bytes. */
  #block(): number {
    const count = this.#long()
    if (count >= 0) return count
    if (Number.isNaN(count)) this.#fail('a block with more items than there can be')
    this.#size()
    return -count
  }

  #boolean(): void {
    const byte = this.#bytes[this.#take(1)] ?? 0
    if (byte > 1) this.#fail(`a boolean is ${String(byte)}, and not 0 or 1`)
    this.#output.raw(byte === 1 ? trueText : falseText)
  }

  /** A time in the unit that a column wants, rounded down. */
  #timestamp({ power, wantedPower }: AvroNode): void {
    const units = this.#long()
    if (Number.isSafeInteger(units) && power >= wantedPower) {
      this.#output.integer(Math.floor(units / 10 ** (power - wantedPower)))
      return
    }
    const exact = Number.isNaN(units) ? this.#wide : BigInt(units)
    if (wantedPower >= power) {
      this.#output.bigint(exact * 10n ** BigInt(wantedPower - power))
      return
    }
    const divisor = 10n ** BigInt(power - wantedPower)
    const rest = exact % divisor
    this.#output.bigint((exact - rest) / divisor - (rest < 0n ? 1n : 0n))
  }

  #uuid(): void {
    const output = this.#output
    const from = this.#take(16)
    output.byte(quote)
    for (let index = 0; index < 16; index++) {
      if (index === 4 || index === 6 || index === 8 || index === 10) output.byte(dash)
      output.hexadecimal(this.#bytes[from + index] ?? 0)
    }
    output.byte(quote)
  }

  #duration(): void {
    const output = this.#output
    const from = this.#take(12)
    durationPrefixes.forEach((prefix, index) => {
      output.raw(prefix)
      output.integer(this.#view.getUint32(from + 4 * index, true))
    })
    output.byte(closeBrace)
  }

  // --- what values are made of

  /** Goes on by so many bytes; returns where they begin. */
  #take(size: number): number {
    const from = this.#at
    if (size > this.#end - from) this.#fail('the value ends early')
    this.#at = from + size
    return from
  }

  #size(): number {
    const size = this.#long()
    if (!(size >= 0)) this.#fail('a length below zero')
    return size
  }

  #index(): number {
    const index = this.#long()
    return index >= 0 ? index : -1
  }

  #int(): number {
    const value = this.#long()
    if (!(value >= -0x80000000 && value <= 0x7fffffff)) this.#fail('a whole number of more than 32 bits')
    return value
  }

  #writeLong(value: number): void {
    if (Number.isNaN(value)) this.#output.bigint(this.#wide)
    else this.#output.integer(value)
  }

  /** A zigzag varint; NaN where it is beyond 2^53 and stands in {@link #wide}. */
  #long(): number {
    const bytes = this.#bytes
    let at = this.#at
    let byte = bytes[at++] ?? 0
    let low = byte & 0x7f
    for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[at++] ?? 0
      low |= (byte & 0x7f) << shift
    }
    if (byte < 0x80) {
      if (at > this.#end) this.#fail('the value ends early')
      this.#at = at
      return (low >>> 1) ^ -(low & 1)
    }
    return this.#longRest(low, at)
  }

  /** The bytes from the fifth on. */
  #longRest(low: number, from: number): number {
    let at = from
    let high = 0
    let factor = 1
    let byte = 0x80
    for (let count = 4; byte >= 0x80; count++) {
      if (count === 10) this.#fail('a whole number of more than 64 bits')
      byte = this.#bytes[at++] ?? 0
      high += (byte & 0x7f) * factor
      factor *= 128
    }
    if (at > this.#end) this.#fail('the value ends early')
    if (high >= 2 ** 36) this.#fail('a whole number of more than 64 bits')
    this.#at = at
    const zigzag = high * twoTo28 + low
    if (zigzag < Number.MAX_SAFE_INTEGER) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
    const exact = (BigInt(high) << 28n) | BigInt(low)
    this.#wide = (exact & 1n) === 0n ? exact >> 1n : -((exact + 1n) >> 1n)
    return Number.NaN
  }

  #enter(node: AvroNode | null): number {
    const depth = this.#depth++
    if (depth >= limits.jsonDepth) this.#fail(`it is nested deeper than ${String(limits.jsonDepth)}`)
    this.#nodes[depth] = node
    this.#indexes[depth] = 0
    return depth
  }

  #fail(what: string): never {
    throw new ValueMisfit('avro', `at ${this.#path()}: ${what}`)
  }

  #path(): string {
    let path = '$'
    for (let depth = 0; depth < Math.min(this.#depth, 20); depth++) {
      const node = this.#nodes[depth] ?? null
      const index = this.#indexes[depth] ?? 0
      if (node === null) path += '.*'
      else if (node.kind === avroKind.array) path += `[${String(index)}]`
      else path += `.${node.fields[index] ?? ''}`
    }
    return path
  }
}
