/** The hash by which Kafka's own clients choose a partition for a key (org.apache.kafka.common.utils.Utils.murmur2). */

const seed = 0x9747b28c
const multiplier = 0x5bd1e995

/** The partition of a key, as the Java client's default partitioner chooses it. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}

/** @returns 32 bits, signed */
export function murmur2(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const words = bytes.length - (bytes.length % 4)
  let hash = seed ^ bytes.length
  for (let at = 0; at < words; at += 4) {
    let word = Math.imul(view.getInt32(at, true), multiplier)
    word = Math.imul(word ^ (word >>> 24), multiplier)
    hash = Math.imul(hash, multiplier) ^ word
  }
  const rest = bytes.length - words
  if (rest === 3) hash ^= view.getUint8(words + 2) << 16
  if (rest >= 2) hash ^= view.getUint8(words + 1) << 8
  if (rest >= 1) hash = Math.imul(hash ^ view.getUint8(words), multiplier)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}
