/**
 * Reads the fields of Kafka's protocol (kafka.apache.org/protocol, "Protocol Primitive Types") from one response. Flexible
 * versions differ in how lengths are written and end each structure with tagged fields; the reader knows which it reads.
 */
import { AppError } from '#contract/errors.ts'

const utf8 = new TextDecoder()

export class WireReader {
  readonly bytes: Uint8Array
  at: number
  readonly #view: DataView
  readonly #flexible: boolean

  /** @param flexible whether the version of this response is a flexible one (KIP-482) */
  constructor(bytes: Uint8Array, flexible: boolean, at = 0) {
    this.bytes = bytes
    this.at = at
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#flexible = flexible
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  boolean(): boolean {
    return this.int8() !== 0
  }

  int8(): number {
    const value = this.#view.getInt8(this.#take(1))
    return value
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2))
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4))
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4))
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8))
  }

  /** An unsigned varint of at most 32 bits. */
  uvarint(): number {
    let value = 0
    let factor = 1
    for (let size = 1; size <= 5; size++) {
      const byte = this.#view.getUint8(this.#take(1))
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
    throw malformed('a varint is longer than 32 bits')
  }

  string(): string {
    const text = this.nullableString()
    if (text === null) throw malformed('a text that must be there is null')
    return text
  }

  nullableString(): string | null {
    const length = this.#flexible ? this.uvarint() - 1 : this.int16()
    if (length < 0) return null
    const start = this.#take(length)
    return utf8.decode(this.bytes.subarray(start, start + length))
  }

  /** A view into the response, not a copy; null where the field is. */
  nullableBytes(): Uint8Array | null {
    const length = this.#flexible ? this.uvarint() - 1 : this.int32()
    if (length < 0) return null
    const start = this.#take(length)
    return this.bytes.subarray(start, start + length)
  }

  /** Hexadecimal, 32 digits. */
  uuid(): string {
    const start = this.#take(16)
    return Buffer.from(this.bytes.subarray(start, start + 16)).toString('hex')
  }

  /** Empty where the array is null. */
  array<Item>(read: () => Item): Item[] {
    const length = this.#flexible ? this.uvarint() - 1 : this.int32()
    if (length > this.left)
      throw malformed(`an array of ${String(length)} items in ${String(this.left)} bytes`)
    const items: Item[] = []
    for (let index = 0; index < length; index++) items.push(read())
    return items
  }

  /** Ends a structure: skips its tagged fields, which only flexible versions have. */
  tags(): void {
    if (!this.#flexible) return
    const count = this.uvarint()
    for (let index = 0; index < count; index++) {
      this.uvarint()
      this.#take(this.uvarint())
    }
  }

  #take(size: number): number {
    const start = this.at
    if (size < 0 || start + size > this.bytes.length) throw malformed('the response ends too early')
    this.at = start + size
    return start
  }
}

function malformed(what: string): AppError {
  return new AppError('KAFKA_FAILED', `the broker's response cannot be read: ${what}`)
}
