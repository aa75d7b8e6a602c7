/**
 * Hash of one SQL value for sketches: 53 bits as a number, the same on every machine. Values that SQL holds to be equal have
 * the same hash. Two lanes of 32 bits with the multipliers and the final mixing of MurmurHash3 (Appleby, 2011). Pure.
 */
const double = new DataView(new ArrayBuffer(8))
/** Seeds of the two lanes, by the kind of the value. */
const seeds = { number: 0x2545f491, text: 0x165667b1, bytes: 0x27d4eb2f }

let high = 0
let low = 0

/** @param lowBits low 32 bits of an integer; of no meaning for other values. @returns 0 to 2^53 - 1 */
export function hashOfValue(value: number | string | Uint8Array, lowBits: number): number {
  if (typeof value === 'number') {
    // 0 and -0 are equal.
    double.setFloat64(0, value === 0 ? 0 : value)
    begin(seeds.number)
    take(double.getUint32(0))
    take(double.getUint32(4))
    if (!Number.isSafeInteger(value)) take(lowBits)
  } else if (typeof value === 'string') {
    begin(seeds.text)
    for (let index = 0; index < value.length; index++) take(value.charCodeAt(index))
  } else {
    begin(seeds.bytes)
    for (const byte of value) take(byte)
  }
  return finish()
}

function begin(seed: number): void {
  high = seed
  low = ~seed
}

function take(word: number): void {
  const mixed = Math.imul(word, 0xcc9e2d51)
  high = Math.imul((high ^ ((mixed << 15) | (mixed >>> 17))) | 0, 5) + 0xe6546b64
  high = (high << 13) | (high >>> 19)
  const other = Math.imul(word, 0x1b873593)
  low = Math.imul((low ^ ((other << 16) | (other >>> 16))) | 0, 9) + 0x38495ab5
  low = (low << 11) | (low >>> 21)
}

function finish(): number {
  const one = mixed(high ^ Math.imul(low, 0x85ebca6b))
  const two = mixed(low ^ Math.imul(one, 0xc2b2ae35))
  return one * 2 ** 21 + (two >>> 11)
}

/** @returns 32 bits, unsigned */
function mixed(word: number): number {
  let bits = word
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
