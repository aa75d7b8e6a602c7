/**
 * Walks record batches (kafka.apache.org, "Record Batch", magic 2) without an object per record: checks each batch, unpacks
 * it, leaves out what was aborted, and steps through its records as byte ranges. One reader serves one partition at a time.
 */
import { AppError } from '#contract/errors.ts'
import type { AbortedTransaction } from '../requests/fetch.ts'
import { codecNames, unpack } from './codecs.ts'
import { crc32c } from './crc32c.ts'

const headerBytes = 61
const crcStart = 21
const codecMask = 0x07
const appendTimeBit = 0x08
const transactionalBit = 0x10
const controlBit = 0x20
const abortMarker = 0

export class BatchReader {
  /** Bytes that the ranges below point into; another array after the next batch, this one stays as it is. */
  bytes: Uint8Array = new Uint8Array(0)
  offset = 0
  timestampMs = 0
  /** Ranges; a length of -1 is null. Headers: from their number to the end of the record. */
  keyStart = 0
  keyLength = -1
  valueStart = 0
  valueLength = -1
  headersStart = 0
  headersEnd = 0
  headerCount = 0
  /** Bytes of the whole record as it stands in the batch. */
  recordBytes = 0
  codec: (typeof codecNames)[number] = 'none'
  isAppendTime = false
  /** Offset to go on from after everything read so far: also past what was left out. */
  nextOffset = 0
  /** True where a batch begins that is not whole: it comes again with the next fetch. */
  isPartial = false

  #set: Uint8Array = this.bytes
  #view = new DataView(this.#set.buffer)
  #at = 0
  /** Start of the batch that is open, or that could not be opened. */
  #batchAt = 0
  #fromOffset = 0
  #aborted: AbortedTransaction[] = []
  readonly #abortedProducers = new Set<bigint>()
  #batchBase = 0
  #batchTime = 0
  #batchMaxTime = 0
  #recordsLeft = 0
  #recordAt = 0
  /** End of the records of the open batch in `bytes`. */
  #recordsEnd = 0
  /** Offset after the last record that was read of the open batch. */
  #readTo = 0
  #varint = 0

  /**
   * Begins the records of one fetched partition.
   * @param aborted transactions to leave out; none with read_uncommitted
   */
  open(set: Uint8Array, fromOffset: number, aborted: readonly AbortedTransaction[]): void {
    this.#set = set
    this.#view = new DataView(set.buffer, set.byteOffset, set.byteLength)
    this.#at = 0
    this.#fromOffset = fromOffset
    this.nextOffset = fromOffset
    this.isPartial = false
    this.#recordsLeft = 0
    this.#abortedProducers.clear()
    this.#aborted = aborted.toSorted((left, right) => (left.firstOffset < right.firstOffset ? -1 : 1))
  }

  /**
   * Steps to the next record that counts; false at the end of what was fetched.
   * @throws AppError KAFKA_FAILED where a batch is damaged; {@link nextOffset} is then its first offset, and
   * {@link skipBatch} goes past it
   */
  next(): boolean {
    for (;;) {
      while (this.#recordsLeft > 0) {
        const readTo = this.#readTo
        if (!this.#readRecord()) {
          this.nextOffset = Math.max(this.#fromOffset, readTo)
          throw damaged('a record in it is cut off', this.nextOffset)
        }
        this.#readTo = this.offset + 1
        if (this.offset >= this.#fromOffset) return true
      }
      if (!this.#openBatch()) return false
    }
  }

  /**
   * Goes past a batch that cannot be read, to the one behind it, or as far as it says itself where there is none.
   * @returns its offsets, from inclusive, to exclusive; at least one
   */
  skipBatch(): { from: number; to: number } {
    const from = this.nextOffset
    const view = this.#view
    const at = this.#batchAt
    const behind = this.#behind(at)
    const isBatch = behind + headerBytes <= this.#set.length && view.getInt8(behind + 16) === 2
    const hasHeader = at + headerBytes <= this.#set.length
    const said = hasHeader ? Number(view.getBigInt64(at)) + view.getInt32(at + 23) + 1 : from + 1
    const ends = isBatch ? [Number(view.getBigInt64(behind)), said] : [said]
    const to = ends.find((end) => end > from && Number.isSafeInteger(end)) ?? from + 1
    this.#at = behind
    this.#recordsLeft = 0
    this.nextOffset = to
    return { from, to }
  }

  /** Where the next batch begins; the end of what was fetched where the length of this one cannot be right. */
  #behind(at: number): number {
    if (at + headerBytes > this.#set.length) return this.#set.length
    const end = at + 12 + this.#view.getInt32(at + 8)
    return end >= at + headerBytes && end <= this.#set.length ? end : this.#set.length
  }

  /** After {@link next} was false: whether not one batch from the wanted offset on was whole. */
  get isCutOff(): boolean {
    return this.isPartial && this.nextOffset === this.#fromOffset
  }

  /** Why a batch that is never whole cannot be read, as {@link next} throws it; {@link skipBatch} goes past it. */
  cutOffFault(): AppError {
    return damaged('its length says more than there is', this.nextOffset)
  }

  /** Opens the next batch with records that count; false where there is none. */
  #openBatch(): boolean {
    const set = this.#set
    const view = this.#view
    for (;;) {
      const at = this.#at
      this.#batchAt = at
      if (at + headerBytes > set.length) {
        this.isPartial = at < set.length
        return false
      }
      const length = view.getInt32(at + 8)
      const end = at + 12 + length
      if (end > set.length) {
        this.isPartial = true
        return false
      }
      const magic = view.getInt8(at + 16)
      if (magic !== 2)
        throw damaged(`its format is ${String(magic)}, which is older than Kafka 0.11`, this.nextOffset)
      if (end < at + headerBytes) throw damaged('its length is wrong', this.nextOffset)
      if (view.getUint32(at + 17) !== crc32c(set, at + crcStart, end))
        throw damaged('its checksum is wrong', this.nextOffset)
      const base = Number(view.getBigInt64(at))
      const attributes = view.getInt16(at + 21)
      const last = base + view.getInt32(at + 23)
      if (base < 0 || !Number.isSafeInteger(last + 1))
        throw damaged('its offsets are impossible', this.nextOffset)
      const counts = last >= this.#fromOffset && !this.#isLeftOut(at, attributes, BigInt(last))
      if (counts) this.#begin(at, end, base, attributes)
      this.#at = end
      this.nextOffset = Math.max(this.nextOffset, last + 1)
      if (counts && this.#recordsLeft > 0) return true
    }
  }

  /** Whether a batch is a marker, or belongs to an aborted transaction. */
  #isLeftOut(at: number, attributes: number, lastOffset: bigint): boolean {
    const producerId = this.#view.getBigInt64(at + 43)
    for (let first = this.#aborted[0]; first !== undefined && first.firstOffset <= lastOffset;) {
      this.#abortedProducers.add(first.producerId)
      this.#aborted.shift()
      first = this.#aborted[0]
    }
    if ((attributes & controlBit) !== 0) {
      if (this.#isAbortMarker(at)) this.#abortedProducers.delete(producerId)
      return true
    }
    return (attributes & transactionalBit) !== 0 && this.#abortedProducers.has(producerId)
  }

  /** The key of a control record: version, then type. */
  #isAbortMarker(at: number): boolean {
    this.bytes = this.#set
    this.#recordAt = at + headerBytes
    this.#recordsEnd = this.#behind(at)
    this.#recordsLeft = 1
    this.#batchBase = 0
    const isRead = this.#readRecord()
    this.#recordsLeft = 0
    return isRead && this.keyLength >= 4 && this.#view.getInt16(this.keyStart + 2) === abortMarker
  }

  #begin(at: number, end: number, base: number, attributes: number): void {
    const view = this.#view
    const codec = attributes & codecMask
    this.codec = codecNames[codec] ?? 'none'
    if (codec === 0) {
      this.bytes = this.#set
      this.#recordAt = at + headerBytes
      this.#recordsEnd = end
    } else {
      this.bytes = unpack(codec, this.#set.subarray(at + headerBytes, end))
      this.#recordAt = 0
      this.#recordsEnd = this.bytes.length
    }
    this.isAppendTime = (attributes & appendTimeBit) !== 0
    this.#batchBase = base
    this.#readTo = base
    this.#batchTime = Number(view.getBigInt64(at + 27))
    this.#batchMaxTime = Number(view.getBigInt64(at + 35))
    this.#recordsLeft = view.getInt32(at + 57)
  }

  /** False where the record is longer than its batch, or than it says. */
  #readRecord(): boolean {
    this.#recordsLeft--
    const begun = this.#recordAt
    let at = this.#read(begun)
    const length = this.#varint
    const end = at + length
    if (length < 0 || end > this.#recordsEnd) return false
    at = this.#read(at + 1)
    this.timestampMs = this.isAppendTime ? this.#batchMaxTime : this.#batchTime + this.#varint
    at = this.#read(at)
    this.offset = this.#batchBase + this.#varint
    at = this.#read(at)
    this.keyStart = at
    this.keyLength = this.#varint
    at = this.#read(at + Math.max(0, this.keyLength))
    this.valueStart = at
    this.valueLength = this.#varint
    this.headersStart = at + Math.max(0, this.valueLength)
    at = this.#read(this.headersStart)
    this.headerCount = this.#varint
    this.headersEnd = end
    if (at > end) return false
    this.recordBytes = end - begun
    this.#recordAt = end
    return true
  }

  /** Reads a zigzag varint at `at` into `#varint`; returns where it ends. */
  #read(at: number): number {
    const bytes = this.bytes
    let byte = bytes[at++] ?? 0
    let value = byte & 0x7f
    if (byte >= 0x80) {
      let factor = 128
      do {
        byte = bytes[at++] ?? 0
        value += (byte & 0x7f) * factor
        factor *= 128
      } while (byte >= 0x80 && factor < 2 ** 70)
    }
    this.#varint = value % 2 === 0 ? value / 2 : -(value + 1) / 2
    return at
  }
}

/**
 * Headers of a record; repeated names stay apart. Allocates; for those who ask for headers.
 * @param start where their number stands, {@link BatchReader.headersStart}
 */
export function readHeaders(
  bytes: Uint8Array,
  start: number,
): { name: Uint8Array; value: Uint8Array | null }[] {
  let at = start
  const varint = (): number => {
    let value = 0
    let factor = 1
    let byte = 0x80
    while (byte >= 0x80 && factor < 2 ** 35) {
      byte = bytes[at++] ?? 0
      value += (byte & 0x7f) * factor
      factor *= 128
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  const count = varint()
  const headers: { name: Uint8Array; value: Uint8Array | null }[] = []
  for (let index = 0; index < count && at < bytes.length; index++) {
    const nameLength = Math.max(0, varint())
    const name = bytes.subarray(at, at + nameLength)
    at += nameLength
    const valueLength = varint()
    const value = valueLength < 0 ? null : bytes.subarray(at, at + valueLength)
    at += Math.max(0, valueLength)
    headers.push({ name, value })
  }
  return headers
}

function damaged(what: string, offset: number): AppError {
  return new AppError('KAFKA_FAILED', `the batch at offset ${String(offset)} cannot be read: ${what}`, {
    details: { damaged: true },
  })
}
