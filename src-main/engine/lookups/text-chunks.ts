/** The bytes of a lookup file in pieces that are whole UTF-8 characters, without the byte order mark. */
import { createReadStream } from 'node:fs'
import type { FileLookup } from './file-lookup.ts'
import { invalidUtf8At, utf8Length } from '../../columns/utf8.ts'
import { fileFault } from './file-version.ts'
import { lookupFault } from './lookup-fault.ts'

const lineFeed = 0x0a
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** @throws AppError LOOKUP_UNREADABLE with the line of the first byte that is not UTF-8 */
export async function* readTextChunks(lookup: FileLookup): AsyncGenerator<Buffer, void> {
  let carried: Buffer = Buffer.alloc(0)
  let line = 1
  let isFirst = true
  for await (const piece of readPieces(lookup)) {
    const bytes = carried.length === 0 ? piece : Buffer.concat([carried, piece])
    const end = bytes.length - cutLength(bytes)
    let whole = bytes.subarray(0, end)
    carried = bytes.subarray(end)
    checkUtf8(lookup, whole, line)
    line += countLines(whole)
    if (isFirst && whole.length > 0) {
      isFirst = false
      if (whole.subarray(0, 3).equals(byteOrderMark)) whole = whole.subarray(3)
    }
    if (whole.length > 0) yield whole
  }
  checkUtf8(lookup, carried, line)
}

async function* readPieces(lookup: FileLookup): AsyncGenerator<Buffer, void> {
  const stream: AsyncIterable<Buffer> = createReadStream(lookup.file)
  try {
    yield* stream
  } catch (error) {
    throw fileFault(lookup, error)
  }
}

function checkUtf8(lookup: FileLookup, bytes: Buffer, firstLine: number): void {
  const at = invalidUtf8At(bytes)
  if (at < 0) return
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0')
  const line = firstLine + countLines(bytes.subarray(0, at))
  throw lookupFault(lookup, `the text is not UTF-8: byte 0x${byte}`, { line, hint: 'save the file as UTF-8' })
}

/** Bytes at the end that begin a character whose rest is in the next piece. */
function cutLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const length = utf8Length(bytes[bytes.length - back] ?? 0)
    if (length === 1) return 0
    if (length > 1) return length > back ? back : 0
  }
  return 0
}

/** Line feeds in the bytes. */
export function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count++
  return count
}
