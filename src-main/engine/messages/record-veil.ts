/**
 * Records of topics that sources mask, as those sources would land them: whatever looks at a record afterwards, filters and
 * exports too, sees the masked copy alone. Cluster thread; one for each search, not reentrant.
 */
import type { TopicSource, Workspace } from '../../workspace/model.ts'
import { openFormat } from '../formats/open-format.ts'
import type { Registries } from '../formats/registries.ts'
import { JsonFormat, type ValueFormat } from '../formats/value-format.ts'
import { JsonScanner } from '../json/json-scanner.ts'
import { ByteArena } from '../masks/byte-arena.ts'
import type { ResolvedMaskKeys } from '../masks/mask-keys.ts'
import { RecordMasker } from '../masks/record-masker.ts'
import type { RecordView } from './held-record.ts'
import { readsTopic } from './topic-sources.ts'

/** A new one for each use; null where no source masks the topic. */
export type OpenVeil = (connection: string, topic: string) => RecordVeil | null

/** @param keys of hashes; where one is missing, what would be hashed is redacted */
export function veilOpener(workspace: Workspace, registries: Registries, keys: ResolvedMaskKeys): OpenVeil {
  return (connection, topic) => {
    const sources = workspace.sources.filter(
      (source): source is TopicSource => source.masks !== null && readsTopic(source, connection, topic),
    )
    const [first] = sources
    if (first === undefined) return null
    const maskers = sources.map(
      ({ name, masks }) => new RecordMasker(masks?.list ?? [], keys.keys.get(name) ?? null),
    )
    const masksValue = maskers.some(({ value }) => value !== null)
    const format = masksValue
      ? openFormat(first, { topic, registry: registries.of(connection), columns: first.columns ?? [] })
      : null
    return new RecordVeil(
      maskers,
      format,
      sources.map(({ name }) => name),
    )
  }
}

export class RecordVeil {
  /** Who says what is masked, for people. */
  readonly words: string
  /** Values that were left out, as they cannot be read and so not masked. */
  withheld = 0
  readonly #maskers: readonly RecordMasker[]
  readonly #format: ValueFormat | null
  readonly #scanner = new JsonScanner([])

  /** @param format of the values; null where none is masked */
  constructor(maskers: readonly RecordMasker[], format: ValueFormat | null, sources: readonly string[]) {
    this.#maskers = maskers
    this.#format = format
    const names = sources.join(', ')
    this.words = sources.length === 1 ? `as source ${names} does` : `as sources ${names} do`
  }

  /** Whether values come as JSON, masked. */
  get masksValue(): boolean {
    return this.#format !== null
  }

  /** The masked copy of a record; after `'wait'` await {@link ready} and ask again. */
  of(record: RecordView): RecordView | 'wait' {
    const { valueStart, valueLength } = record
    if (this.#format === null || valueLength < 0) return this.#copy(record, plainValue(record))
    const outcome = this.#format.decode(record.bytes, valueStart, valueStart + valueLength)
    if (outcome === 'wait') return 'wait'
    return outcome === 'misfit' ? this.without(record) : this.#copy(record, this.#masked(this.#format))
  }

  /** @throws AppError SCHEMA_UNAVAILABLE */
  ready(signal: AbortSignal): Promise<void> {
    return (this.#format ?? new JsonFormat()).ready(signal)
  }

  /** The masked copy of a record whose value cannot be read. */
  without(record: RecordView): RecordView {
    return this.#copy(record, null)
  }

  /** Null where the value is not what its masks expect. */
  #masked({ bytes, start, end }: ValueFormat): Uint8Array | null {
    let json = bytes.subarray(start, end)
    for (const { value } of this.#maskers) {
      if (value === null) continue
      const arena = new ByteArena(2 * json.length + 64)
      if (!value.write(json, 0, json.length, arena)) return null
      json = arena.bytes.subarray(1, arena.length)
    }
    return this.#scanner.scan(json, 0, json.length) ? json : null
  }

  #copy(record: RecordView, value: Uint8Array | null): RecordView {
    const { bytes, keyStart, keyLength, valueLength } = record
    let key = keyLength < 0 ? null : bytes.subarray(keyStart, keyStart + keyLength)
    let headers = record.headerCount === 0 ? null : bytes.subarray(record.headersStart, record.headersEnd)
    for (const masker of this.#maskers) {
      if (key !== null) key = masker.key.mask(key)
      if (headers !== null) headers = masker.headers.maskBlock(headers)
    }
    if (value === null) this.withheld++
    const parts = [key, value, headers].map((part) => part ?? new Uint8Array(0))
    const copy = Buffer.concat(parts)
    const [keyEnd = 0, valueSize = 0] = parts.map((part) => part.length)
    return {
      bytes: copy,
      offset: record.offset,
      timestampMs: record.timestampMs,
      keyStart: 0,
      keyLength: key === null ? -1 : keyEnd,
      valueStart: keyEnd,
      valueLength: valueLength < 0 ? -1 : valueSize,
      headersStart: keyEnd + valueSize,
      headersEnd: copy.length,
      headerCount: headers === null ? 0 : record.headerCount,
      recordBytes: record.recordBytes,
    }
  }
}

function plainValue({ bytes, valueStart, valueLength }: RecordView): Uint8Array {
  return bytes.subarray(valueStart, valueStart + Math.max(0, valueLength))
}
