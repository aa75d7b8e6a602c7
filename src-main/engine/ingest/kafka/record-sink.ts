/**
 * Takes fetched record batches of one topic into micro-batches: values through their format, columns into packed rows, what
 * does not fit as dead letters. One per topic of a Kafka source; ingest thread.
 */
import { limits } from '#contract/limits.ts'
import { nearestTimestamp } from '../../../columns/calendar.ts'
import type { DeadRecord } from '../../batch/packed-batch.ts'
import { headersText } from '../../kafka/records/headers-text.ts'
import type { BatchReader } from '../../kafka/records/batch-reader.ts'
import type { ValueFormat } from '../../formats/value-format.ts'
import { BatchBuilder } from '../batch-builder.ts'
import type { RecordMasker } from '../../masks/record-masker.ts'
import { MaskedRecords, withoutBytes } from '../masked-records.ts'
import { emptyPlace, type RecordPlace } from '../record-place.ts'
import type { RecordMisfit } from '../record-decoder.ts'
import type { RowWriter } from '../row-writer.ts'
import type { TopicPlace } from './topic-place.ts'

const utf8 = new TextDecoder()

export class RecordSink {
  readonly topic: string
  readonly place: TopicPlace
  readonly builder: BatchBuilder
  decodeMs = 0
  readonly #rows: RowWriter
  readonly #format: ValueFormat
  readonly #masked: MaskedRecords | null
  readonly #record: RecordPlace = emptyPlace()
  #block: Uint8Array | null = null

  /** @param masker null where nothing is masked */
  constructor(
    source: string,
    topic: string,
    place: TopicPlace,
    { rows, format, masker }: { rows: RowWriter; format: ValueFormat; masker: RecordMasker | null },
  ) {
    this.topic = topic
    this.place = place
    this.builder = new BatchBuilder(source, topic, 'kafka')
    this.#rows = rows
    this.#format = format
    this.#masked = masker === null ? null : new MaskedRecords(masker, this.builder, 'kafka')
  }

  /** Begins the records of one fetched partition, or ends those before. */
  openBlock(): void {
    this.#block = null
    this.builder.openBlock(noBytes)
  }

  /**
   * Takes the record that the reader stands at.
   * @returns false where its format waits for something: nothing was taken, and the same record comes again
   */
  take(reader: BatchReader, partition: number, receivedAtMs: number): boolean {
    const record = this.#locate(reader, partition)
    const size = Math.max(0, reader.valueLength)
    if (this.#masked !== null)
      return this.#takeMasked(this.#masked, reader.bytes, record, { size, receivedAtMs })
    if (reader.bytes !== this.#block) {
      this.#block = reader.bytes
      this.builder.openBlock(reader.bytes)
    }
    if (size > limits.recordBytes) {
      this.#arrive(record, size, receivedAtMs)
      this.#addDead(record, { kind: 'too-large', column: '', reason: tooLarge(size) })
      return true
    }
    if (record.isTombstone) {
      this.#arrive(record, 0, receivedAtMs)
      this.#finish(record, (bytes) => this.#rows.writeTombstone(bytes, record, this.builder.writer))
      return true
    }
    const format = this.#format
    const outcome = format.decode(reader.bytes, record.valueStart, record.valueEnd)
    if (outcome === 'wait') return false
    this.#arrive(record, size, receivedAtMs)
    if (outcome === 'misfit') {
      const { kind, reason, schemaId } = format.misfit
      this.#addDead(record, {
        kind,
        column: '',
        reason: schemaId === null ? reason : `schema ${String(schemaId)}: ${reason}`,
      })
    } else if (!this.#rows.scan(format.bytes, format.start, format.end))
      this.#addDead(record, this.#rows.misfit)
    else this.#finish(record, (bytes) => this.#rows.write(format.bytes, bytes, record, this.builder.writer))
    return true
  }

  /** As {@link take}; what is made of the record is made of its masked copy. */
  #takeMasked(
    masked: MaskedRecords,
    block: Uint8Array,
    record: RecordPlace,
    { size, receivedAtMs }: { size: number; receivedAtMs: number },
  ): boolean {
    const format = this.#format
    const isTooLarge = size > limits.recordBytes
    const hasValue = !record.isTombstone && !isTooLarge
    const outcome = hasValue ? format.decode(block, record.valueStart, record.valueEnd) : null
    if (outcome === 'wait') return false
    this.#arrive(record, size, receivedAtMs)
    let misfit = masked.take(block, record, outcome === 'json' ? format : null)
    // The words of a format may hold something of the value.
    if (outcome === 'misfit') misfit = { kind: format.misfit.kind, column: '', reason: unreadable }
    if (isTooLarge) misfit = { kind: 'too-large', column: '', reason: tooLarge(size) }
    this.#block = masked.bytes
    if (record.isTombstone) {
      this.#finish(record, (bytes) => this.#rows.writeTombstone(bytes, record, this.builder.writer))
    } else if (misfit !== null) this.#addUnkept(record, misfit, size)
    else if (this.#rows.scan(masked.bytes, record.valueStart, record.valueEnd))
      this.#finish(record, (bytes) => this.#rows.write(bytes, bytes, record, this.builder.writer))
    else this.#addUnkept(record, this.#rows.misfit, size)
    return true
  }

  #addUnkept(record: RecordPlace, misfit: RecordMisfit, sizeBytes: number): void {
    const dead = deadKafkaRecord(record, this.#block ?? noBytes, misfit)
    this.builder.addDead(withoutBytes(dead, sizeBytes), record)
  }

  /** Resolves when the record that was not taken can be tried again. @throws AppError SCHEMA_UNAVAILABLE */
  async formatReady(signal: AbortSignal): Promise<void> {
    await this.#format.ready(signal)
  }

  #locate(reader: BatchReader, partition: number): RecordPlace {
    const record = this.#record
    record.partition = partition
    record.offset = reader.offset
    record.timestampMs = nearestTimestamp(reader.timestampMs)
    record.lineStart = reader.keyStart
    record.lineEnd = reader.headersEnd
    record.isTombstone = reader.valueLength < 0
    record.valueStart = reader.valueStart
    record.valueEnd = reader.valueStart + Math.max(0, reader.valueLength)
    record.keyStart = reader.keyLength < 0 ? 0 : reader.keyStart
    record.keyEnd = reader.keyLength < 0 ? 0 : reader.keyStart + reader.keyLength
    record.headersStart = reader.headerCount === 0 ? 0 : reader.headersStart
    record.headersEnd = reader.headerCount === 0 ? 0 : reader.headersEnd
    return record
  }

  /** A record without a timestamp of its own counts as produced when it came. */
  #arrive(record: RecordPlace, sizeBytes: number, receivedAtMs: number): void {
    const producedAtMs = record.timestampMs > 0 ? Math.min(record.timestampMs, receivedAtMs) : receivedAtMs
    this.builder.arrive(record, sizeBytes, producedAtMs, receivedAtMs)
  }

  #finish(record: RecordPlace, write: (block: Uint8Array) => boolean): void {
    const { writer } = this.builder
    writer.beginRow()
    if (write(this.#block ?? noBytes)) {
      this.builder.addRow(record)
      return
    }
    writer.rollbackRow()
    this.#addDead(record, this.#rows.misfit)
  }

  #addDead(record: RecordPlace, misfit: RecordMisfit): void {
    this.builder.addDead(deadKafkaRecord(record, this.#block ?? noBytes, misfit), record)
  }
}

const noBytes = new Uint8Array(0)
const unreadable = 'the value cannot be read in the format of the source'

function deadKafkaRecord(record: RecordPlace, bytes: Uint8Array, misfit: RecordMisfit): DeadRecord {
  const { partition, offset, timestampMs, valueStart, valueEnd, keyStart, keyEnd, headersStart, headersEnd } =
    record
  const most = limits.deadLetterBytes
  return {
    partition,
    offset: BigInt(offset),
    timestampMs,
    ...misfit,
    value: bytes.slice(valueStart, Math.min(valueEnd, valueStart + most)),
    sizeBytes: valueEnd - valueStart,
    key: keyEnd > 0 ? utf8.decode(bytes.subarray(keyStart, Math.min(keyEnd, keyStart + most))) : null,
    headers:
      headersEnd > 0 && headersEnd - headersStart <= most
        ? headersText(bytes.subarray(headersStart, headersEnd))
        : null,
  }
}

function tooLarge(size: number): string {
  const megabytes = (bytes: number): string => (bytes / 1048576).toFixed(1)
  return `the value has ${megabytes(size)} MB; the most is ${megabytes(limits.recordBytes)} MB`
}
