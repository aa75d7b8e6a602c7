/**
 * Replays a capture file as a topic: streams its lines, spreads them over partitions, decodes them and sends micro-batches.
 * Runs in the ingest thread. Its place (pass, line) is committed with each batch, so that a restart goes on exactly there.
 * A bounded run reads as many records from the beginning as its bounds count, over passes that loop as well, at full speed:
 * partitions go by key and by count, so they are the ones that the first run read, with the same coordinates.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { Column, ReplayedSource, Source } from '../../workspace/model.ts'
import { BatchBuilder } from './batch-builder.ts'
import { deadLine, deadRecord } from './dead-record.ts'
import { EnvelopeReader, looksLikeEnvelope } from './envelope.ts'
import { type LineBlock, type OversizedLine, readLines } from './line-reader.ts'
import { OriginalPace, SteadyPace } from './pace.ts'
import { partitionOf } from './partitioner.ts'
import { CaptureParts } from './capture-parts.ts'
import { MaskedLines } from './masked-lines.ts'
import { withoutBytes } from './masked-records.ts'
import type { RecordMasker } from '../masks/record-masker.ts'
import type { RecordMisfit } from './record-decoder.ts'
import { RowWriter } from './row-writer.ts'
import { emptyPlace, type RecordPlace, resetPlace } from './record-place.ts'
import { fingerprintOf, readPlace, recordsBefore, type ReplayPlace } from './replay-place.ts'
import type { IngestSource, SourcePort, SourceStart } from './source-port.ts'

const retryMs = 1000
const longestSleepMs = 20
/** A wait for the next event time is told where it is longer than this. */
const longWaitMs = 10_000
const noBytes = new Uint8Array(0)
/** First byte of a value that is null. */
const nullByte = 0x6e

/** Whether a source is the replay of a capture. */
export function isReplayed(source: Source): source is ReplayedSource {
  return source.input.kind === 'replay'
}

/** What a replay needs beside its port. */
export interface ReplayParts {
  columns: readonly Column[]
  start: SourceStart
  /** Null where nothing is masked. */
  masker: RecordMasker | null
}

export class ReplaySource implements IngestSource {
  readonly #source: ReplayedSource
  readonly #port: SourcePort
  readonly #builder: BatchBuilder
  readonly #rows: RowWriter
  readonly #masked: MaskedLines | null
  readonly #envelope = new EnvelopeReader()
  readonly #steady: SteadyPace | null
  readonly #original: OriginalPace | null
  readonly #nextOffsets: number[]
  readonly #record: RecordPlace = emptyPlace()
  #place: ReplayPlace
  #skipLines: number
  #isEnvelope: boolean | null
  /** Lines of this pass that were neither blank nor read by an earlier run. */
  #passRecords = 0
  #progress: number | null = null
  #decodeMs = 0
  /** Records that have coordinates, in all passes since the beginning. */
  #records: number
  /** So many records are read at most; infinite where the run has no bound. */
  readonly #mostRecords: number
  readonly #bounds: ReadonlyMap<number, bigint>
  /** Whether it has been told that the original pace finds no times. */
  #isUntimed = false
  /** What keeps the capture from being read, as it was told last; empty while it is read. */
  #trouble = ''

  constructor(source: ReplayedSource, { columns, start, masker }: ReplayParts, port: SourcePort) {
    const { rate, partitions, keyPath } = source.input
    this.#source = source
    this.#port = port
    this.#builder = new BatchBuilder(source.name, source.topic, 'json')
    this.#builder.mostRecords = port.batchRecords
    this.#rows = new RowWriter(columns, source.eventTime, keyPath, new CaptureParts())
    this.#masked = masker === null ? null : new MaskedLines(masker, this.#builder, keyPath)
    const isBounded = start.until !== null
    this.#bounds = start.until?.get(source.topic) ?? new Map<number, bigint>()
    this.#mostRecords = isBounded ? recordsBefore(this.#bounds) : Number.POSITIVE_INFINITY
    this.#steady = rate.kind === 'perSecond' && !isBounded ? new SteadyPace(rate.records, port.nowMs()) : null
    this.#original = rate.kind === 'original' && !isBounded ? new OriginalPace(rate.factor) : null
    this.#isEnvelope = source.input.envelope
    this.#records = recordsBefore(start.nextOffsets.get(source.topic) ?? new Map<number, bigint>())
    this.#place = readPlace(start.places.get(source.topic) ?? null)
    // The place that a bounded run begins with is that of the run before.
    if (isBounded && this.#records === 0)
      this.#place = { ...readPlace(null), fingerprint: this.#place.fingerprint }
    this.#skipLines = this.#place.line
    this.#nextOffsets = Array.from({ length: partitions }, (_, index) =>
      Number(start.nextOffsets.get(source.topic)?.get(index) ?? 0n),
    )
  }

  /** Buffers of a committed batch. */
  reuse(_topic: string, buffers: readonly ArrayBuffer[]): void {
    this.#builder.reuse(buffers)
  }

  /** The port wakes what sleeps; there is nothing else to end. */
  stop(): void {
    return
  }

  /** Runs until the capture (without `loop`) or the run has ended, or the port says stop. Never throws for a bad capture: it waits. */
  async run(): Promise<void> {
    while (!this.#port.stopped) {
      if (this.#isAtBound) return this.#complete()
      try {
        await this.#pass()
        if (this.#place.ended) return
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        await this.#waitForChange(error)
      }
    }
  }

  async #pass(): Promise<void> {
    const fingerprint = await this.#noteFile()
    if (this.#place.ended) {
      const { loop } = this.#source.input
      if (this.#place.fingerprint === fingerprint && !loop) {
        this.#end()
        return
      }
      this.#place.ended = false
      if (loop) this.#nextPass()
    }
    this.#place.fingerprint = fingerprint
    this.#skipLines = this.#place.line
    this.#isEnvelope = this.#source.input.envelope
    this.#passRecords = 0
    const goesOn = this.#skipLines > 0
    this.#original?.restart()
    let isFirst = true
    for await (const block of readLines(this.#source.input.file, () => this.#port.stopped)) {
      if (this.#port.stopped) return
      if (isFirst) this.#begin()
      isFirst = false
      this.#progress = this.#isBounded ? this.#records / this.#mostRecords : block.progress
      await this.#consume(block)
      if (this.#isAtBound) return
    }
    if (this.#port.stopped) return
    await this.#endOfPass(fingerprint, goesOn)
  }

  #begin(): void {
    this.#trouble = ''
    this.#port.state('running', '')
  }

  async #endOfPass(fingerprint: string, wentOn: boolean): Promise<void> {
    const { file } = this.#source.input
    if ((await fingerprintOf(file)) !== fingerprint) {
      const message = `${file} changed while it was read; records of it may be missing or torn`
      this.#port.event('warn', 'capture-changed', message)
    }
    if (this.#original?.hasBegun === false && this.#passRecords > 0 && !this.#isUntimed) {
      this.#isUntimed = true
      const message = `no record of ${file} says when it happened; they came as fast as possible`
      this.#port.event('warn', 'capture-untimed', message)
    }
    const isEmpty = this.#passRecords === 0 && !wentOn
    if (!this.#source.input.loop || (isEmpty && this.#isBounded)) {
      this.#place.ended = true
      if (this.#isBounded) return this.#endShort()
      await this.#cut()
      this.#end()
      return
    }
    this.#nextPass()
    if (!isEmpty) return
    this.#port.state('waiting', `${file} is empty`)
    await this.#idle(retryMs)
  }

  get #isBounded(): boolean {
    return this.#mostRecords !== Number.POSITIVE_INFINITY
  }

  /** Whether a bounded run has read all that it is to read. */
  get #isAtBound(): boolean {
    return this.#records >= this.#mostRecords
  }

  /** The capture has fewer records than the bounds count. */
  async #endShort(): Promise<void> {
    const { file } = this.#source.input
    const [count, most] = [this.#records, this.#mostRecords].map(String)
    const message = `${file} has only ${count ?? ''} of the ${most ?? ''} records that were to be read again`
    this.#port.event('warn', 'capture-shorter', message)
    await this.#complete()
  }

  /** Sends the rest of a bounded run, and the bounds as positions. */
  async #complete(): Promise<void> {
    for (const [partition, bound] of this.#bounds) this.#builder.moveTo(partition, Number(bound))
    await this.#cut()
    if (!this.#port.stopped)
      this.#port.state('ended', 'all that lies before the bounds of this run has been read')
  }

  #nextPass(): void {
    this.#place.pass++
    this.#place.line = 0
  }

  #end(): void {
    this.#port.state('ended', 'the capture has been read to its end')
  }

  /** Size and time of the file; a change since the committed place is told. */
  async #noteFile(): Promise<string> {
    const fingerprint = await fingerprintOf(this.#source.input.file)
    const before = this.#place.fingerprint
    const hasChanged = before !== '' && fingerprint !== '' && before !== fingerprint
    if (hasChanged && (this.#place.line > 0 || this.#isBounded)) {
      const line = String(this.#place.line + 1)
      const how =
        this.#place.line > 0
          ? `going on at line ${line}`
          : 'what is read again may be other records than were read before'
      this.#port.event('warn', 'capture-changed', `${this.#source.input.file} has changed; ${how}`)
    }
    return fingerprint
  }

  async #waitForChange(error: AppError): Promise<void> {
    const isDamaged = error.details['damaged'] === true
    if (isDamaged) this.#addPartial(error.details['partial'])
    if (this.#isAtBound) return
    await this.#cut()
    if (error.message !== this.#trouble)
      this.#port.event('error', isDamaged ? 'capture-damaged' : 'source-unreadable', error.message)
    this.#trouble = error.message
    this.#port.state(isDamaged ? 'failed' : 'waiting', error.message)
    const before = await fingerprintOf(this.#source.input.file)
    while (!this.#port.stopped) {
      await this.#port.sleep(retryMs)
      const now = await fingerprintOf(this.#source.input.file)
      if (now !== '' && (now !== before || !isDamaged)) return
    }
  }

  async #consume(block: LineBlock): Promise<void> {
    this.#decideEnvelope(block)
    let index = this.#skip(block)
    if (index === block.count) return
    this.#builder.openBlock(block.bytes)
    while (index < block.count && !this.#port.stopped && !this.#isAtBound) {
      await this.#gate()
      const allowed = await this.#allowance(block, index)
      if (allowed > 0) index = this.#slice(block, index, index + allowed)
      await this.#cutIfDue()
    }
    this.#builder.openBlock(noBytes)
  }

  /** Lines that earlier runs have committed. */
  #skip(block: LineBlock): number {
    const skipped = Math.min(this.#skipLines, block.count)
    this.#skipLines -= skipped
    return skipped
  }

  /** By the first line of the capture that tells, also where reading goes on further down. */
  #decideEnvelope(block: LineBlock): void {
    for (let index = 0; index < block.count && this.#isEnvelope === null; index++) {
      const line = block.bytes.subarray(block.starts[index] ?? 0, block.ends[index] ?? 0)
      this.#isEnvelope = looksLikeEnvelope(line)
    }
  }

  async #gate(): Promise<void> {
    if (!this.#port.isPaused()) return
    const from = this.#port.nowMs()
    await this.#cut()
    this.#port.state('paused', '')
    await this.#port.whenResumed()
    this.#original?.shift(this.#port.nowMs() - from)
    if (!this.#port.stopped) this.#port.state('running', '')
  }

  /** How many of the lines from `index` on may go now; waits a little where none may. */
  async #allowance(block: LineBlock, index: number): Promise<number> {
    const left = block.count - index
    if (this.#original !== null) {
      const waitMs = this.#original.waitMs(this.#eventTimeMs(block, index), this.#port.nowMs())
      if (waitMs === 0) return 1
      if (waitMs >= longWaitMs) await this.#waitLong(waitMs)
      else await this.#idle(waitMs)
      return this.#port.stopped || this.#port.isPaused() ? 0 : 1
    }
    if (this.#steady === null) return left
    const allowed = this.#steady.take(left, this.#port.nowMs())
    if (allowed === 0) await this.#idle(Math.max(5, this.#steady.waitMs()))
    return allowed
  }

  async #waitLong(ms: number): Promise<void> {
    const due = new Date(this.#port.nowMs() + ms)
    const when = Number.isNaN(due.getTime()) ? 'beyond any date' : `at ${due.toISOString()}`
    this.#port.state('waiting', `by its event time the next record is due ${when}`)
    await this.#idle(ms)
    if (!this.#port.stopped && !this.#port.isPaused()) this.#port.state('running', '')
  }

  /** Sleeps, but never so long that a waiting batch grows old or a pause goes unseen. */
  async #idle(ms: number): Promise<void> {
    const until = this.#port.nowMs() + ms
    while (!this.#port.stopped && !this.#port.isPaused()) {
      const leftMs = until - this.#port.nowMs()
      if (leftMs <= 0) return
      await this.#port.sleep(Math.min(leftMs, longestSleepMs))
      await this.#cutIfDue()
    }
  }

  #eventTimeMs(block: LineBlock, index: number): number {
    const start = block.starts[index] ?? 0
    const end = block.ends[index] ?? 0
    if (this.#isEnvelope !== true) {
      return this.#rows.scan(block.bytes, start, end)
        ? this.#rows.values.eventTimeMs(block.bytes)
        : Number.NaN
    }
    const envelope = this.#envelope
    if (!envelope.read(block.bytes, start, end)) return Number.NaN
    const scanned = this.#rows.scan(block.bytes, envelope.valueStart, envelope.valueEnd)
    const eventMs = scanned ? this.#rows.values.eventTimeMs(block.bytes) : Number.NaN
    return Number.isNaN(eventMs) ? envelope.timestampMs : eventMs
  }

  /** Decodes lines [from, to) until the batch is full; returns the first line not taken. */
  #slice(block: LineBlock, from: number, to: number): number {
    const begun = performance.now()
    const nowMs = this.#port.nowMs()
    let index = from
    while (index < to && !this.#builder.isFull && !this.#isAtBound) {
      this.#line(block, index, nowMs)
      this.#place.line++
      index++
    }
    this.#decodeMs += performance.now() - begun
    return index
  }

  #line(block: LineBlock, index: number, nowMs: number): void {
    const oversized = block.oversized?.get(index)
    const start = block.starts[index] ?? 0
    const end = block.ends[index] ?? 0
    if (oversized === undefined && isBlank(block.bytes, start, end)) return
    this.#passRecords++
    const record = this.#record
    resetPlace(record, start, end, Math.floor(nowMs))
    if (oversized !== undefined) {
      this.#coordinate(record, noBytes, nowMs, oversized.sizeBytes)
      this.#addDeadLine(record, oversized, 'too-large')
      return
    }
    const bytes = block.bytes
    if (this.#isEnvelope === true && !this.#openEnvelope(bytes, record)) {
      this.#coordinate(record, noBytes, nowMs, end - start)
      const { problemKind: kind, problem: reason } = this.#envelope
      this.#addDead(record, bytes, { kind, column: '', reason })
      return
    }
    if (this.#masked !== null) {
      this.#maskedLine(this.#masked, bytes, record, nowMs)
      return
    }
    const rows = this.#rows
    if (this.#isEnvelope === true && bytes[record.valueStart] === nullByte) {
      this.#tombstone(record, bytes, nowMs)
      return
    }
    const writer = this.#builder.writer
    const scanned = rows.scan(bytes, record.valueStart, record.valueEnd)
    if (scanned && record.keyEnd === 0 && rows.values.hasKey) {
      record.keyStart = rows.values.keyStart
      record.keyEnd = rows.values.keyEnd
    }
    this.#coordinate(record, bytes, nowMs, record.valueEnd - record.valueStart)
    if (!scanned) {
      this.#addDead(record, bytes, rows.misfit)
      return
    }
    writer.beginRow()
    if (rows.write(bytes, bytes, record, writer)) {
      this.#builder.addRow(record)
      return
    }
    writer.rollbackRow()
    this.#addDead(record, bytes, rows.misfit)
  }

  /** What is made of the record is made of its masked copy; its partition goes by its own key. */
  #maskedLine(masked: MaskedLines, bytes: Uint8Array, record: RecordPlace, nowMs: number): void {
    const sizeBytes = record.valueEnd - record.valueStart
    masked.findKey(bytes, record)
    record.isTombstone = this.#isEnvelope === true && bytes[record.valueStart] === nullByte
    this.#coordinate(record, bytes, nowMs, record.isTombstone ? 0 : sizeBytes)
    const misfit = masked.take(bytes, record)
    const copy = masked.bytes
    const { writer } = this.#builder
    if (misfit !== null) this.#addUnkept(record, copy, misfit, sizeBytes)
    else if (!record.isTombstone && !this.#rows.scan(copy, record.valueStart, record.valueEnd))
      this.#addUnkept(record, copy, this.#rows.misfit, sizeBytes)
    else {
      writer.beginRow()
      const isWritten = record.isTombstone
        ? this.#rows.writeTombstone(copy, record, writer)
        : this.#rows.write(copy, copy, record, writer)
      if (isWritten) this.#builder.addRow(record)
      else {
        writer.rollbackRow()
        this.#builder.addDead(deadRecord(record, copy, this.#rows.misfit), record)
      }
    }
  }

  /** An envelope whose value is null. */
  #tombstone(record: RecordPlace, bytes: Uint8Array, nowMs: number): void {
    record.isTombstone = true
    this.#coordinate(record, bytes, nowMs, 0)
    const writer = this.#builder.writer
    writer.beginRow()
    if (this.#rows.writeTombstone(bytes, record, writer)) {
      this.#builder.addRow(record)
      return
    }
    writer.rollbackRow()
    this.#addDead(record, bytes, this.#rows.misfit)
  }

  #openEnvelope(bytes: Uint8Array, record: RecordPlace): boolean {
    const envelope = this.#envelope
    if (!envelope.read(bytes, record.lineStart, record.lineEnd)) return false
    record.valueStart = envelope.valueStart
    record.valueEnd = envelope.valueEnd
    record.keyStart = envelope.keyStart
    record.keyEnd = envelope.keyEnd
    record.headersStart = envelope.headersStart
    record.headersEnd = envelope.headersEnd
    if (!Number.isNaN(envelope.timestampMs)) record.timestampMs = envelope.timestampMs
    return true
  }

  /** Gives the record its partition and offset, and counts it. */
  #coordinate(record: RecordPlace, bytes: Uint8Array, nowMs: number, sizeBytes: number): void {
    record.partition = this.#partitionFor(record, bytes)
    const offset = this.#nextOffsets[record.partition] ?? 0
    record.offset = offset
    this.#nextOffsets[record.partition] = offset + 1
    this.#records++
    this.#builder.arrive(record, sizeBytes, nowMs)
  }

  #partitionFor(record: RecordPlace, bytes: Uint8Array): number {
    const partitions = this.#nextOffsets.length
    if (partitions === 1) return 0
    if (record.keyEnd === 0) return this.#records % partitions
    return partitionOf(bytes, record.keyStart, record.keyEnd, partitions)
  }

  /** A record as it came. */
  #addDead(record: RecordPlace, bytes: Uint8Array, misfit: RecordMisfit): void {
    const sizeBytes = record.valueEnd - record.valueStart
    if (this.#masked !== null) this.#addUnkept(record, noBytes, misfit, sizeBytes)
    else this.#builder.addDead(deadRecord(record, bytes, misfit), record)
  }

  /** A record of a source with masks that cannot be read, and so not masked. */
  #addUnkept(record: RecordPlace, copy: Uint8Array, misfit: RecordMisfit, sizeBytes: number): void {
    this.#builder.addDead(withoutBytes(deadRecord(record, copy, misfit), sizeBytes), record)
  }

  #addDeadLine(record: RecordPlace, line: OversizedLine, kind: 'too-large' | 'truncated'): void {
    const dead = deadLine(record, line, kind)
    this.#builder.addDead(this.#masked === null ? dead : withoutBytes(dead, line.sizeBytes), record)
  }

  /** The start of a line that a damaged file cut off; it counts as a line, so that it is not read twice. */
  #addPartial(partial: unknown): void {
    if (!isOversizedLine(partial) || this.#skipLines > 0) return
    const record = this.#record
    const nowMs = this.#port.nowMs()
    resetPlace(record, 0, 0, Math.floor(nowMs))
    this.#coordinate(record, noBytes, nowMs, partial.sizeBytes)
    this.#addDeadLine(record, partial, 'truncated')
    this.#place.line++
  }

  async #cutIfDue(): Promise<void> {
    if (this.#builder.isFull) return this.#cut()
    const isDue = this.#builder.ageMs(this.#port.nowMs()) >= limits.batchAgeMs
    if (isDue && this.#port.isReady()) await this.#cut()
  }

  async #cut(): Promise<void> {
    if (this.#builder.isEmpty && !this.#place.ended) return
    await this.#port.whenReady()
    if (this.#port.stopped) return
    const batch = this.#builder.take({
      place: JSON.stringify(this.#place),
      decodeMs: this.#decodeMs,
      progress: this.#progress,
    })
    this.#decodeMs = 0
    this.#port.send(batch)
    this.#builder.mostRecords = this.#port.batchRecords
  }
}

function isOversizedLine(value: unknown): value is OversizedLine {
  return typeof value === 'object' && value !== null && 'head' in value && 'sizeBytes' in value
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false
  }
  return true
}
