/** Spreads replayed records over partitions as Kafka's default partitioner does. Runs in the ingest thread. */
import { unescapeText } from '../json/unescape-text.ts'

const quote = 0x22
const backslash = 0x5c
const utf8 = new TextEncoder()
const seed = 0x9747b28c
const multiplier = 0x5bd1e995
const shift = 24

/**
 * 32-bit murmur2 of `bytes[start, end)`, as org.apache.kafka.common.utils.Utils.murmur2.
 * @returns a signed 32-bit integer
 */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  let hash = seed ^ length
  let at = start
  for (; at + 4 <= end; at += 4) {
    let word =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)
    word = Math.imul(word, multiplier)
    word ^= word >>> shift
    word = Math.imul(word, multiplier)
    hash = Math.imul(hash, multiplier) ^ word
  }
  const rest = end - at
  if (rest === 3) hash ^= (bytes[at + 2] ?? 0) << 16
  if (rest >= 2) hash ^= (bytes[at + 1] ?? 0) << 8
  if (rest >= 1) {
    hash ^= bytes[at] ?? 0
    hash = Math.imul(hash, multiplier)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, multiplier)
  return hash ^ (hash >>> 15)
}

/**
 * Partition of a record by its key, 0..partitions-1. The key is the JSON token `bytes[start, end)`; text counts by its
 * characters, whatever escapes it is written with.
 */
export function partitionOf(bytes: Uint8Array, start: number, end: number, partitions: number): number {
  if (bytes[start] !== quote) return toPartition(murmur2(bytes, start, end), partitions)
  if (!hasEscape(bytes, start, end)) return toPartition(murmur2(bytes, start + 1, end - 1), partitions)
  const text = utf8.encode(unescapeText(bytes, start + 1, end - 1))
  return toPartition(murmur2(text, 0, text.length), partitions)
}

function toPartition(hash: number, partitions: number): number {
  return (hash & 0x7fffffff) % partitions
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === backslash) return true
  return false
}
