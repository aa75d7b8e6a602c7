/**
 * Decompresses zstd data of any number of frames (RFC 8878). Node's own decompressor stops after the first frame without a
 * word, so frames are told apart here, and each gets a decompressor of its own. Used by line-reader.ts; ingest thread.
 */
import { pipeline, Readable } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'

const chunkBytes = 256 * 1024
const frameMagic = 0xfd2fb528
/** The last digit is free: a frame that holds something for other programs, passed over. */
const skippableMagic = 0x184d2a50
const magicBytes = 4
const blockHeaderBytes = 3
const repeatedByteBlock = 1
const dictionaryBytes = [0, 1, 2, 4] as const
const contentSizeBytes = [0, 2, 4, 8] as const

/** Whether a file that begins with these four bytes is zstd. */
export function isZstdMagic(head: Buffer): boolean {
  const magic = head.readUInt32LE(0)
  return magic === frameMagic || isSkippable(magic)
}

/** The contents of all frames, one after another. @throws what the file or the decompressor has to say */
export async function* decompressZstd(file: Readable): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames(file)
  while (await frames.begin()) {
    const inflate = createZstdDecompress({ chunkSize: chunkBytes })
    // A failing file destroys the decompressor with its error, which the loop below then throws.
    pipeline(Readable.from(frames.frame(), { objectMode: false }), inflate, () => undefined)
    const contents: AsyncIterable<Uint8Array> = inflate
    yield* contents
  }
}

function isSkippable(magic: number): boolean {
  return magic >>> 4 === skippableMagic >>> 4
}

/** Walks over the bytes of frames by their headers; what is inside is the decompressor's matter. */
class ZstdFrames {
  readonly #pieces: AsyncIterator<unknown>
  #piece: Buffer = Buffer.alloc(0)
  #magic: Buffer = Buffer.alloc(0)

  constructor(file: Readable) {
    this.#pieces = file[Symbol.asyncIterator]()
  }

  /** Goes to the next frame that holds data; false at the end of the file. */
  async begin(): Promise<boolean> {
    for (;;) {
      this.#magic = await this.#take(magicBytes)
      if (this.#magic.length === 0) return false
      if (this.#magic.length < magicBytes) return true
      const magic = this.#magic.readUInt32LE(0)
      if (magic === frameMagic) return true
      if (!isSkippable(magic)) throw new Error('something else follows the compressed data')
      const size = await this.#take(4)
      if (size.length < 4) throw new Error('unexpected end of file')
      let left = size.readUInt32LE(0)
      for await (const bytes of this.#pass(left)) left -= bytes.length
      if (left > 0) throw new Error('unexpected end of file')
    }
  }

  /** The bytes of the frame that has begun, fewer where the file ends inside it. */
  async *frame(): AsyncGenerator<Buffer> {
    yield this.#magic
    const descriptor = await this.#take(1)
    yield descriptor
    const flags = descriptor[0] ?? 0
    const isSingleSegment = (flags & 0x20) !== 0
    const contentSize = contentSizeBytes[flags >>> 6] ?? 0
    const headerRest =
      (isSingleSegment ? Math.max(1, contentSize) : contentSize + 1) + (dictionaryBytes[flags & 3] ?? 0)
    yield* this.#pass(headerRest)
    yield* this.#blocks()
    if ((flags & 0x04) !== 0) yield* this.#pass(4)
  }

  async *#blocks(): AsyncGenerator<Buffer> {
    for (;;) {
      const header = await this.#take(blockHeaderBytes)
      yield header
      if (header.length < blockHeaderBytes) return
      const value = header.readUIntLE(0, blockHeaderBytes)
      const type = (value >>> 1) & 3
      yield* this.#pass(type === repeatedByteBlock ? 1 : value >>> 3)
      if ((value & 1) === 1) return
    }
  }

  /** Exactly so many bytes, fewer only at the end of the file. */
  async #take(count: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const part of this.#pass(count)) parts.push(part)
    return Buffer.concat(parts)
  }

  async *#pass(count: number): AsyncGenerator<Buffer> {
    let left = count
    while (left > 0 && (await this.#fill())) {
      const part = this.#piece.subarray(0, left)
      this.#piece = this.#piece.subarray(part.length)
      left -= part.length
      yield part
    }
  }

  /** Whether there is at least one more byte. */
  async #fill(): Promise<boolean> {
    while (this.#piece.length === 0) {
      const next = await this.#pieces.next()
      if (next.done === true) return false
      if (Buffer.isBuffer(next.value)) this.#piece = next.value
    }
    return true
  }
}
