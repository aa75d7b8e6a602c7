/** Spreads replayed records over partitions as Kafka's default partitioner does. Runs in the ingest thread. */
import { unescapeText } from '../json/unescape-text.ts'
import { partitionOfKey } from '../kafka/records/murmur2.ts'

const quote = 0x22
const backslash = 0x5c
const utf8 = new TextEncoder()

/**
 * Partition of a record by its key, 0..partitions-1. The key is the JSON token `bytes[start, end)`; text counts by its
 * characters, whatever escapes it is written with.
 */
export function partitionOf(bytes: Uint8Array, start: number, end: number, partitions: number): number {
  if (bytes[start] !== quote) return partitionOfKey(bytes, partitions, start, end)
  if (!hasEscape(bytes, start, end)) return partitionOfKey(bytes, partitions, start + 1, end - 1)
  return partitionOfKey(utf8.encode(unescapeText(bytes, start + 1, end - 1)), partitions)
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === backslash) return true
  return false
}
