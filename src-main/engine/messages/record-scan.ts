/**
 * Goes through fetched records, counts what it sees and hands on what matches. Gives way to everything else in the thread
 * every few milliseconds, so that a stop is heard at once. Cluster thread; one for each search.
 */
import { AppError } from '#contract/errors.ts'
import type { MessageRow } from '#contract/messages.ts'
import { setImmediate as breath } from 'node:timers/promises'
import type { BatchReader } from '../kafka/records/batch-reader.ts'
import { PlainDecoder } from './part-decoder.ts'
import type { FetchedRecords } from './partition-fetcher.ts'
import { previewOf } from './preview.ts'
import type { Decoders, RecordFilter } from './record-filter.ts'

const sliceMs = 8
const retryMs = 5000
/** Records between two looks at the clock. */
const clockRecords = 64

export interface ScanOptions {
  filter: RecordFilter
  decoders: Decoders
  signal: AbortSignal
  /** Resolves at once unless the search is paused. */
  gate: () => Promise<void>
  /** Told what could not be looked at, in words. */
  note: (words: string) => void
  /** Called now and then while something has changed. */
  progress: () => void
}

/** Where what is seen goes. */
export interface ScanInto {
  /** Offset at which to stop, exclusive. */
  until: number
  /** Counts records and bytes. */
  tally: { records: number; bytes: number }
  /** Called with each match; false stops after it. */
  take: (row: MessageRow) => boolean
  /** Told how far it has come whenever others may look. */
  lookedTo: (offset: number) => void
}

export class RecordScan {
  /** Timestamps of what was looked at; infinite before the first one. */
  firstTimestamp = Number.POSITIVE_INFINITY
  lastTimestamp = Number.NEGATIVE_INFINITY
  /** Records that could not be read because their schema could not be had, and the reason of the first one. */
  withoutSchema = 0
  schemaFailure = ''
  readonly #options: ScanOptions
  readonly #raw = { key: new PlainDecoder('auto'), value: new PlainDecoder('auto') }
  /** A registry that has failed is not asked again for every record. */
  #retryAt = Number.NEGATIVE_INFINITY
  #sinceClock = 0
  #sliceEnd = 0

  constructor(options: ScanOptions) {
    this.#options = options
  }

  /** @returns offset up to which everything was looked at */
  async scan(reader: BatchReader, records: FetchedRecords, into: ScanInto): Promise<number> {
    const { one, set, from, aborted } = records
    const { until, tally } = into
    reader.open(set, from, aborted)
    for (let read = 0; ; read++) {
      if (++this.#sinceClock >= clockRecords) {
        this.#sinceClock = 0
        if (performance.now() > this.#sliceEnd) {
          if (read > 0) into.lookedTo(reader.offset + 1)
          await this.#breathe()
        }
      }
      if (!this.#next(reader, one.partition)) return Math.min(until, reader.nextOffset)
      if (reader.offset >= until) return until
      tally.records++
      tally.bytes += reader.recordBytes
      this.#noteTime(reader.timestampMs)
      let answer = this.#options.filter.matches(reader, one.partition)
      while (answer === 'wait') {
        const isReady = await this.#ready()
        answer = isReady ? this.#options.filter.matches(reader, one.partition) : 'no'
      }
      if (answer === 'yes' && !into.take(await this.#preview(reader, one.partition))) return reader.offset + 1
    }
  }

  #next(reader: BatchReader, partition: number): boolean {
    for (;;) {
      try {
        return reader.next()
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        const { from, to } = reader.skipBatch()
        const offsets = `offsets ${String(from)} to ${String(to - 1)}`
        this.#options.note(`partition ${String(partition)}: ${offsets}: ${error.message}`)
      }
    }
  }

  #noteTime(timestampMs: number): void {
    if (timestampMs < 0) return
    if (timestampMs < this.firstTimestamp) this.firstTimestamp = timestampMs
    if (timestampMs > this.lastTimestamp) this.lastTimestamp = timestampMs
  }

  async #preview(reader: BatchReader, partition: number): Promise<MessageRow> {
    const { decoders } = this.#options
    for (;;) {
      const row = previewOf(reader, partition, decoders)
      if (row !== null) return row
      if (await this.#ready()) continue
      const plain = previewOf(reader, partition, this.#raw)
      if (plain === null) throw new AppError('INTERNAL', 'a part that needs no schema waits for one')
      const { key, value } = decoders
      const problem = this.schemaFailure
      if (key.differs(reader.bytes, reader.keyStart, reader.keyLength)) plain.key.problem = problem
      if (value.differs(reader.bytes, reader.valueStart, reader.valueLength)) plain.value.problem = problem
      return plain
    }
  }

  /** False where what a decoder waits for cannot be had. */
  async #ready(): Promise<boolean> {
    const { decoders, signal } = this.#options
    if (performance.now() < this.#retryAt) {
      this.withoutSchema++
      return false
    }
    try {
      await decoders.key.ready(signal)
      await decoders.value.ready(signal)
      return true
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof AppError)) throw error
      this.withoutSchema++
      this.#retryAt = performance.now() + retryMs
      if (this.schemaFailure === '') this.schemaFailure = error.message
      return false
    }
  }

  async #breathe(): Promise<void> {
    this.#options.progress()
    await breath()
    await this.#options.gate()
    this.#options.signal.throwIfAborted()
    this.#sliceEnd = performance.now() + sliceMs
  }
}
