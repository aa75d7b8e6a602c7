/** Keys and headers of capture lines: JSON tokens of an envelope, or of the value. Ingest thread. */
import { JsonScanner } from '../json/json-scanner.ts'
import { jsonKind } from '../json/json-kind.ts'
import type { PartReader } from './part-reader.ts'
import type { RecordPlace } from './record-place.ts'
import { unescapeText } from '../json/unescape-text.ts'

const utf8 = new TextEncoder()

export class CaptureParts implements PartReader {
  readonly #scanners = new Map<string, JsonScanner>()

  key(bytes: Uint8Array, { keyStart, keyEnd }: RecordPlace): Uint8Array | null {
    return keyEnd === 0 ? null : plainBytes(bytes, keyStart, keyEnd)
  }

  header(bytes: Uint8Array, { headersStart, headersEnd }: RecordPlace, name: string): Uint8Array | null {
    if (headersEnd === 0) return null
    if (bytes[headersStart] === 0x5b) return headerOfPairs(bytes.subarray(headersStart, headersEnd), name)
    const scanner = this.#scannerFor(name)
    const isFound = scanner.scan(bytes, headersStart, headersEnd)
    const kind = scanner.kinds[0]
    if (!isFound || kind === jsonKind.absent || kind === jsonKind.null) return null
    return plainBytes(bytes, scanner.starts[0] ?? 0, scanner.ends[0] ?? 0)
  }

  /** An object of names, as envelopes have it, becomes pairs; anything else stays as it was written. */
  headersJson(bytes: Uint8Array, { headersStart, headersEnd }: RecordPlace): Uint8Array | null {
    if (headersEnd === 0) return null
    const token = bytes.subarray(headersStart, headersEnd)
    if (token[0] !== 0x7b) return token
    const headers: unknown = JSON.parse(new TextDecoder().decode(token))
    return utf8.encode(JSON.stringify(Object.entries(headers ?? {})))
  }

  #scannerFor(name: string): JsonScanner {
    const known = this.#scanners.get(name)
    if (known !== undefined) return known
    const scanner = new JsonScanner([[name]])
    this.#scanners.set(name, scanner)
    return scanner
  }
}

/** Headers written as [name, value] pairs, for repeated names: the last one counts. */
function headerOfPairs(token: Uint8Array, name: string): Uint8Array | null {
  const pairs: unknown = JSON.parse(new TextDecoder().decode(token))
  if (!Array.isArray(pairs)) return null
  const pair: unknown = pairs.findLast((entry: unknown) => Array.isArray(entry) && entry[0] === name)
  const value: unknown = Array.isArray(pair) ? pair[1] : null
  if (typeof value === 'string') return utf8.encode(value)
  if (typeof value === 'object' && value !== null && 'base64' in value) {
    return Buffer.from(String(value.base64), 'base64')
  }
  return value === null || value === undefined ? null : utf8.encode(JSON.stringify(value))
}

/** A JSON token without the quotes and escapes of text. */
function plainBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (bytes[start] !== 0x22) return bytes.subarray(start, end)
  const inner = bytes.subarray(start + 1, end - 1)
  return inner.includes(0x5c) ? utf8.encode(unescapeText(bytes, start + 1, end - 1)) : inner
}
