/**
 * Recognises capture lines that are envelopes `{ key, headers, timestamp, value }` and gives the byte ranges of their
 * members. Runs in the ingest thread.
 */
import { compileTimestamp } from '../../columns/timestamp.ts'
import { jsonKind } from '../json/json-kind.ts'
import { JsonScanner } from '../json/json-scanner.ts'
import { unescapeText } from '../json/unescape-text.ts'

const members = ['value', 'key', 'headers', 'timestamp'] as const
const also = new Set<string>([...members, 'topic', 'partition', 'offset'])

/**
 * Whether a line is an envelope: an object with a `value`, and no member that an envelope does not have. The first line
 * that tells decides for a whole capture.
 * @returns null where the line is no JSON, and so cannot tell
 */
export function looksLikeEnvelope(line: Uint8Array): boolean | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(line))
  } catch {
    return null
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed) || !('value' in parsed))
    return false
  return Object.keys(parsed).every((name) => also.has(name))
}

/** Byte ranges of one envelope; reused for each line. */
export class EnvelopeReader {
  /** Why the line is no envelope, after `read` gave false. */
  problem = ''
  problemKind = 'envelope'
  valueStart = 0
  valueEnd = 0
  /** Key token as JSON, quotes included; keyEnd is 0 where there is none. */
  keyStart = 0
  keyEnd = 0
  headersStart = 0
  headersEnd = 0
  /** Milliseconds since 1970, or NaN where the envelope has none. */
  timestampMs = Number.NaN

  readonly #scanner = new JsonScanner(members.map((name) => [name]))
  readonly #timestamp = compileTimestamp(null, 'ms')

  read(bytes: Uint8Array, start: number, end: number): boolean {
    const scanner = this.#scanner
    if (!scanner.scan(bytes, start, end)) {
      this.problem = scanner.problem
      this.problemKind = scanner.problemKind
      return false
    }
    this.problemKind = 'envelope'
    if (scanner.kinds[0] === jsonKind.absent) {
      this.problem = 'the line is no envelope: it has no member "value"'
      return false
    }
    this.valueStart = scanner.starts[0] ?? 0
    this.valueEnd = scanner.ends[0] ?? 0
    this.keyStart = this.#has(1) ? (scanner.starts[1] ?? 0) : 0
    this.keyEnd = this.#has(1) ? (scanner.ends[1] ?? 0) : 0
    this.headersStart = this.#has(2) ? (scanner.starts[2] ?? 0) : 0
    this.headersEnd = this.#has(2) ? (scanner.ends[2] ?? 0) : 0
    this.timestampMs = this.#readTimestamp(bytes)
    if (this.#has(3) && Number.isNaN(this.timestampMs)) {
      this.problem = 'the envelope\'s "timestamp" is neither milliseconds since 1970 nor ISO 8601'
      return false
    }
    return true
  }

  #has(slot: number): boolean {
    const kind = this.#scanner.kinds[slot]
    return kind !== jsonKind.absent && kind !== jsonKind.null
  }

  #readTimestamp(bytes: Uint8Array): number {
    const kind = this.#scanner.kinds[3]
    const start = this.#scanner.starts[3] ?? 0
    const end = this.#scanner.ends[3] ?? 0
    if (kind === jsonKind.string) return this.#timestamp.parseBytes(bytes, start + 1, end - 1)
    return kind === jsonKind.integer ? this.#timestamp.parseNumber(bytes, start, end) : Number.NaN
  }
}

/** A JSON token as the text of a key: strings lose quotes and escapes, everything else stays as written. */
export function keyText(bytes: Uint8Array, start: number, end: number): string {
  if (bytes[start] === 0x22) return unescapeText(bytes, start + 1, end - 1)
  return new TextDecoder().decode(bytes.subarray(start, end))
}
