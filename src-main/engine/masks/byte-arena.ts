/** Bytes that grow: what masked records are written to. Places in it never begin at 0, which stands for "absent". */

const firstBytes = 512 * 1024
/** A buffer larger than this is not kept. */
const mostKeptBytes = 4 * 1024 * 1024
/** Up to here a loop is faster than a view. */
const shortBytes = 48

export class ByteArena {
  bytes: Uint8Array<ArrayBuffer>
  length = 1

  /** @param sizeBytes room for the beginning */
  constructor(sizeBytes = firstBytes) {
    this.bytes = new Uint8Array(sizeBytes)
  }

  /** Begins anew; what was there before is no longer valid. */
  reset(): void {
    if (this.bytes.length > mostKeptBytes) this.bytes = new Uint8Array(firstBytes)
    this.length = 1
  }

  /** Appends `source[start, end)`. */
  append(source: Uint8Array, start = 0, end = source.length): void {
    const size = end - start
    this.#reserve(size)
    const target = this.bytes
    let at = this.length
    if (size <= shortBytes) for (let from = start; from < end; from++) target[at++] = source[from] ?? 0
    else target.set(source.subarray(start, end), at)
    this.length += size
  }

  /** Appends characters, all of them ASCII. */
  ascii(text: string): void {
    const size = text.length
    this.#reserve(size)
    const target = this.bytes
    let at = this.length
    for (let from = 0; from < size; from++) target[at++] = text.charCodeAt(from)
    this.length = at
  }

  #reserve(size: number): void {
    const needed = this.length + size
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}
