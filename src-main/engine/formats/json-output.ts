/**
 * Writes JSON as bytes into one buffer that grows and is used again: no string per member, every digit as it is. Used for
 * each record by the decoders of formats.
 */
import { isUtf8 } from 'node:buffer'
import { limits } from '#contract/limits.ts'
import { ValueMisfit } from './value-decoder.ts'

const firstBytes = 64 * 1024
/** A buffer larger than this is not kept for the next value. */
const mostKeptBytes = 4 * 1024 * 1024
const mostBytes = limits.unpackedBytes

const quote = 0x22
const backslash = 0x5c
const zero = 0x30
const minus = 0x2d

const base64Digits = new TextEncoder().encode(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
)
const hexadecimal = new TextEncoder().encode('0123456789abcdef')

/** Bytes of a string: 0 as they are, 1 escaped, 2 not ASCII. */
const classes = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  if (byte < 0x20 || byte === quote || byte === backslash) classes[byte] = 1
  else if (byte >= 0x80) classes[byte] = 2
}
/** Letter after the backslash; 0 for those that are written as \u00xx. */
const escapes = new Uint8Array(256)
for (const [byte, letter] of [
  [quote, '"'],
  [backslash, '\\'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
] as const) {
  escapes[byte] = letter.charCodeAt(0)
}

export class JsonOutput {
  bytes = new Uint8Array(firstBytes)
  length = 0

  /** Begins a value. */
  reset(): void {
    if (this.bytes.length > mostKeptBytes) this.bytes = new Uint8Array(firstBytes)
    this.length = 0
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.#reserve(1)
    this.bytes[this.length++] = value
  }

  /** Bytes that are JSON already. */
  raw(bytes: Uint8Array): void {
    const size = bytes.length
    this.#reserve(size)
    const target = this.bytes
    let at = this.length
    for (let from = 0; from < size; from++) target[at++] = bytes[from] ?? 0
    this.length = at
  }

  /** Characters that are JSON already, all of them ASCII. */
  ascii(text: string): void {
    const size = text.length
    this.#reserve(size)
    const target = this.bytes
    let at = this.length
    for (let from = 0; from < size; from++) target[at++] = text.charCodeAt(from)
    this.length = at
  }

  /** UTF-8 as a JSON string. @throws ValueMisfit "invalid-utf8" */
  text(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start + 2)
    let target = this.bytes
    let at = this.length
    let hasOthers = false
    target[at++] = quote
    for (let from = start; from < end; from++) {
      const byte = bytes[from] ?? 0
      const kind = classes[byte]
      if (kind === 1) {
        this.length = at
        this.#escape(byte, end - from)
        target = this.bytes
        at = this.length
      } else {
        if (kind === 2) hasOthers = true
        target[at++] = byte
      }
    }
    target[at++] = quote
    this.length = at
    if (hasOthers && !isUtf8(bytes.subarray(start, end))) {
      throw new ValueMisfit('invalid-utf8', 'text that is not UTF-8')
    }
  }

  /** A whole number up to 2^53 in size. */
  integer(value: number): void {
    this.#reserve(20)
    let rest = value
    if (rest < 0) {
      this.bytes[this.length++] = minus
      rest = -rest
    }
    let digits = 1
    for (let bound = 10; bound <= rest; bound *= 10) digits++
    this.length += digits
    let at = this.length
    const target = this.bytes
    // 32-bit arithmetic is several times faster, and most numbers are small.
    while (rest > 0x7fffffff) {
      const next = Math.floor(rest / 10)
      target[--at] = zero + (rest - next * 10)
      rest = next
      digits--
    }
    for (let small = rest | 0; digits > 0; digits--) {
      const next = (small / 10) | 0
      target[--at] = zero + (small - next * 10)
      small = next
    }
  }

  /** Exactly so many digits, with zeros in front. */
  digits(value: number, count: number): void {
    this.#reserve(count)
    this.length += count
    let rest = value
    for (let at = this.length - 1, left = count; left > 0; left--, at--) {
      const next = Math.floor(rest / 10)
      this.bytes[at] = zero + (rest - next * 10)
      rest = next
    }
  }

  bigint(value: bigint): void {
    this.ascii(value.toString())
  }

  /**
   * A double, always with a fraction or an exponent, so that it is never taken for a whole number. What JSON has no number
   * for becomes text, as in Protobuf's JSON: "NaN", "Infinity", "-Infinity".
   */
  real(value: number): void {
    if (!Number.isFinite(value)) this.ascii(`"${String(value)}"`)
    else if (Number.isInteger(value) && Math.abs(value) < 1e21) {
      this.ascii(Object.is(value, -0) ? '-0.0' : `${String(value)}.0`)
    } else this.ascii(String(value))
  }

  /** Bytes as a string of base64. */
  base64(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(Math.ceil((end - start) / 3) * 4 + 2)
    const target = this.bytes
    let at = this.length
    target[at++] = quote
    let from = start
    for (; from + 2 < end; from += 3) {
      const three = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0)
      target[at++] = base64Digits[three >> 18] ?? 0
      target[at++] = base64Digits[(three >> 12) & 63] ?? 0
      target[at++] = base64Digits[(three >> 6) & 63] ?? 0
      target[at++] = base64Digits[three & 63] ?? 0
    }
    const rest = end - from
    if (rest > 0) {
      const last = ((bytes[from] ?? 0) << 16) | (rest === 2 ? (bytes[from + 1] ?? 0) << 8 : 0)
      target[at++] = base64Digits[last >> 18] ?? 0
      target[at++] = base64Digits[(last >> 12) & 63] ?? 0
      target[at++] = rest === 2 ? (base64Digits[(last >> 6) & 63] ?? 0) : 0x3d
      target[at++] = 0x3d
    }
    target[at++] = quote
    this.length = at
  }

  /** One byte as two hexadecimal digits. */
  hexadecimal(byte: number): void {
    this.byte(hexadecimal[byte >> 4] ?? 0)
    this.byte(hexadecimal[byte & 15] ?? 0)
  }

  #escape(byte: number, rest: number): void {
    this.#reserve(rest + 8)
    const letter = escapes[byte] ?? 0
    this.bytes[this.length++] = backslash
    if (letter !== 0) {
      this.bytes[this.length++] = letter
      return
    }
    this.bytes[this.length++] = 0x75
    this.bytes[this.length++] = zero
    this.bytes[this.length++] = zero
    this.bytes[this.length++] = hexadecimal[byte >> 4] ?? 0
    this.bytes[this.length++] = hexadecimal[byte & 15] ?? 0
  }

  /** Makes room for so many bytes more. @throws ValueMisfit "too-large" */
  #reserve(size: number): void {
    const needed = this.length + size
    if (needed <= this.bytes.length) return
    if (needed > mostBytes) {
      const megabytes = String(mostBytes / 1048576)
      throw new ValueMisfit('too-large', `the value as JSON has more than ${megabytes} MB`)
    }
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}

/** A member name as it stands before its value: `"name":`. */
export function memberPrefix(name: string): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(name.toWellFormed())}:`)
}
