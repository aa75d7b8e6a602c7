/** Bytes that grow: what a masked record is written to. Places in it never begin at 0, which stands for "absent". */

const firstBytes = 16 * 1024
/** A buffer larger than this is not kept for the next record. */
const mostKeptBytes = 4 * 1024 * 1024

export class ByteArena {
  bytes = new Uint8Array(firstBytes)
  length = 1

  /** Begins a record; what was there before is no longer valid. */
  reset(): void {
    if (this.bytes.length > mostKeptBytes) this.bytes = new Uint8Array(firstBytes)
    this.length = 1
  }

  /** Appends `source[start, end)`. */
  append(source: Uint8Array, start = 0, end = source.length): void {
    const needed = this.length + end - start
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
      grown.set(this.bytes.subarray(0, this.length))
      this.bytes = grown
    }
    this.bytes.set(source.subarray(start, end), this.length)
    this.length = needed
  }
}
