/**
 * Whether a record is one that is looked for. The cheapest questions come first, and text is looked for in the bytes of a
 * whole batch at once, so that records without it cost almost nothing. Cluster thread.
 */
import type { MessageFilter } from '#contract/messages.ts'
import { readHeaders } from '../kafka/records/batch-reader.ts'
import type { RecordView } from './held-record.ts'
import { JsonCondition } from './json-condition.ts'
import { isReadable, type PartDecoder } from './part-decoder.ts'
import { SqlBatch } from './sql-batch.ts'
import { type Decoders, SqlCondition } from './sql-condition.ts'
import { TextFinder } from './text-finder.ts'

/** Answer of one question; `'wait'`: a decoder has to fetch something first. */
type Answer = 'yes' | 'no' | 'wait'

export class RecordFilter {
  /** Records whose value is no JSON, so that the condition on it could not be checked. */
  notJson = 0
  /** Records on which the SQL expression failed. */
  sqlFailed = 0
  readonly #decoders: Decoders
  readonly #text: TextFinder | null
  readonly #hexadecimal: Buffer | null
  readonly #key: TextFinder | null
  readonly #header: { name: string; value: TextFinder | null } | null
  readonly #json: JsonCondition | null
  readonly #sql: SqlCondition | null
  readonly #spareBatches: SqlBatch[] = []
  #searched: Uint8Array | null = null
  /** Where the text, or what it names in hexadecimal, is next in what is searched; -1 before it is looked for. */
  #textHit = -1
  #hexadecimalHit = -1

  /** @throws AppError SEARCH_INVALID */
  constructor(filter: MessageFilter, decoders: Decoders) {
    this.#decoders = decoders
    this.#text = finderOf(filter.text)
    this.#hexadecimal = hexadecimalOf(filter.text)
    this.#key = finderOf(filter.key)
    this.#header =
      filter.header === undefined
        ? null
        : { name: filter.header.name.toLowerCase(), value: finderOf(filter.header.value) }
    this.#json = filter.json === undefined ? null : new JsonCondition(filter.json)
    const sql = filter.sql?.trim() ?? ''
    this.#sql = sql === '' ? null : new SqlCondition(sql)
  }

  /** True where every record matches. */
  get isOpen(): boolean {
    return [this.#text, this.#key, this.#header, this.#json, this.#sql].every((one) => one === null)
  }

  /** Why the SQL expression failed first; empty where it never did. */
  get sqlFailure(): string {
    return this.#sql?.firstFailure ?? ''
  }

  /** Asks all but the SQL expression. After `'wait'` await the decoders and ask again. */
  matches(reader: RecordView): Answer {
    if (this.#text !== null && !this.#mayHaveText(reader, this.#text)) return 'no'
    if (this.#header !== null && !this.#hasHeader(reader)) return 'no'
    const key = this.#hasKey(reader)
    if (key !== 'yes') return key
    const text = this.#hasText(reader)
    if (text !== 'yes') return text
    return this.#hasJson(reader)
  }

  /**
   * Where records that match all else wait for the SQL expression; null where there is none. Scans of several leaders take
   * turns: each has its own, and gives it back.
   */
  takeBatch(): SqlBatch | null {
    if (this.#sql === null) return null
    return this.#spareBatches.pop() ?? new SqlBatch(this.#sql, this.#decoders)
  }

  giveBatch(batch: SqlBatch | null): void {
    if (batch === null) return
    batch.clear()
    this.#spareBatches.push(batch)
  }

  close(): void {
    this.#sql?.close()
  }

  /** False where neither the record's bytes hold the text nor a decoder could bring it forth. */
  #mayHaveText(reader: RecordView, finder: TextFinder): boolean {
    const { bytes, keyStart } = reader
    const { key, value } = this.#decoders
    if (value.differs(bytes, reader.valueStart, reader.valueLength)) return true
    if (key.differs(bytes, keyStart, reader.keyLength)) return true
    if (bytes !== this.#searched) {
      this.#searched = bytes
      this.#textHit = -1
      this.#hexadecimalHit = this.#hexadecimal === null ? nowhere : -1
    }
    if (this.#textHit < keyStart) this.#textHit = placeOf(finder.find(bytes, keyStart, bytes.length))
    if (this.#textHit < reader.headersEnd) return true
    if (this.#hexadecimal === null) return false
    if (this.#hexadecimalHit < keyStart) {
      this.#hexadecimalHit = placeOf(asBuffer(bytes).indexOf(this.#hexadecimal, keyStart))
    }
    return this.#hexadecimalHit < reader.headersEnd
  }

  #hasKey(reader: RecordView): Answer {
    if (this.#key === null) return 'yes'
    return this.#partHas(this.#key, this.#decoders.key, reader, reader.keyStart, reader.keyLength)
  }

  #hasText(reader: RecordView): Answer {
    const finder = this.#text
    if (finder === null) return 'yes'
    const value = this.#partHas(finder, this.#decoders.value, reader, reader.valueStart, reader.valueLength)
    if (value !== 'no') return value
    const key = this.#partHas(finder, this.#decoders.key, reader, reader.keyStart, reader.keyLength)
    if (key !== 'no' || reader.headerCount === 0) return key
    const has = (bytes: Uint8Array): boolean => finder.isIn(bytes, 0, bytes.length)
    return readHeaders(reader.bytes, reader.headersStart).some(
      ({ name, value: content }) => has(name) || (content !== null && has(content)),
    )
      ? 'yes'
      : 'no'
  }

  /** Whether a key or value holds a text as it is shown: decoded, or in hexadecimal where it is no text. */
  #partHas(
    finder: TextFinder,
    decoder: PartDecoder,
    reader: RecordView,
    start: number,
    length: number,
  ): Answer {
    if (length < 0) return 'no'
    const end = start + length
    const { bytes } = reader
    if (!decoder.differs(bytes, start, length)) {
      if (finder.isIn(bytes, start, end)) return 'yes'
      return finder === this.#text && this.#isShownSo(bytes, start, end) ? 'yes' : 'no'
    }
    const read = decoder.decode(bytes, start, end)
    if (read === 'wait') return 'wait'
    const isIn =
      read === 'text'
        ? finder.isIn(decoder.bytes, decoder.start, decoder.end)
        : this.#isShownSo(bytes, start, end)
    return isIn ? 'yes' : 'no'
  }

  /** Whether bytes that are no text hold what was written in hexadecimal. */
  #isShownSo(bytes: Uint8Array, start: number, end: number): boolean {
    const wanted = this.#hexadecimal
    if (wanted === null || end - start < wanted.length) return false
    const part = asBuffer(bytes.subarray(start, end))
    return part.includes(wanted) && !isReadable(bytes, start, end)
  }

  #hasHeader(reader: RecordView): boolean {
    const wanted = this.#header
    if (wanted === null) return true
    if (reader.headerCount === 0) return false
    return readHeaders(reader.bytes, reader.headersStart).some(({ name, value }) => {
      if (Buffer.from(name).toString('utf8').toLowerCase() !== wanted.name) return false
      return wanted.value === null || (value !== null && wanted.value.isIn(value, 0, value.length))
    })
  }

  #hasJson(reader: RecordView): Answer {
    const condition = this.#json
    if (condition === null) return 'yes'
    if (reader.valueLength < 0) return 'no'
    const start = reader.valueStart
    const end = start + reader.valueLength
    const decoder = this.#decoders.value
    const differs = decoder.differs(reader.bytes, start, reader.valueLength)
    const read = differs ? decoder.decode(reader.bytes, start, end) : 'bytes'
    if (read === 'wait') return 'wait'
    const holds =
      read === 'text'
        ? condition.holds(decoder.bytes, decoder.start, decoder.end)
        : condition.holds(reader.bytes, start, end)
    if (holds === null) this.notJson++
    return holds === true ? 'yes' : 'no'
  }
}

const nowhere = Number.POSITIVE_INFINITY

function placeOf(index: number): number {
  return index < 0 ? nowhere : index
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function finderOf(wanted: string | undefined): TextFinder | null {
  return wanted === undefined || wanted === '' ? null : new TextFinder(wanted)
}

/** The bytes that a text names in hexadecimal; null where it does not, or too few to tell. */
function hexadecimalOf(wanted: string | undefined): Buffer | null {
  return wanted !== undefined && /^(?:[0-9a-f]{2}){2,}$/i.test(wanted) ? Buffer.from(wanted, 'hex') : null
}
