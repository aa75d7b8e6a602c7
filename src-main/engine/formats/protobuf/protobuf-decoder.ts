/**
 * Decodes Protobuf's wire format straight into JSON (protobuf.dev, "Encoding"): fields in the order of the schema under their
 * names, 64-bit integers digit by digit, bytes as base64, enums by name. Fields may come in any order and again, so that each
 * message is walked once to find its fields before they are written. Not reentrant.
 */
import { limits } from '#contract/limits.ts'
import { writeInstant } from '../iso-text.ts'
import { JsonOutput } from '../json-output.ts'
import { type ValueDecoder, ValueMisfit } from '../value-decoder.ts'
import { FieldEntries } from './field-entries.ts'
import { type ProtoField, protoKind, type ProtoMessage } from './protobuf-node.ts'

const wire = { varint: 0, fixed64: 1, bytes: 2, group: 3, endGroup: 4, fixed32: 5 } as const

const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c
const quote = 0x22
const colon = 0x3a
const twoTo28 = 2 ** 28
const twoTo32 = 2 ** 32
const trueText = new TextEncoder().encode('true')
const falseText = new TextEncoder().encode('false')
const nullText = new TextEncoder().encode('null')

export class ProtobufDecoder implements ValueDecoder {
  readonly start = 0
  readonly #root: ProtoMessage
  readonly #output = new JsonOutput()
  readonly #entries = new FieldEntries()
  #bytes: Uint8Array = new Uint8Array(0)
  #view = new DataView(this.#bytes.buffer)
  #at = 0
  #end = 0
  #depth = 0
  /** A varint: its lowest 28 bits and the rest. */
  #low = 0
  #high = 0

  constructor(root: ProtoMessage) {
    this.#root = root
  }

  get bytes(): Uint8Array {
    return this.#output.bytes
  }

  get end(): number {
    return this.#output.length
  }

  decode(bytes: Uint8Array, start: number, end: number): void {
    this.#use(bytes)
    this.#depth = 0
    this.#entries.clear()
    this.#output.reset()
    this.#message(this.#root, start, end)
  }

  #use(bytes: Uint8Array): void {
    if (bytes === this.#bytes) return
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Writes the message in `[start, end)`. */
  #message(message: ProtoMessage, start: number, end: number): void {
    if (this.#depth++ >= limits.jsonDepth) this.#fail(`it is nested deeper than ${String(limits.jsonDepth)}`)
    const base = this.#entries.open(message.fields.length)
    this.#scan(message, base, start, end)
    switch (message.form) {
      case 'object':
        this.#object(message, base)
        break
      case 'unwrapped':
        this.#unwrapped(message, base)
        break
      case 'timestamp':
        this.#instant(message, base)
        break
      case 'duration':
        this.#duration(message, base)
    }
    this.#entries.close(base)
    this.#depth--
  }

  #object({ fields }: ProtoMessage, base: number): void {
    const output = this.#output
    let isFirst = true
    output.byte(openBrace)
    for (const field of fields) {
      const entry = this.#entries.first(base, field.index)
      if (entry < 0 && field.absent === null) continue
      if (!isFirst) output.byte(comma)
      isFirst = false
      output.raw(field.prefix)
      this.#field(field, base, entry)
    }
    output.byte(closeBrace)
  }

  #field(field: ProtoField, base: number, entry: number): void {
    if (entry < 0) this.#output.raw(field.absent ?? nullText)
    else if (field.entry !== null) this.#map(field.entry, entry)
    else if (field.isRepeated) this.#list(field, entry)
    else if (field.message !== null) this.#single(field.message, entry)
    else this.#scalarAt(field, this.#entries.last(base, field.index))
  }

  /** What the only field that there is holds: wrappers, Struct, ListValue, Value. */
  #unwrapped({ fields }: ProtoMessage, base: number): void {
    const present = fields.find(({ index }) => this.#entries.first(base, index) >= 0)
    const [only] = fields
    if (present !== undefined) this.#field(present, base, this.#entries.first(base, present.index))
    else this.#output.raw((fields.length === 1 ? only?.absent : null) ?? nullText)
  }

  /** A message that came in several pieces is what their bytes one after the other say. */
  #single(message: ProtoMessage, entry: number): void {
    const entries = this.#entries
    if (entries.next(entry) < 0) {
      this.#message(message, entries.start(entry), entries.end(entry))
      return
    }
    const pieces: Uint8Array[] = []
    for (let at = entry; at >= 0; at = entries.next(at)) {
      pieces.push(this.#bytes.subarray(entries.start(at), entries.end(at)))
    }
    const whole = Buffer.concat(pieces)
    const before = this.#bytes
    this.#use(whole)
    this.#message(message, 0, whole.length)
    this.#use(before)
  }

  #list(field: ProtoField, first: number): void {
    const output = this.#output
    const entries = this.#entries
    let isFirst = true
    output.byte(openBracket)
    for (let entry = first; entry >= 0; entry = entries.next(entry)) {
      const end = entries.end(entry)
      const isPacked = entries.wire(entry) === wire.bytes && wireOf(field) !== wire.bytes
      let at = entries.start(entry)
      do {
        if (isPacked && at >= end) break
        if (!isFirst) output.byte(comma)
        isFirst = false
        if (field.message !== null) this.#message(field.message, at, end)
        else this.#scalar(field, at, end)
        at = this.#at
      } while (isPacked)
    }
    output.byte(closeBracket)
  }

  /** Of entries with the same key the last one counts. */
  #map({ key, value }: { key: ProtoField; value: ProtoField }, first: number): void {
    const output = this.#output
    const entries = this.#entries
    const places = new Map<string, number>()
    for (let entry = first; entry >= 0; entry = entries.next(entry)) {
      places.set(this.#keyText(key, entries.start(entry), entries.end(entry)), entry)
    }
    let isFirst = true
    output.byte(openBrace)
    for (const [text, entry] of places) {
      if (!isFirst) output.byte(comma)
      isFirst = false
      output.raw(utf8.encode(text))
      output.byte(colon)
      this.#mapValue(value, entries.start(entry), entries.end(entry))
    }
    output.byte(closeBrace)
  }

  #keyText(key: ProtoField, start: number, end: number): string {
    const output = this.#output
    const mark = output.length
    const isText = key.kind === protoKind.string
    if (!isText) output.byte(quote)
    const place = this.#find(1, start, end)
    if (place < 0) output.raw(key.kind === protoKind.bool ? falseText : isText ? emptyText : zeroText)
    else this.#scalar(key, place, this.#end)
    if (!isText) output.byte(quote)
    const text = ascii.decode(output.bytes.subarray(mark, output.length))
    output.length = mark
    return text
  }

  #mapValue(value: ProtoField, start: number, end: number): void {
    const place = this.#find(2, start, end)
    if (place < 0) {
      if (value.message === null) this.#output.raw(value.absent ?? nullText)
      else this.#message(value.message, 0, 0)
    } else if (value.message === null) this.#scalar(value, place, this.#end)
    else this.#message(value.message, place, this.#end)
  }

  /** Last place of a field in an entry of a map, or -1; {@link #end} is then where it ends. */
  #find(number: number, start: number, end: number): number {
    let found = -1
    let foundEnd = end
    this.#at = start
    while (this.#at < end) {
      const tag = this.#tag(end)
      const from = this.#skip(tag & 7, tag >>> 3, end)
      if (tag >>> 3 !== number) continue
      found = from
      foundEnd = this.#at
    }
    this.#end = foundEnd
    return found
  }

  // --- the wire

  /** Walks a message and notes where its fields are. Those that the schema does not have are passed over. */
  #scan(message: ProtoMessage, base: number, start: number, end: number): void {
    const entries = this.#entries
    this.#at = start
    while (this.#at < end) {
      const tag = this.#tag(end)
      const wireType = tag & 7
      const number = tag >>> 3
      const from = this.#skip(wireType, number, end)
      const field = message.byNumber.get(number)
      if (field === undefined || !fits(field, wireType)) continue
      for (const sibling of field.siblings) entries.drop(base, sibling)
      const to = wireType === wire.group ? this.#groupEnd : this.#at
      entries.add(base, field.index, { start: from, end: to, wire: wireType })
    }
  }

  #groupEnd = 0

  #tag(end: number): number {
    this.#varint(end)
    const tag = this.#high * twoTo28 + this.#low
    if (tag < 8 || tag >= twoTo32) this.#fail(`${String(tag)} is no tag of a field`)
    return tag
  }

  /** Goes past a value; returns where its content begins. */
  #skip(wireType: number, number: number, end: number): number {
    let from = this.#at
    switch (wireType) {
      case wire.varint:
        this.#varint(end)
        break
      case wire.fixed64:
        this.#at += 8
        break
      case wire.fixed32:
        this.#at += 4
        break
      case wire.bytes: {
        this.#varint(end)
        const size = this.#high * twoTo28 + this.#low
        from = this.#at
        this.#at = size > end - from ? end + 1 : from + size
        break
      }
      case wire.group:
        this.#skipGroup(number, end)
        break
      default:
        this.#fail(`field ${String(number)} has the wire type ${String(wireType)}`)
    }
    if (this.#at > end) this.#fail(`field ${String(number)} ends early`)
    return from
  }

  #skipGroup(number: number, end: number): void {
    if (this.#depth++ >= limits.jsonDepth) this.#fail(`it is nested deeper than ${String(limits.jsonDepth)}`)
    for (;;) {
      if (this.#at >= end) this.#fail(`group ${String(number)} ends early`)
      const groupEnd = this.#at
      const tag = this.#tag(end)
      if ((tag & 7) !== wire.endGroup) {
        this.#skip(tag & 7, tag >>> 3, end)
        continue
      }
      if (tag >>> 3 !== number) this.#fail(`group ${String(number)} is not closed`)
      this.#groupEnd = groupEnd
      this.#depth--
      return
    }
  }

  #varint(end: number): void {
    const bytes = this.#bytes
    let at = this.#at
    let byte = bytes[at++] ?? 0
    let low = byte & 0x7f
    let high = 0
    for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[at++] ?? 0
      low |= (byte & 0x7f) << shift
    }
    for (let factor = 1, count = 4; byte >= 0x80; factor *= 128, count++) {
      if (count === 10) this.#fail('a varint of more than 64 bits')
      byte = bytes[at++] ?? 0
      high += (byte & 0x7f) * factor
    }
    if (at > end) this.#fail('the value ends early')
    this.#at = at
    this.#low = low
    // Writers may fill the bits beyond 64 that ten bytes have room for.
    this.#high = high >= 2 ** 36 ? high % 2 ** 36 : high
  }

  // --- values

  #scalarAt(field: ProtoField, entry: number): void {
    const entries = this.#entries
    if (entries.wire(entry) === wire.bytes && wireOf(field) !== wire.bytes) {
      this.#fail(`${field.name}: packed, and not repeated`)
    }
    this.#scalar(field, entries.start(entry), entries.end(entry))
  }

  /** Writes one value and goes past it. @param end of the value, or of what is packed */
  #scalar(field: ProtoField, at: number, end: number): void {
    const output = this.#output
    this.#at = at
    switch (field.kind) {
      case protoKind.string:
        output.text(this.#bytes, at, end)
        this.#at = end
        return
      case protoKind.bytes:
        output.base64(this.#bytes, at, end)
        this.#at = end
        return
      case protoKind.double:
        output.real(this.#view.getFloat64(this.#take(8, end), true))
        return
      case protoKind.float:
        output.real(this.#view.getFloat32(this.#take(4, end), true))
        return
      case protoKind.fixed32:
        output.integer(this.#view.getUint32(this.#take(4, end), true))
        return
      case protoKind.sfixed32:
        output.integer(this.#view.getInt32(this.#take(4, end), true))
        return
      case protoKind.fixed64:
        this.#wide(this.#view.getBigUint64(this.#take(8, end), true))
        return
      case protoKind.sfixed64:
        this.#wide(this.#view.getBigInt64(this.#take(8, end), true))
        return
      default:
        this.#varint(end)
        this.#varintValue(field)
    }
  }

  #varintValue({ kind, names }: ProtoField): void {
    const output = this.#output
    const low32 = (this.#low | ((this.#high % 16) << 28)) >>> 0
    switch (kind) {
      case protoKind.int32:
        output.integer(low32 | 0)
        return
      case protoKind.uint32:
        output.integer(low32)
        return
      case protoKind.sint32:
        output.integer((low32 >>> 1) ^ -(low32 & 1))
        return
      case protoKind.bool:
        output.raw(this.#low === 0 && this.#high === 0 ? falseText : trueText)
        return
      case protoKind.enum: {
        const name = names?.get(low32 | 0)
        if (name === undefined) output.integer(low32 | 0)
        else output.raw(name)
        return
      }
      default:
        this.#long(kind)
    }
  }

  #long(kind: number): void {
    const unsigned = this.#high * twoTo28 + this.#low
    if (unsigned < Number.MAX_SAFE_INTEGER) {
      const isZigzag = kind === protoKind.sint64
      const value = !isZigzag ? unsigned : unsigned % 2 === 0 ? unsigned / 2 : -(unsigned + 1) / 2
      this.#output.integer(value)
      return
    }
    const exact = (BigInt(this.#high) << 28n) | BigInt(this.#low)
    if (kind === protoKind.uint64) this.#output.bigint(exact)
    else if (kind === protoKind.int64) this.#output.bigint(BigInt.asIntN(64, exact))
    else this.#output.bigint((exact & 1n) === 0n ? exact >> 1n : -((exact + 1n) >> 1n))
  }

  #wide(value: bigint): void {
    const number = Number(value)
    if (Number.isSafeInteger(number)) this.#output.integer(number)
    else this.#output.bigint(value)
  }

  #take(size: number, end: number): number {
    const from = this.#at
    if (size > end - from) this.#fail('the value ends early')
    this.#at = from + size
    return from
  }

  // --- times

  #instant(message: ProtoMessage, base: number): void {
    const seconds = this.#number(message, base, 1)
    const nanos = Number(this.#number(message, base, 2))
    const units = seconds * 1_000_000_000n + BigInt(nanos)
    writeInstant(this.#output, units, { power: 9, zone: 'Z' })
  }

  /** `"-1.500000000s"`. */
  #duration(message: ProtoMessage, base: number): void {
    const seconds = this.#number(message, base, 1)
    const nanos = this.#number(message, base, 2)
    const total = seconds * 1_000_000_000n + nanos
    const size = total < 0n ? -total : total
    const digits = size.toString().padStart(10, '0')
    const sign = total < 0n ? '-' : ''
    this.#output.ascii(`"${sign}${digits.slice(0, -9)}.${digits.slice(-9)}s"`)
  }

  /** A signed whole number; 0 where it is not there. */
  #number({ byNumber }: ProtoMessage, base: number, number: number): bigint {
    const field = byNumber.get(number)
    const entry = field === undefined ? -1 : this.#entries.last(base, field.index)
    if (entry < 0) return 0n
    this.#at = this.#entries.start(entry)
    this.#varint(this.#entries.end(entry))
    return BigInt.asIntN(64, (BigInt(this.#high) << 28n) | BigInt(this.#low))
  }

  #fail(what: string): never {
    throw new ValueMisfit('protobuf', `${this.#root.name}: ${what}`)
  }
}

const utf8 = new TextEncoder()
const ascii = new TextDecoder()
const emptyText = utf8.encode('""')
const zeroText = utf8.encode('0')

/** Wire type of a single value. */
function wireOf({ kind, isDelimited }: ProtoField): number {
  switch (kind) {
    case protoKind.string:
    case protoKind.bytes:
      return wire.bytes
    case protoKind.message:
      return isDelimited ? wire.group : wire.bytes
    case protoKind.double:
    case protoKind.fixed64:
    case protoKind.sfixed64:
      return wire.fixed64
    case protoKind.float:
    case protoKind.fixed32:
    case protoKind.sfixed32:
      return wire.fixed32
    default:
      return wire.varint
  }
}

/** Whether a value of this wire type is one of the field: numbers that repeat may be packed. */
function fits(field: ProtoField, wireType: number): boolean {
  const own = wireOf(field)
  if (wireType === own) return true
  return wireType === wire.bytes && field.isRepeated && own !== wire.group
}
