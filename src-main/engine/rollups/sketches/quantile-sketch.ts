/**
 * A mergeable sketch of a distribution with a bound on the relative error: DDSketch (Masson, Rim, Lee, "DDSketch: A Fast and
 * Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019). Values are counted in buckets whose bounds grow
 * by a constant factor; merging adds counts, so that order and batch cuts do not matter. Pure.
 *
 * Bytes, little-endian: zeros (f64), negative buckets and positive buckets, each a number (u32) and so many pairs of index
 * (i32) and count (f64), indexes ascending.
 */

/** Largest relative error of a quantile. */
const accuracy = 0.01
const growth = (1 + accuracy) / (1 - accuracy)
const logGrowth = Math.log(growth)
/** Smaller magnitudes, which doubles hold with fewer digits, count as zero. */
const smallest = 2 ** -1022
/** Buckets per sign: 2048 cover 17 orders of magnitude. Beyond, those nearest to zero become one. */
const mostBuckets = 2048

/** For people. */
export const quantileError = '1 % of the value, over 17 orders of magnitude'

type Buckets = Map<number, number>

export class QuantileSketch {
  #zeros = 0
  #negative: Buckets = new Map()
  #positive: Buckets = new Map()

  /** @throws RangeError where the bytes are no sketch */
  static read(bytes: Uint8Array): QuantileSketch {
    const sketch = new QuantileSketch()
    sketch.mergeBytes(bytes)
    return sketch
  }

  /** Numbers that are not finite are left out. */
  add(value: number): void {
    if (!Number.isFinite(value)) return
    const magnitude = Math.abs(value)
    if (magnitude < smallest) this.#zeros++
    else count(value > 0 ? this.#positive : this.#negative, Math.ceil(Math.log(magnitude) / logGrowth), 1)
  }

  mergeBytes(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#zeros += view.getFloat64(0, true)
    let at = 8
    for (const buckets of [this.#negative, this.#positive]) {
      const size = view.getUint32(at, true)
      at += 4
      for (let index = 0; index < size; index++, at += 12)
        count(buckets, view.getInt32(at, true), view.getFloat64(at + 4, true))
    }
  }

  toBytes(): Buffer {
    const sides = [bounded(this.#negative), bounded(this.#positive)]
    const bytes = Buffer.alloc(16 + 12 * sides.reduce((sum, side) => sum + side.length, 0))
    bytes.writeDoubleLE(this.#zeros, 0)
    let at = 8
    for (const side of sides) {
      at = bytes.writeUInt32LE(side.length, at)
      for (const [index, amount] of side) {
        at = bytes.writeInt32LE(index, at)
        at = bytes.writeDoubleLE(amount, at)
      }
    }
    return bytes
  }

  /**
   * The value below which a share of the values lies, by nearest rank.
   * @param share 0..1
   * @returns null where there are no values
   */
  quantile(share: number): number | null {
    const negative = bounded(this.#negative).reverse()
    const positive = bounded(this.#positive)
    const total = this.#zeros + sum(negative) + sum(positive)
    if (total === 0) return null
    let rank = Math.max(0, Math.ceil(share * total) - 1)
    for (const [index, amount] of negative) {
      if (rank < amount) return -middle(index)
      rank -= amount
    }
    if (rank < this.#zeros) return 0
    rank -= this.#zeros
    for (const [index, amount] of positive) {
      if (rank < amount) return middle(index)
      rank -= amount
    }
    return middle(positive.at(-1)?.[0] ?? 0)
  }
}

/** The value of a bucket that is equally far, relatively, from both of its bounds. */
function middle(index: number): number {
  return ((2 * growth) / (1 + growth)) * growth ** (index - 1)
}

function count(buckets: Buckets, index: number, amount: number): void {
  buckets.set(index, (buckets.get(index) ?? 0) + amount)
}

function sum(side: readonly [number, number][]): number {
  return side.reduce((total, [, amount]) => total + amount, 0)
}

/** Buckets in order; those nearest to zero are one where there are too many. */
function bounded(buckets: Buckets): [number, number][] {
  const ordered = [...buckets].sort(([one], [other]) => one - other)
  if (ordered.length <= mostBuckets) return ordered
  const cut = ordered.length - mostBuckets + 1
  const [lowest] = ordered[cut - 1] ?? [0]
  return [[lowest, sum(ordered.slice(0, cut))], ...ordered.slice(cut)]
}
