/**
 * A mergeable estimate of how many distinct values there are: HyperLogLog (Flajolet, Fusy, Gandouet, Meunier, 2007) with
 * the estimator of Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), which needs no corrections
 * for small numbers. While there are few values their hashes are kept themselves, so that small counts are exact. Pure.
 *
 * Bytes: 0, then ascending hashes (f64, little-endian); or 1, then 4,096 registers.
 */
import { hashOfValue } from './value-hash.ts'

/** 2^12 registers. */
const precision = 12
const registerCount = 1 << precision
/** Hashes kept before registers are. */
const mostHashes = 256
/** Bits of a hash, as many as a double holds exactly. */
const hashBits = 53
const restBits = hashBits - precision
const mostRank = restBits + 1

/** Standard error is 1.04 / sqrt(4096); for people. */
export const distinctError = '1.6 % (standard error), exact up to 256 values'

export class DistinctSketch {
  #hashes: Set<number> | null = new Set()
  #registers: Uint8Array | null = null

  /** @throws RangeError where the bytes are no sketch */
  static read(bytes: Uint8Array): DistinctSketch {
    const sketch = new DistinctSketch()
    sketch.mergeBytes(bytes)
    return sketch
  }

  /** @param low for integers, the low 32 bits: doubles do not tell large ones apart */
  add(value: number | string | Uint8Array, low: number): void {
    this.#addHash(hashOfValue(value, low))
  }

  mergeBytes(bytes: Uint8Array): void {
    if (bytes[0] === 0 && bytes.length % 8 === 1) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let at = 1; at < bytes.length; at += 8) this.#addHash(view.getFloat64(at, true))
    } else if (bytes[0] === 1 && bytes.length === registerCount + 1) {
      const registers = this.#dense()
      for (let index = 0; index < registerCount; index++)
        registers[index] = Math.max(registers[index] ?? 0, bytes[index + 1] ?? 0)
    } else throw new RangeError('these bytes are no sketch of distinct values')
  }

  toBytes(): Buffer {
    if (this.#hashes === null) return Buffer.concat([Buffer.of(1), this.#dense()])
    const ordered = Float64Array.from(this.#hashes).sort()
    const bytes = Buffer.alloc(1 + 8 * ordered.length)
    ordered.forEach((hash, index) => bytes.writeDoubleLE(hash, 1 + 8 * index))
    return bytes
  }

  /** Estimated number of distinct values; exact while there are few. */
  count(): number {
    if (this.#hashes !== null) return this.#hashes.size
    return Math.round(estimate(this.#dense()))
  }

  #addHash(hash: number): void {
    if (this.#hashes === null) {
      note(this.#dense(), hash)
      return
    }
    this.#hashes.add(hash)
    if (this.#hashes.size > mostHashes) this.#dense()
  }

  #dense(): Uint8Array {
    if (this.#registers === null) {
      this.#registers = new Uint8Array(registerCount)
      for (const hash of this.#hashes ?? []) note(this.#registers, hash)
      this.#hashes = null
    }
    return this.#registers
  }
}

/** The first bits of a hash choose a register; it keeps the longest run of zeros seen in the bits behind them. */
function note(registers: Uint8Array, hash: number): void {
  const index = Math.floor(hash / 2 ** restBits)
  const rest = hash - index * 2 ** restBits
  const high = Math.floor(rest / 2 ** 32)
  const zeros = high > 0 ? Math.clz32(high) - (64 - restBits) : restBits - 32 + Math.clz32(rest)
  const rank = zeros + 1
  if (rank > (registers[index] ?? 0)) registers[index] = rank
}

/** Ertl's improved raw estimator (algorithm 6). */
function estimate(registers: Uint8Array): number {
  const counts = new Array<number>(mostRank + 1).fill(0)
  for (const rank of registers) counts[rank] = (counts[rank] ?? 0) + 1
  let z = registerCount * tau(1 - (counts[mostRank] ?? 0) / registerCount)
  for (let rank = mostRank - 1; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] ?? 0))
  z += registerCount * sigma((counts[0] ?? 0) / registerCount)
  return ((registerCount / (2 * Math.LN2)) * registerCount) / z
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY
  let x = share
  let y = 1
  let z = share
  for (let before = Number.NaN; before !== z;) {
    before = z
    x *= x
    z += x * y
    y += y
  }
  return z
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0
  let x = share
  let y = 1
  let z = 1 - share
  for (let before = Number.NaN; before !== z;) {
    before = z
    x = Math.sqrt(x)
    y *= 0.5
    z -= (1 - x) ** 2 * y
  }
  return z / 3
}
