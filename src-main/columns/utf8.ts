/** Where bytes stop being UTF-8, for messages. A leaf; the check itself is native. */
import { isUtf8 } from 'node:buffer'

/** Offset of the first byte that is not part of a UTF-8 character, or -1 where all are. */
export function invalidUtf8At(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1
  let at = 0
  while (at < bytes.length) {
    const length = utf8Length(bytes[at] ?? 0)
    const isWhole = length > 0 && at + length <= bytes.length
    if (!isWhole || (length > 1 && !isUtf8(bytes.subarray(at, at + length)))) return at
    at += length
  }
  return -1
}

/** Bytes of the character that a first byte announces; 0 where it can be no first byte. */
export function utf8Length(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xc2) return 0
  if (first < 0xe0) return 2
  if (first < 0xf0) return 3
  return first < 0xf5 ? 4 : 0
}
