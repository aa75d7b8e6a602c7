/** The codecs of record batches: unpacked whole, but never past a bound that is known before memory is taken. */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import { decompressFrameSync } from 'lz4-napi'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { uncompressSync } from 'snappy'

export const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** Frame of snappy-java: 8 bytes of magic, two versions, then blocks with their sizes (github.com/xerial/snappy-java). */
const snappyJava = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00)
const snappyJavaHeader = 16

/**
 * Unpacks the records of one batch.
 * @param codec bits 0 to 2 of the batch's attributes
 * @throws AppError KAFKA_FAILED where the bytes are damaged, the codec is unknown, or more than `limits.unpackedBytes`
 */
export function unpack(codec: number, packed: Uint8Array): Uint8Array {
  try {
    switch (codec) {
      case 0:
        return packed
      case 1:
        return gunzipSync(packed, { maxOutputLength: limits.unpackedBytes })
      case 2:
        return unpackSnappy(packed)
      case 3:
        return unpackLz4(packed)
      case 4:
        return zstdDecompressSync(packed, { maxOutputLength: limits.unpackedBytes })
      default:
        throw damaged(`codec ${String(codec)} is unknown`)
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    const words = error instanceof Error ? error.message : String(error)
    throw damaged(`${codecNames[codec] ?? 'codec'}: ${words}`)
  }
}

function unpackSnappy(packed: Uint8Array): Uint8Array {
  if (!snappyJava.every((byte, index) => packed[index] === byte)) return unpackSnappyBlock(packed)
  const blocks: Uint8Array[] = []
  let total = 0
  let at = snappyJavaHeader
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  while (at + 4 <= packed.length) {
    const size = view.getUint32(at)
    at += 4
    if (at + size > packed.length) throw damaged('snappy: a block is cut off')
    const block = unpackSnappyBlock(packed.subarray(at, at + size))
    total += block.length
    bound(total)
    blocks.push(block)
    at += size
  }
  return blocks.length === 1 ? (blocks[0] ?? packed) : Buffer.concat(blocks, total)
}

/** The size stands first, as a varint (github.com/google/snappy, format_description.txt). */
function unpackSnappyBlock(packed: Uint8Array): Uint8Array {
  let size = 0
  let factor = 1
  for (let at = 0; at < 5; at++) {
    const byte = packed[at] ?? 0
    size += (byte & 0x7f) * factor
    if (byte < 0x80) break
    factor *= 128
  }
  bound(size)
  const unpacked = uncompressSync(asBuffer(packed), { asBuffer: true })
  return typeof unpacked === 'string' ? Buffer.from(unpacked) : unpacked
}

/** A frame says how large its blocks may be; their number bounds what comes out (lz4_Frame_format.md). */
function unpackLz4(packed: Uint8Array): Uint8Array {
  bound(lz4Bound(packed))
  return decompressFrameSync(asBuffer(packed))
}

function lz4Bound(packed: Uint8Array): number {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (packed.length < 7 || view.getUint32(0, true) !== 0x184d2204) throw damaged('lz4: no frame')
  const flags = view.getUint8(4)
  const blockMaximum = 2 ** (8 + 2 * ((view.getUint8(5) >>> 4) & 7))
  const hasContentSize = (flags & 0x08) !== 0
  if (hasContentSize) return Number(view.getBigUint64(6, true))
  const checksumBytes = (flags & 0x10) === 0 ? 0 : 4
  let at = 7 + ((flags & 0x01) === 0 ? 0 : 4)
  let total = 0
  while (at + 4 <= packed.length) {
    const size = view.getUint32(at, true) & 0x7fffffff
    if (size === 0) break
    total += blockMaximum
    // Small blocks hold at most 255 times their size, whatever the maximum is.
    if (size * 255 < blockMaximum) total += size * 255 - blockMaximum
    at += 4 + size + checksumBytes
  }
  return total
}

function bound(size: number): void {
  if (size <= limits.unpackedBytes) return
  const megabytes = (bytes: number): string => `${(bytes / 1048576).toFixed(0)} MB`
  throw damaged(`a batch unpacks to ${megabytes(size)}; the most is ${megabytes(limits.unpackedBytes)}`)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function damaged(what: string): AppError {
  return new AppError('KAFKA_FAILED', `the records cannot be unpacked: ${what}`, {
    details: { damaged: true },
  })
}
