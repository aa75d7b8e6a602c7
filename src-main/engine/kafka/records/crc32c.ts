/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), with which record batches are guarded. Eight bytes a step. */

const polynomial = 0x82f63b78
const tables = makeTables()

/** Checksum of `bytes[start, end)`, unsigned. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables
  let crc = 0xffffffff
  let at = start
  const lastStep = end - 8
  for (; at <= lastStep; at += 8) {
    const low =
      crc ^
      (at1(bytes, at) | (at1(bytes, at + 1) << 8) | (at1(bytes, at + 2) << 16) | (at1(bytes, at + 3) << 24))
    crc =
      look(t7, low & 0xff) ^
      look(t6, (low >>> 8) & 0xff) ^
      look(t5, (low >>> 16) & 0xff) ^
      look(t4, low >>> 24) ^
      look(t3, at1(bytes, at + 4)) ^
      look(t2, at1(bytes, at + 5)) ^
      look(t1, at1(bytes, at + 6)) ^
      look(t0, at1(bytes, at + 7))
  }
  for (; at < end; at++) crc = look(t0, (crc ^ at1(bytes, at)) & 0xff) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

function at1(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

function look(table: Int32Array, index: number): number {
  return table[index] ?? 0
}

type Tables = readonly [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]

function makeTables(): Tables {
  const first = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    first[byte] = crc
  }
  const next = (before: Int32Array): Int32Array => before.map((crc) => look(first, crc & 0xff) ^ (crc >>> 8))
  const second = next(first)
  const third = next(second)
  const fourth = next(third)
  const fifth = next(fourth)
  const sixth = next(fifth)
  const seventh = next(sixth)
  return [first, second, third, fourth, fifth, sixth, seventh, next(seventh)]
}
