/** What the values of one member of sampled records have been like, and the column type that holds them all. */
import type { ColumnType } from '#contract/workspace.ts'
import { isMisfit } from './values.ts'
import { toInteger } from './convert-text.ts'
import { ExactNumber } from './exact-json.ts'
import { compileTimestamp, type TimestampParser } from './timestamp.ts'

/** Formats that are recognised beside ISO 8601. All have a time part: a date alone stays text. */
const knownFormats = [
  '%Y/%m/%d %H:%M',
  '%Y/%m/%d %H:%M:%S',
  '%m/%d/%Y %H:%M',
  '%m/%d/%Y %H:%M:%S',
  '%d/%m/%Y %H:%M',
  '%d/%m/%Y %H:%M:%S',
  '%d.%m.%Y %H:%M',
  '%d.%m.%Y %H:%M:%S',
  '%Y-%m-%d %H:%M:%S %z',
  '%Y-%m-%d %H:%M:%S %Z',
  '%Y%m%dT%H%M%SZ',
  '%d/%b/%Y:%H:%M:%S %z',
  '%a, %d %b %Y %H:%M:%S %z',
  '%a, %d %b %Y %H:%M:%S %Z',
]
const dateLength = 'yyyy-mm-dd'.length
const encoder = new TextEncoder()

interface Candidate {
  format: string | null
  parser: TimestampParser
}

const candidates: readonly Candidate[] = [null, ...knownFormats].map((format) => ({
  format,
  parser: compileTimestamp(format, 'ms'),
}))

/** Gathers the values of one member. */
export class ColumnEvidence {
  /** Values that are not null. */
  seen = 0
  #whole = 0
  /** Whole numbers within 64 bits that a double cannot hold exactly. */
  #wide = 0
  /** Numbers that neither a 64-bit integer nor a double can hold. */
  #huge = 0
  #reals = 0
  #booleans = 0
  #texts = 0
  #nested = 0
  #fitting: readonly Candidate[]

  /** @param guessesTimestamps false where text that looks like a time is to stay text */
  constructor(guessesTimestamps = true) {
    this.#fitting = guessesTimestamps ? candidates : []
  }

  /** @param value of parseExactJson; null counts for nothing */
  add(value: unknown): void {
    if (value === null) return
    this.seen++
    if (value instanceof ExactNumber) this.#addNumber(value)
    else if (typeof value === 'boolean') this.#booleans++
    else if (typeof value === 'string') this.#addText(value)
    else this.#nested++
  }

  /** The type that every value so far fits, and the format where it is a timestamp in one that is not ISO 8601. */
  decide(): { type: ColumnType; format: string | null } {
    const format = this.#timestampFormat()
    if (format !== undefined) return { type: 'timestamp', format }
    return { type: this.#plainType(), format: null }
  }

  #plainType(): ColumnType {
    const numbers = this.#whole + this.#huge + this.#reals
    if (this.#nested > 0) return 'json'
    if (this.seen === 0 || this.#texts > 0) return 'text'
    if (this.#booleans > 0) return numbers === 0 ? 'boolean' : 'text'
    if (this.#huge > 0) return 'json'
    if (this.#reals === 0) return 'integer'
    return this.#wide > 0 ? 'json' : 'real'
  }

  #addNumber(number: ExactNumber): void {
    if (!number.isWhole) {
      if (Number.isFinite(Number(number.source))) this.#reals++
      else this.#huge++
      return
    }
    if (isMisfit(toInteger(number.source))) this.#huge++
    else this.#whole++
    if (!Number.isSafeInteger(Number(number.source))) this.#wide++
  }

  #addText(text: string): void {
    this.#texts++
    if (this.#fitting.length === 0) return
    const bytes = encoder.encode(text)
    this.#fitting = this.#fitting.filter(({ format, parser }) => {
      if (format === null && bytes.length <= dateLength) return false
      return !Number.isNaN(parser.parseBytes(bytes, 0, bytes.length))
    })
  }

  /** The one format that all values fit, null for ISO 8601; undefined where none or several do, for nobody knows which. */
  #timestampFormat(): string | null | undefined {
    if (this.#texts === 0 || this.#texts < this.seen) return undefined
    const [only, ...others] = this.#fitting
    return only === undefined || others.length > 0 ? undefined : only.format
  }
}
