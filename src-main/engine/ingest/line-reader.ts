/**
 * Streams a capture file, plain, gzip or zstd, as blocks of whole lines. Never holds more than one block and one line;
 * a line over the limit is cut to its first bytes and counted. Runs in the ingest thread.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { decompressZstd, isZstdMagic } from './zstd-frames.ts'

const readBytes = 1024 * 1024
const newline = 0x0a
const carriageReturn = 0x0d

/** A line larger than the limit: its first bytes, and its full size in bytes. */
export interface OversizedLine {
  head: Uint8Array
  sizeBytes: number
}

/** Whole lines, without their line ends: line n is `bytes[starts[n], ends[n])`; oversized ones are empty there. */
export interface LineBlock {
  bytes: Uint8Array
  count: number
  starts: Int32Array
  ends: Int32Array
  oversized: Map<number, OversizedLine> | null
  /** Share of the file's bytes read so far, 0..1. */
  progress: number
}

/** How a file is compressed, by its first bytes. */
export type Compression = 'none' | 'gzip' | 'zstd'

/** @throws AppError SOURCE_UNREADABLE */
export async function detectCompression(file: string): Promise<Compression> {
  const head = Buffer.alloc(4)
  try {
    const handle = await open(file, 'r')
    try {
      await handle.read(head, 0, 4, 0)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw unreadable(file, error)
  }
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  return isZstdMagic(head) ? 'zstd' : 'none'
}

/**
 * Reads a capture from its beginning, block by block.
 * @param isStopped asked with each piece that is read: a line may be longer than anybody waits for
 * @throws AppError SOURCE_UNREADABLE when the file cannot be read or its compression is damaged. Every whole line that
 *   could be decompressed has been yielded; `details.partial` then holds the start of the line that was cut, if any.
 */
export async function* readLines(
  file: string,
  isStopped: () => boolean = () => false,
): AsyncGenerator<LineBlock> {
  const compression = await detectCompression(file)
  const sizeBytes = await stat(file).then(
    (facts) => facts.size,
    (error: unknown) => {
      throw unreadable(file, error)
    },
  )
  const raw = createReadStream(file, { highWaterMark: readBytes })
  const splitter = new LineSplitter()
  try {
    for await (const piece of decompressed(raw, compression)) {
      if (isStopped()) return
      const block = splitter.push(piece)
      if (block !== null) {
        block.progress = sizeBytes === 0 ? 1 : Math.min(1, raw.bytesRead / sizeBytes)
        yield block
      }
    }
  } catch (error) {
    throw damaged(file, compression, error, splitter)
  } finally {
    raw.destroy()
  }
  const last = splitter.finish()
  if (last !== null) yield last
}

function decompressed(raw: Readable, compression: Compression): AsyncIterable<Uint8Array> {
  if (compression === 'none') return raw
  if (compression === 'zstd') return decompressZstd(raw)
  const inflate = createGunzip({ chunkSize: readBytes })
  // A failing file destroys the decompressor with its error, which its reader then meets.
  pipeline(raw, inflate, () => undefined)
  return inflate
}

function unreadable(file: string, error: unknown): AppError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const why =
    code === 'ENOENT'
      ? 'there is no such file'
      : code === 'EISDIR'
        ? 'it is a folder'
        : code === 'EACCES'
          ? 'reading it is not permitted'
          : error instanceof Error
            ? error.message
            : String(error)
  return new AppError('SOURCE_UNREADABLE', `cannot read ${file}: ${why}`, { details: { file }, cause: error })
}

function damaged(file: string, compression: Compression, error: unknown, splitter: LineSplitter): AppError {
  if (compression === 'none') return unreadable(file, error)
  const partial = splitter.partial()
  return new AppError('SOURCE_UNREADABLE', `cannot read on in ${file}: ${damageOf(compression, error)}`, {
    details: { file, damaged: true, partial },
    cause: error,
  })
}

function damageOf(compression: Compression, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'ZSTD_error_frameParameter_windowTooLarge')
    return 'its zstd data needs a window of more than 128 MB; compress it again without --long'
  const cut = /unexpected end of file|premature|truncated/i.test(message)
  return cut ? `its ${compression} data ends early` : `its ${compression} data is damaged (${message})`
}

/** Cuts pieces of bytes into blocks of whole lines. */
export class LineSplitter {
  #carry: Uint8Array = new Uint8Array(0)
  #skipped = 0
  #first = true

  /** @returns the lines that ended in this piece, or null where none did */
  push(piece: Uint8Array): LineBlock | null {
    const lastNewline = piece.lastIndexOf(newline)
    if (lastNewline < 0) {
      this.#keep(piece)
      return null
    }
    const block = this.#block(piece.subarray(0, lastNewline + 1))
    this.#carry = new Uint8Array(0)
    this.#skipped = 0
    if (lastNewline + 1 < piece.length) this.#keep(piece.subarray(lastNewline + 1))
    return block
  }

  /** The last line, where the file does not end with a line end. */
  finish(): LineBlock | null {
    if (this.#carry.length === 0 && this.#skipped === 0) return null
    const block = this.#block(new Uint8Array([newline]))
    this.#carry = new Uint8Array(0)
    this.#skipped = 0
    block.progress = 1
    return block
  }

  /** First bytes of the line that has begun and not ended. */
  partial(): OversizedLine | null {
    const sizeBytes = this.#carry.length + this.#skipped
    return sizeBytes === 0 ? null : { head: this.#carry.slice(0, limits.deadLetterBytes), sizeBytes }
  }

  #keep(rest: Uint8Array): void {
    const size = this.#carry.length + rest.length
    if (this.#skipped > 0 || size > limits.recordBytes) {
      if (this.#skipped === 0) {
        const head = joined(this.#carry, rest.subarray(0, limits.deadLetterBytes))
        this.#carry = head.slice(0, limits.deadLetterBytes)
        this.#skipped = size - this.#carry.length
      } else {
        this.#skipped += rest.length
      }
      return
    }
    this.#carry = joined(this.#carry, rest)
  }

  #block(whole: Uint8Array): LineBlock {
    const oversized = this.#oversizedFirst(whole)
    const bytes = oversized === null ? joined(this.#carry, whole) : withoutFirstLine(whole)
    let capacity = 1024
    let starts = new Int32Array(capacity)
    let ends = new Int32Array(capacity)
    let count = 0
    let start = this.#first && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
    this.#first = false
    while (start < bytes.length) {
      const end = bytes.indexOf(newline, start)
      if (count === capacity) {
        capacity *= 2
        starts = grown(starts, capacity)
        ends = grown(ends, capacity)
      }
      starts[count] = start
      ends[count++] = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end
      start = end + 1
    }
    return { bytes, count, starts, ends, oversized, progress: 0 }
  }

  /** Where the line that ends first is over the limit: its place in the block, which is an empty line 0. */
  #oversizedFirst(whole: Uint8Array): Map<number, OversizedLine> | null {
    const firstEnd = whole.indexOf(newline)
    const sizeBytes = this.#carry.length + this.#skipped + firstEnd
    if (sizeBytes <= limits.recordBytes) return null
    const head = joined(this.#carry, whole.subarray(0, Math.min(firstEnd, limits.deadLetterBytes)))
    return new Map([[0, { head: head.slice(0, limits.deadLetterBytes), sizeBytes }]])
  }
}

function withoutFirstLine(whole: Uint8Array): Uint8Array {
  return whole.slice(whole.indexOf(newline))
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length)
  both.set(left)
  both.set(right, left.length)
  return both
}

function grown(array: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity)
  larger.set(array)
  return larger
}
