/**
 * Goes through fetched records, counts what it sees and hands on what matches. Gives way to everything else in the thread
 * every few milliseconds, so that a stop is heard at once. Cluster thread; one for each search.
 */
import { AppError } from '#contract/errors.ts'
import type { MessageRow } from '#contract/messages.ts'
import { setImmediate as breath } from 'node:timers/promises'
import type { BatchReader } from '../kafka/records/batch-reader.ts'
import { nothingSeen, type RecordView, type Seen } from './held-record.ts'
import { PlainDecoder } from './part-decoder.ts'
import type { FetchedRecords } from './partition-fetcher.ts'
import { previewOf } from './preview.ts'
import type { RecordFilter } from './record-filter.ts'
import type { RecordVeil } from './record-veil.ts'
import type { SqlBatch } from './sql-batch.ts'
import type { Decoders } from './sql-condition.ts'

const sliceMs = 8
const retryMs = 5000
/** Records between two looks at the clock. */
const clockRecords = 64

export interface ScanOptions {
  filter: RecordFilter
  decoders: Decoders
  /** Null where nothing of the topic is masked. */
  veil: RecordVeil | null
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

/** One walk through fetched records. */
interface Pass {
  into: ScanInto
  /** Where matches wait for the SQL expression; null where there is none. */
  batch: SqlBatch | null
  /** Since the figures were counted last. */
  seen: Seen
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
    const { filter } = this.#options
    const batch = filter.takeBatch()
    try {
      reader.open(records.set, records.from, records.aborted)
      return await this.#walk(reader, records.one.partition, { into, batch, seen: nothingSeen() })
    } finally {
      filter.giveBatch(batch)
    }
  }

  async #walk(reader: BatchReader, partition: number, pass: Pass): Promise<number> {
    const { filter, veil } = this.#options
    const { into, batch, seen } = pass
    for (let read = 0; ; read++) {
      if (this.#isSliceOver()) {
        const stopped = await this.#settle(partition, pass)
        if (stopped !== null) return stopped
        if (read > 0) into.lookedTo(reader.offset + 1)
        await this.#breathe()
      }
      const hasNext = this.#next(reader, partition)
      if (!hasNext || reader.offset >= into.until) {
        const end = hasNext ? into.until : Math.min(into.until, reader.nextOffset)
        return (await this.#settle(partition, pass)) ?? end
      }
      see(seen, reader)
      const record = veil === null ? reader : await this.#veiled(veil, reader)
      let answer = filter.matches(record)
      while (answer === 'wait') answer = (await this.#ready()) ? filter.matches(record) : 'no'
      if (answer === 'no') continue
      if (batch === null) {
        this.#count(seen, into)
        if (!into.take(await this.#preview(record, partition))) return reader.offset + 1
        continue
      }
      while (!batch.add(record, partition, seen) && (await this.#ready()));
      const stopped = batch.isFull ? await this.#settle(partition, pass) : null
      if (stopped !== null) return stopped
    }
  }

  /** Once the slice of time that this scan may take is over; looks at the clock now and then. */
  #isSliceOver(): boolean {
    if (++this.#sinceClock < clockRecords) return false
    this.#sinceClock = 0
    return performance.now() > this.#sliceEnd
  }

  /**
   * Asks the SQL expression about what waits for it, and counts what was seen until now.
   * @returns the offset after the match that was enough; null where it goes on
   */
  async #settle(partition: number, { into, batch, seen }: Pass): Promise<number | null> {
    let counted: Pick<Seen, 'records' | 'bytes'> = nothingSeen()
    for (const record of batch?.ask(partition) ?? []) {
      if (record.answer === 'fails') this.#options.filter.sqlFailed++
      if (record.answer !== 'yes') continue
      this.#count({ ...record.seen, ...less(record.seen, counted) }, into)
      counted = record.seen
      if (!into.take(await this.#preview(record, partition))) return record.offset + 1
    }
    Object.assign(seen, less(seen, counted))
    this.#count(seen, into)
    batch?.clear()
    return null
  }

  /** Adds what was seen to the figures, and begins to count anew. */
  #count(seen: Seen, { tally }: ScanInto): void {
    tally.records += seen.records
    tally.bytes += seen.bytes
    this.firstTimestamp = Math.min(this.firstTimestamp, seen.firstTimestamp)
    this.lastTimestamp = Math.max(this.lastTimestamp, seen.lastTimestamp)
    Object.assign(seen, nothingSeen())
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

  async #preview(reader: RecordView, partition: number): Promise<MessageRow> {
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

  async #veiled(veil: RecordVeil, reader: RecordView): Promise<RecordView> {
    let record = veil.of(reader)
    while (record === 'wait') record = (await this.#ready()) ? veil.of(reader) : veil.without(reader)
    return record
  }

  /** False where what a decoder waits for cannot be had. */
  async #ready(): Promise<boolean> {
    const { decoders, veil, signal } = this.#options
    if (performance.now() < this.#retryAt) {
      this.withoutSchema++
      return false
    }
    try {
      await decoders.key.ready(signal)
      await decoders.value.ready(signal)
      await veil?.ready(signal)
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

function see(seen: Seen, { recordBytes, timestampMs }: RecordView): void {
  seen.records++
  seen.bytes += recordBytes
  if (timestampMs < 0) return
  if (timestampMs < seen.firstTimestamp) seen.firstTimestamp = timestampMs
  if (timestampMs > seen.lastTimestamp) seen.lastTimestamp = timestampMs
}

/** Counts of what was seen after what is counted already. */
function less(seen: Seen, counted: Pick<Seen, 'records' | 'bytes'>): Pick<Seen, 'records' | 'bytes'> {
  return { records: seen.records - counted.records, bytes: seen.bytes - counted.bytes }
}
