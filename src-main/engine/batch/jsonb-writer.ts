/**
 * Writes rows as SQLite JSONB (sqlite.org/jsonb.html), so that the store thread reads typed values without parsing text.
 * The whole batch is one JSONB array of arrays. Used by the ingest thread only; no allocation per value.
 */

/** JSONB element types, low nibble of the header byte. */
export const jsonbType = { null: 0, int: 3, float: 5, text: 7, textRaw: 10, array: 11 } as const

/** Both array headers are written with a 4-byte size, so that they can be filled in when the end is known. */
const arrayHeaderBytes = 5
const fourByteSize = 0xe0
const minimumBytes = 64 * 1024

/** Growable buffer of JSONB rows. `begin` .. `take` make one batch; a row that turns out bad is dropped with `rollbackRow`. */
export class JsonbWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #length = arrayHeaderBytes
  #rowStart = arrayHeaderBytes
  #rows = 0

  constructor(capacity = minimumBytes) {
    this.#bytes = new Uint8Array(capacity)
  }

  /** Rows written since the last `take`. */
  get rows(): number {
    return this.#rows
  }

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#length
  }

  beginRow(): void {
    this.#rowStart = this.#length
    this.#ensure(arrayHeaderBytes)
    this.#length += arrayHeaderBytes
  }

  endRow(): void {
    this.#header(this.#rowStart, jsonbType.array, this.#length - this.#rowStart - arrayHeaderBytes)
    this.#rows++
  }

  rollbackRow(): void {
    this.#length = this.#rowStart
  }

  null(): void {
    this.#ensure(1)
    this.#bytes[this.#length++] = jsonbType.null
  }

  /** An element whose payload is `source[start, end)` as it stands. */
  span(type: number, source: Uint8Array, start: number, end: number): void {
    const size = end - start
    this.#ensure(size + arrayHeaderBytes)
    const bytes = this.#bytes
    let at = this.#length
    if (size <= 11) {
      bytes[at++] = (size << 4) | type
    } else if (size < 0x100) {
      bytes[at++] = 0xc0 | type
      bytes[at++] = size
    } else if (size < 0x10000) {
      bytes[at++] = 0xd0 | type
      bytes[at++] = size >>> 8
      bytes[at++] = size & 0xff
    } else {
      this.#header(at, type, size)
      at += arrayHeaderBytes
    }
    if (size < 48) {
      for (let index = start; index < end; index++) bytes[at++] = source[index] ?? 0
    } else {
      bytes.set(source.subarray(start, end), at)
      at += size
    }
    this.#length = at
  }

  /** An INTEGER element of a whole number within ±2^53. */
  integer(value: number): void {
    this.#ensure(20)
    const bytes = this.#bytes
    let rest = Math.abs(value)
    let high = Math.floor(rest / 1e8)
    rest -= high * 1e8
    let end = this.#length + 1 + (value < 0 ? 1 : 0) + digitCount(high > 0 ? high : rest) + (high > 0 ? 8 : 0)
    const size = end - this.#length - 1
    bytes[this.#length] = size <= 11 ? (size << 4) | jsonbType.int : 0xc0 | jsonbType.int
    if (size > 11) {
      bytes[this.#length + 1] = size
      end++
    }
    const start = this.#length + (size > 11 ? 2 : 1)
    this.#length = end
    if (value < 0) bytes[start] = 0x2d
    const first = value < 0 ? start + 1 : start
    if (high > 0) {
      for (let digit = 0; digit < 8; digit++) {
        const next = (rest / 10) | 0
        bytes[--end] = 0x30 + rest - next * 10
        rest = next
      }
      while (end > first) {
        const next = high < 0x7fffffff ? (high / 10) | 0 : Math.floor(high / 10)
        bytes[--end] = 0x30 + high - next * 10
        high = next
      }
      return
    }
    while (end > first) {
      const next = (rest / 10) | 0
      bytes[--end] = 0x30 + rest - next * 10
      rest = next
    }
  }

  /**
   * The finished batch, and a fresh start on `next` (or a new buffer).
   * @returns bytes of one JSONB array; their buffer is the caller's to transfer
   */
  take(next?: ArrayBuffer): Uint8Array<ArrayBuffer> {
    this.#header(0, jsonbType.array, this.#length - arrayHeaderBytes)
    const batch = this.#bytes.subarray(0, this.#length)
    this.#bytes =
      next === undefined ? new Uint8Array(Math.max(minimumBytes, batch.length)) : new Uint8Array(next)
    this.#length = arrayHeaderBytes
    this.#rows = 0
    return batch
  }

  #header(at: number, type: number, size: number): void {
    const bytes = this.#bytes
    bytes[at] = fourByteSize | type
    bytes[at + 1] = size >>> 24
    bytes[at + 2] = (size >>> 16) & 0xff
    bytes[at + 3] = (size >>> 8) & 0xff
    bytes[at + 4] = size & 0xff
  }

  #ensure(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

function digitCount(value: number): number {
  if (value < 10) return 1
  if (value < 100) return 2
  if (value < 1000) return 3
  if (value < 10_000) return 4
  if (value < 100_000) return 5
  if (value < 1_000_000) return 6
  if (value < 10_000_000) return 7
  if (value < 100_000_000) return 8
  return value < 1_000_000_000 ? 9 : 10
}
