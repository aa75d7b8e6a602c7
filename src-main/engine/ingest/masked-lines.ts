/** Lines of a capture whose source masks parts of them. Ingest thread. */
import { jsonKind } from '../json/json-kind.ts'
import { JsonScanner } from '../json/json-scanner.ts'
import type { RecordMasker } from '../masks/record-masker.ts'
import type { BatchBuilder } from './batch-builder.ts'
import { MaskedRecords } from './masked-records.ts'
import type { RecordMisfit } from './record-decoder.ts'
import type { RecordPlace } from './record-place.ts'

export class MaskedLines {
  readonly #masked: MaskedRecords
  /** Finds the key in values; null where values have none. */
  readonly #keys: JsonScanner | null

  /** @param keyPath path of the record's key in its value, or null */
  constructor(masker: RecordMasker, builder: BatchBuilder, keyPath: readonly (string | number)[] | null) {
    this.#masked = new MaskedRecords(masker, builder, 'json')
    this.#keys = keyPath === null ? null : new JsonScanner([keyPath])
  }

  /** Where the place of the record taken last points to; valid until the next one. */
  get bytes(): Uint8Array {
    return this.#masked.bytes
  }

  /** Notes where the key is in the value, unless the record has one already. */
  findKey(line: Uint8Array, place: RecordPlace): void {
    if (place.keyEnd > 0 || !this.#hasKey(line, place)) return
    place.keyStart = this.#keys?.starts[0] ?? 0
    place.keyEnd = this.#keys?.ends[0] ?? 0
  }

  /** As `MaskedRecords.take`. A key that is part of the value is that of the masked value. */
  take(line: Uint8Array, place: RecordPlace): RecordMisfit | null {
    const masked = this.#masked
    const { valueStart: start, valueEnd: end, isTombstone, keyStart } = place
    const isInValue = keyStart >= start && place.keyEnd <= end
    if (isInValue) place.keyEnd = 0
    const misfit = masked.take(line, place, isTombstone ? null : { bytes: line, start, end })
    if (isInValue && misfit === null && this.#hasKey(masked.bytes, place)) {
      masked.takeKey(place, this.#keys?.starts[0] ?? 0, this.#keys?.ends[0] ?? 0)
    }
    return misfit
  }

  #hasKey(bytes: Uint8Array, { valueStart, valueEnd }: RecordPlace): boolean {
    const keys = this.#keys
    if (keys === null || !keys.scan(bytes, valueStart, valueEnd)) return false
    const kind = keys.kinds[0]
    return kind !== jsonKind.absent && kind !== jsonKind.null
  }
}
