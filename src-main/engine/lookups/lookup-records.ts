/** Records of a topic to changes of a lookup: values through their format, what does not fit as dead letters. Ingest thread. */
import { limits } from '#contract/limits.ts'
import type { DeadRecord } from '../batch/packed-batch.ts'
import type { ValueFormat } from '../formats/value-format.ts'
import type { BatchReader } from '../kafka/records/batch-reader.ts'
import { headersText } from '../kafka/records/headers-text.ts'
import type { TopicChanges } from './topic-changes.ts'
import { isTopicMisfit, type TopicMisfit, type TopicRows } from './topic-rows.ts'

const utf8 = new TextDecoder()

export class LookupRecords {
  readonly #rows: TopicRows
  readonly #changes: TopicChanges
  readonly #openFormat: () => ValueFormat
  #format: ValueFormat | null = null

  constructor(rows: TopicRows, changes: TopicChanges, openFormat: () => ValueFormat) {
    this.#rows = rows
    this.#changes = changes
    this.#openFormat = openFormat
  }

  /** Takes the record that the reader stands at; waits where its format does. */
  async take(reader: BatchReader, partition: number, signal: AbortSignal): Promise<void> {
    const { bytes, keyStart, keyLength, valueStart, valueLength } = reader
    const valueEnd = valueStart + Math.max(0, valueLength)
    const json = valueLength < 0 ? null : await this.#decode(bytes, valueStart, valueEnd, signal)
    const result =
      json !== null && 'reason' in json
        ? json
        : this.#rows.read({
            key: keyLength < 0 ? null : bytes.subarray(keyStart, keyStart + keyLength),
            json,
            headers: reader.headerCount === 0 ? null : bytes.subarray(reader.headersStart, reader.headersEnd),
            timestampMs: reader.timestampMs,
          })
    if (isTopicMisfit(result)) this.#changes.addDead(deadRecord(reader, partition, result))
    else this.#changes.add(result)
  }

  async #decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | TopicMisfit> {
    const format = (this.#format ??= this.#openFormat())
    for (;;) {
      const outcome = format.decode(bytes, start, end)
      if (outcome === 'json') return format.bytes.subarray(format.start, format.end)
      if (outcome === 'misfit') {
        const { kind, reason, schemaId } = format.misfit
        return {
          kind,
          column: '',
          reason: schemaId === null ? reason : `schema ${String(schemaId)}: ${reason}`,
        }
      }
      await format.ready(signal)
    }
  }
}

function deadRecord(reader: BatchReader, partition: number, misfit: TopicMisfit): DeadRecord {
  const { bytes, valueStart, valueLength, keyStart, keyLength, headersStart, headersEnd } = reader
  const most = limits.deadLetterBytes
  const size = Math.max(0, valueLength)
  const hasHeaders = reader.headerCount > 0 && headersEnd - headersStart <= most
  return {
    partition,
    offset: BigInt(reader.offset),
    timestampMs: reader.timestampMs,
    ...misfit,
    value: bytes.slice(valueStart, valueStart + Math.min(size, most)),
    sizeBytes: size,
    key: keyLength < 0 ? null : utf8.decode(bytes.subarray(keyStart, keyStart + Math.min(keyLength, most))),
    headers: hasHeaders ? headersText(bytes.subarray(headersStart, headersEnd)) : null,
  }
}
