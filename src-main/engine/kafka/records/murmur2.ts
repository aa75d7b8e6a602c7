/** The hash by which Kafka's own clients choose a partition for a key (org.apache.kafka.common.utils.Utils.murmur2). */

const seed = 0x9747b28c
const multiplier = 0x5bd1e995

/** The partition of the key `bytes[start, end)`, 0..partitions-1, as the Java client's default partitioner chooses it. */
export function partitionOfKey(
  bytes: Uint8Array,
  partitions: number,
  start = 0,
  end: number = bytes.length,
): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitions
}

/** @returns the hash of `bytes[start, end)`, 32 bits, signed */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  let hash = seed ^ (end - start)
  let at = start
  for (; at + 4 <= end; at += 4) {
    let word =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)
    word = Math.imul(word, multiplier)
    word = Math.imul(word ^ (word >>> 24), multiplier)
    hash = Math.imul(hash, multiplier) ^ word
  }
  const rest = end - at
  if (rest === 3) hash ^= (bytes[at + 2] ?? 0) << 16
  if (rest >= 2) hash ^= (bytes[at + 1] ?? 0) << 8
  if (rest >= 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), multiplier)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}
