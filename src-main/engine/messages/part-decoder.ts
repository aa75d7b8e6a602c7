/**
 * How keys and values are shown and searched: JSON, text or bytes, told by what they hold. Cluster thread; one for each
 * part of a search, not reentrant.
 */
import { isUtf8 } from 'node:buffer'
import { limits } from '#contract/limits.ts'
import type { MessageFormat } from '#contract/messages.ts'
import { JsonScanner } from '../json/json-scanner.ts'

/** A schema by which a part was read. */
export interface PartSchema {
  id: number
  subject: string
  type: string
  text: string
}

export interface PartDecoder {
  /** After `'text'`: the text in UTF-8 is `bytes[start, end)`, valid until the next call. */
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** After any but `'wait'`: the format that it has, and why it is not the one asked for; empty otherwise. */
  readonly format: string
  readonly problem: string
  readonly schema: PartSchema | null
  /** Whether the text that people see may be another than the bytes themselves; else these can be searched. */
  differs(bytes: Uint8Array, start: number, length: number): boolean
  /** Reads one part. `'bytes'`: there is no text. `'wait'`: await {@link ready}, then call again with the same part. */
  decode(bytes: Uint8Array, start: number, end: number): 'text' | 'bytes' | 'wait'
  /** @throws AppError SCHEMA_UNAVAILABLE */
  ready(signal?: AbortSignal): Promise<void>
}

/** Parts up to this size are looked through before they are called JSON; larger ones are judged by how they begin. */
const judgedBytes = 1024 * 1024

/** Whatever needs no schema. */
export class PlainDecoder implements PartDecoder {
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  format = 'text'
  problem = ''
  readonly schema = null
  readonly #wanted: MessageFormat
  readonly #scanner = new JsonScanner([])

  /** @param wanted formats that need a schema are read as `auto`, and the problem says so */
  constructor(wanted: MessageFormat) {
    this.#wanted = wanted
  }

  differs(): boolean {
    return false
  }

  decode(bytes: Uint8Array, start: number, end: number): 'text' | 'bytes' {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.problem = ''
    switch (this.#wanted) {
      case 'bytes':
        this.format = 'bytes'
        return 'bytes'
      case 'text':
        return this.#asText('is not UTF-8 text')
      case 'json':
        return this.#asJson()
      case 'auto':
        return this.#asAny()
      default: {
        const read = this.#asAny()
        this.problem = `there is no schema to read it as ${this.#wanted}`
        return read
      }
    }
  }

  ready(): Promise<void> {
    return Promise.resolve()
  }

  #asText(problem: string): 'text' | 'bytes' {
    const isText = isUtf8(this.bytes.subarray(this.start, this.end))
    this.format = isText ? 'text' : 'bytes'
    if (!isText) this.problem = problem
    return isText ? 'text' : 'bytes'
  }

  #asJson(): 'text' | 'bytes' {
    if (this.#scanner.scan(this.bytes, this.start, this.end)) {
      this.format = 'json'
      return 'text'
    }
    const { problem } = this.#scanner
    const read = this.#asText('')
    this.problem = `is not JSON: ${problem}`
    return read
  }

  #asAny(): 'text' | 'bytes' {
    if (!isReadable(this.bytes, this.start, this.end)) {
      this.format = 'bytes'
      return 'bytes'
    }
    const size = this.end - this.start
    const isJson =
      opensJson(this.bytes, this.start, this.end) &&
      (size > judgedBytes || this.#scanner.scan(this.bytes, this.start, this.end))
    this.format = isJson ? 'json' : 'text'
    return 'text'
  }
}

/** Whether bytes are UTF-8 without the control characters that no text has. */
export function isReadable(bytes: Uint8Array, start: number, end: number): boolean {
  const judged = Math.min(end, start + judgedBytes)
  for (let at = start; at < judged; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x1b) return false
  }
  return isUtf8(bytes.subarray(start, end))
}

/** Whether an object or array begins here. */
function opensJson(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09))
    at++
  return at < end && (bytes[at] === 0x7b || bytes[at] === 0x5b)
}

/** Opens the decoders of one topic. */
export type OpenDecoder = (
  connection: string,
  topic: string,
  part: 'key' | 'value',
  wanted: MessageFormat,
) => PartDecoder

const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

/** The first characters of a text in UTF-8, cut between characters. */
export function firstCharacters(bytes: Uint8Array, start: number, end: number, count: number): string {
  const enough = Math.min(end, start + count * 4)
  const decoded = lenient.decode(bytes.subarray(start, enough), { stream: enough < end })
  // What a cut character left behind must not go into the next text.
  if (enough < end) lenient.decode()
  if (decoded.length <= count) return decoded
  const last = decoded.charCodeAt(count - 1)
  return decoded.slice(0, last >= 0xd800 && last <= 0xdbff ? count - 1 : count)
}

/** The first bytes in hexadecimal. */
export function firstHexadecimal(bytes: Uint8Array, start: number, end: number): string {
  const last = Math.min(end, start + Math.floor(limits.messagePreviewCharacters / 2))
  return Buffer.from(bytes.subarray(start, last)).toString('hex')
}
