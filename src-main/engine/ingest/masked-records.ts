/**
 * Puts masked copies in the place of records before anything else sees their bytes: rows, dead letters and what a step may
 * reject later are all made from the copy. One per builder of a source with masks; ingest thread.
 */
import type { DeadRecord } from '../batch/packed-batch.ts'
import { ByteArena } from '../masks/byte-arena.ts'
import type { RecordMasker } from '../masks/record-masker.ts'
import type { BatchBuilder } from './batch-builder.ts'
import type { RecordMisfit } from './record-decoder.ts'
import type { RecordPlace } from './record-place.ts'

const noBytes = new Uint8Array(0)
/** Then the copies begin anew; what is left holds most records. */
const filledBytes = 448 * 1024
const notKept = 'its bytes are not kept, because the source masks parts of its records'

export class MaskedRecords {
  readonly #masker: RecordMasker
  readonly #builder: BatchBuilder
  readonly #parts: 'json' | 'kafka'
  readonly #arena = new ByteArena()

  /** @param parts how keys and headers lie in the bytes that are taken */
  constructor(masker: RecordMasker, builder: BatchBuilder, parts: 'json' | 'kafka') {
    this.#masker = masker
    this.#builder = builder
    this.#parts = parts
  }

  /** Where the place of the record taken last points to; valid until the next one. */
  get bytes(): Uint8Array {
    return this.#arena.bytes
  }

  /**
   * Moves a record to its masked copy, which becomes the builder's block.
   * @param json its value; null leaves the copy without one
   * @returns what is wrong with the value, which is then left out
   */
  take(
    block: Uint8Array,
    place: RecordPlace,
    json: { bytes: Uint8Array; start: number; end: number } | null,
  ): RecordMisfit | null {
    const arena = this.#arena
    if (arena.length > filledBytes) {
      // What the builder has not copied yet lies where the next records go.
      this.#builder.openBlock(noBytes)
      arena.reset()
    }
    const key = place.keyEnd > 0 ? this.#key(block.subarray(place.keyStart, place.keyEnd)) : null
    const headers =
      place.headersEnd > 0 ? this.#headers(block.subarray(place.headersStart, place.headersEnd)) : null
    place.lineStart = arena.length
    place.keyStart = key === null ? 0 : arena.length
    if (key !== null) arena.append(key)
    place.keyEnd = key === null ? 0 : arena.length
    place.valueStart = arena.length
    const isWritten = json === null || this.#value(json)
    if (!isWritten) arena.length = place.valueStart
    place.valueEnd = arena.length
    place.headersStart = headers === null ? 0 : arena.length
    if (headers !== null) arena.append(headers)
    place.headersEnd = headers === null ? 0 : arena.length
    place.lineEnd = arena.length
    this.#openBlock()
    return isWritten ? null : { kind: 'mask', column: '', reason: this.#masker.value?.problem ?? '' }
  }

  /** Gives the record taken last a key: a range of its masked copy. */
  takeKey(place: RecordPlace, start: number, end: number): void {
    const arena = this.#arena
    const key = this.#key(arena.bytes.slice(start, end))
    if (key === null) return
    place.keyStart = arena.length
    arena.append(key)
    place.keyEnd = arena.length
    place.lineEnd = arena.length
    this.#openBlock()
  }

  /** Bytes that have grown are others; those that the builder has not copied yet are in both. */
  #openBlock(): void {
    if (this.#builder.block !== this.#arena.bytes) this.#builder.openBlock(this.#arena.bytes)
  }

  #key(bytes: Uint8Array): Uint8Array | null {
    const { key } = this.#masker
    return this.#parts === 'kafka' ? key.mask(bytes) : key.maskToken(bytes)
  }

  #headers(bytes: Uint8Array): Uint8Array | null {
    const { headers } = this.#masker
    return this.#parts === 'kafka' ? headers.maskBlock(bytes) : headers.maskToken(bytes)
  }

  #value({ bytes, start, end }: { bytes: Uint8Array; start: number; end: number }): boolean {
    const { value } = this.#masker
    if (value !== null) return value.write(bytes, start, end, this.#arena)
    this.#arena.append(bytes, start, end)
    return true
  }
}

/** A dead letter of a record that cannot be masked, as it cannot be read: all but its bytes. */
export function withoutBytes(dead: DeadRecord, sizeBytes: number): DeadRecord {
  return { ...dead, reason: `${dead.reason}; ${notKept}`, value: noBytes, sizeBytes }
}
