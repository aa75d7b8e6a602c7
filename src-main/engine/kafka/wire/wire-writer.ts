/** Writes the fields of one request of Kafka's protocol; the counterpart of {@link WireReader}. */

const utf8 = new TextEncoder()

export class WireWriter {
  readonly #flexible: boolean
  #buffer = Buffer.allocUnsafe(512)
  #length = 0

  constructor(flexible: boolean) {
    this.#flexible = flexible
  }

  /** What was written; a view. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0)
  }

  int8(value: number): this {
    const start = this.#take(1)
    this.#buffer.writeInt8(value, start)
    return this
  }

  int16(value: number): this {
    const start = this.#take(2)
    this.#buffer.writeInt16BE(value, start)
    return this
  }

  int32(value: number): this {
    const start = this.#take(4)
    this.#buffer.writeInt32BE(value, start)
    return this
  }

  int64(value: bigint): this {
    const start = this.#take(8)
    this.#buffer.writeBigInt64BE(value, start)
    return this
  }

  uvarint(value: number): this {
    let rest = value
    while (rest >= 0x80) {
      this.#byte((rest % 128) | 0x80)
      rest = Math.floor(rest / 128)
    }
    this.#byte(rest)
    return this
  }

  string(value: string): this {
    return this.nullableString(value)
  }

  nullableString(value: string | null): this {
    if (value === null) return this.#flexible ? this.uvarint(0) : this.int16(-1)
    const bytes = utf8.encode(value)
    if (this.#flexible) this.uvarint(bytes.length + 1)
    else this.int16(bytes.length)
    return this.raw(bytes)
  }

  nullableBytes(value: Uint8Array | null): this {
    if (value === null) return this.#flexible ? this.uvarint(0) : this.int32(-1)
    if (this.#flexible) this.uvarint(value.length + 1)
    else this.int32(value.length)
    return this.raw(value)
  }

  /** @param value hexadecimal, 32 digits */
  uuid(value: string): this {
    return this.raw(Buffer.from(value, 'hex'))
  }

  /** Null where `items` is. */
  array<Item>(items: readonly Item[] | null, write: (item: Item) => void): this {
    if (items === null) return this.#flexible ? this.uvarint(0) : this.int32(-1)
    if (this.#flexible) this.uvarint(items.length + 1)
    else this.int32(items.length)
    for (const item of items) write(item)
    return this
  }

  /** Ends a structure: no tagged fields, where the version has them. */
  tags(): this {
    return this.#flexible ? this.uvarint(0) : this
  }

  raw(bytes: Uint8Array): this {
    const start = this.#take(bytes.length)
    this.#buffer.set(bytes, start)
    return this
  }

  #byte(value: number): void {
    const start = this.#take(1)
    this.#buffer[start] = value
  }

  /** Makes room, which may replace the buffer: take the place first, then write. */
  #take(size: number): number {
    const start = this.#length
    const end = start + size
    if (end > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.#buffer.length * 2))
      grown.set(this.bytes)
      this.#buffer = grown
    }
    this.#length = end
    return start
  }
}
