/**
 * Packs the decoded records of one source into micro-batches, bounded in records, bytes and age. Runs in the ingest thread;
 * the source adds lines of one block after another and takes a batch when it is due.
 */
import { limits } from '#contract/limits.ts'
import { JsonbWriter } from '../batch/jsonb-writer.ts'
import {
  absentSpan,
  type DeadRecord,
  type OffsetGap,
  type PackedBatch,
  type PartitionSpan,
  spanFields,
} from '../batch/packed-batch.ts'
import type { RecordPlace } from './record-place.ts'

/** What the source knows and the builder does not. */
export interface BatchFacts {
  place: string
  decodeMs: number
  progress: number | null
}

const keptBuffers = 8
const largestKeptBytes = 2 * limits.batchBytes

export class BatchBuilder {
  readonly writer = new JsonbWriter()
  /** Records of a batch, at most. */
  mostRecords: number = limits.batchRecords
  readonly #source: string
  readonly #topic: string
  readonly #spares: ArrayBuffer[] = []
  #raw = new Uint8Array(64 * 1024)
  #rawLength = 0
  #block: Uint8Array = new Uint8Array(0)
  #runStart = 0
  #runEnd = 0
  #spans = new Uint32Array(256 * spanFields)
  #arrivals: number[] = []
  #dead: DeadRecord[] = []
  #deadBytes = 0
  #gaps: OffsetGap[] = []
  #hasMoved = false
  #partitions = new Map<number, PartitionSpan>()
  #records = 0
  #bytes = 0
  #oldestMs = 0
  #firstPartition = 0
  #firstOffset = 0
  #isRun = true

  readonly #parts: PackedBatch['parts']

  /** @param parts how keys and headers lie in the blocks that are opened */
  constructor(source: string, topic: string, parts: PackedBatch['parts']) {
    this.#source = source
    this.#topic = topic
    this.#parts = parts
  }

  /** Whether there is anything to commit: records, or positions that moved on without any. */
  get isEmpty(): boolean {
    return this.#records === 0 && !this.#hasMoved
  }

  /** Notes that a partition was read up to `to`, exclusive, whether or not there were records that count. */
  moveTo(partition: number, to: number): void {
    const span = this.#partition(partition, to)
    const end = BigInt(to)
    if (end > span.to || span.records === 0) this.#hasMoved = true
    if (end > span.to) span.to = end
  }

  /** Begins a partition anew at `from`, which may be before what was read: the topic was made again. */
  restartAt(partition: number, from: number): void {
    const span = this.#partition(partition, from)
    span.from = BigInt(from)
    span.to = BigInt(from)
    this.#hasMoved = true
  }

  addGap(gap: OffsetGap): void {
    this.#gaps.push(gap)
    this.#hasMoved = true
  }

  get records(): number {
    return this.#records
  }

  /** Whether the next record belongs into another batch. */
  get isFull(): boolean {
    const packedBytes =
      this.writer.length + this.#rawLength + (this.#runEnd - this.#runStart) + this.#deadBytes
    return this.#records >= this.mostRecords || packedBytes >= limits.batchBytes
  }

  /** Milliseconds since the first record of the open batch was added; 0 when it is empty. */
  ageMs(nowMs: number): number {
    return this.#records === 0 ? 0 : nowMs - this.#oldestMs
  }

  /** The bytes that places point into. */
  get block(): Uint8Array {
    return this.#block
  }

  /** The bytes that the following places point into. Ends the run of the block before. */
  openBlock(bytes: Uint8Array): void {
    this.#flushRun()
    this.#block = bytes
  }

  /** Counts one record of `sizeBytes` that was produced at `producedAtMs` and came here at `receivedAtMs`. */
  arrive(place: RecordPlace, sizeBytes: number, producedAtMs: number, receivedAtMs = producedAtMs): void {
    if (this.#records === 0) this.#oldestMs = receivedAtMs
    this.#records++
    this.#bytes += sizeBytes
    const arrivals = this.#arrivals
    const last = arrivals.length - 2
    if (last >= 0 && arrivals[last] === producedAtMs) arrivals[last + 1] = (arrivals[last + 1] ?? 0) + 1
    else arrivals.push(producedAtMs, 1)
    const span = this.#partition(place.partition, place.offset)
    span.to = BigInt(place.offset + 1)
    span.records++
    span.bytes += sizeBytes
  }

  /** Completes the writer's open row with the record's coordinates and remembers where its bytes are. */
  addRow(place: RecordPlace): void {
    const writer = this.writer
    writer.integer(place.partition)
    writer.integer(place.offset)
    writer.integer(place.timestampMs)
    const row = writer.rows
    const at = row * spanFields
    writer.endRow()
    if (row === 0) {
      this.#firstPartition = place.partition
      this.#firstOffset = place.offset
      this.#isRun = true
    } else if (place.partition !== this.#firstPartition || place.offset !== this.#firstOffset + row) {
      this.#isRun = false
    }
    if (this.#runEnd === this.#runStart) {
      this.#runStart = place.lineStart
      this.#runEnd = place.lineStart
    }
    this.#runEnd = place.lineEnd
    if (at + spanFields > this.#spans.length) this.#growSpans()
    const spans = this.#spans
    const shift = this.#rawLength - this.#runStart
    spans[at] = place.valueStart + shift
    spans[at + 1] = place.valueEnd - place.valueStart
    spans[at + 2] = place.keyEnd > 0 ? place.keyStart + shift : 0
    spans[at + 3] = place.keyEnd > 0 ? place.keyEnd - place.keyStart : absentSpan
    spans[at + 4] = place.headersEnd > 0 ? place.headersStart + shift : 0
    spans[at + 5] = place.headersEnd > 0 ? place.headersEnd - place.headersStart : absentSpan
  }

  addDead(dead: DeadRecord, place: RecordPlace): void {
    this.#dead.push(dead)
    this.#deadBytes += dead.value.length + 256
    this.#partition(place.partition, place.offset).dead++
  }

  /** The open batch as a message, and a fresh start. Its buffers are to be transferred; see {@link transferables}. */
  take(facts: BatchFacts): PackedBatch {
    this.#flushRun()
    const rows = this.writer.rows
    const batch: PackedBatch = {
      kind: 'batch',
      source: this.#source,
      topic: this.#topic,
      records: this.#records,
      rows,
      bytes: this.#bytes,
      run: this.#isRun ? { partition: this.#firstPartition, firstOffset: BigInt(this.#firstOffset) } : null,
      jsonb: this.writer.take(this.#spares.pop()),
      raw: this.#raw.subarray(0, this.#rawLength),
      spans: this.#spans.slice(0, rows * spanFields),
      arrivals: Float64Array.from(this.#arrivals),
      dead: this.#dead,
      gaps: this.#gaps,
      parts: this.#parts,
      partitions: [...this.#partitions.values()].sort((left, right) => left.partition - right.partition),
      ...facts,
    }
    this.#raw = new Uint8Array(this.#spares.pop() ?? new ArrayBuffer(Math.max(64 * 1024, this.#rawLength)))
    this.#rawLength = 0
    this.#arrivals = []
    this.#dead = []
    this.#gaps = []
    this.#hasMoved = false
    this.#deadBytes = 0
    this.#partitions = new Map()
    this.#records = 0
    this.#bytes = 0
    return batch
  }

  /** Buffers of a committed batch, for use in a later one. */
  reuse(buffers: readonly ArrayBuffer[]): void {
    for (const buffer of buffers) {
      if (this.#spares.length < keptBuffers && buffer.byteLength <= largestKeptBytes)
        this.#spares.push(buffer)
    }
  }

  #partition(partition: number, offset: number): PartitionSpan {
    let span = this.#partitions.get(partition)
    if (span === undefined) {
      const from = BigInt(offset)
      span = { topic: this.#topic, partition, from, to: from, records: 0, bytes: 0, dead: 0 }
      this.#partitions.set(partition, span)
    }
    return span
  }

  #flushRun(): void {
    const size = this.#runEnd - this.#runStart
    if (size > 0) {
      const needed = this.#rawLength + size
      if (needed > this.#raw.length) {
        const grown = new Uint8Array(Math.max(needed, this.#raw.length * 2))
        grown.set(this.#raw.subarray(0, this.#rawLength))
        this.#raw = grown
      }
      this.#raw.set(this.#block.subarray(this.#runStart, this.#runEnd), this.#rawLength)
      this.#rawLength = needed
    }
    this.#runStart = 0
    this.#runEnd = 0
  }

  #growSpans(): void {
    const grown = new Uint32Array(this.#spans.length * 2)
    grown.set(this.#spans)
    this.#spans = grown
  }
}

/** Buffers of a batch to transfer with it. */
export function transferables(batch: PackedBatch): ArrayBuffer[] {
  return [batch.jsonb.buffer, batch.raw.buffer, batch.spans.buffer, batch.arrivals.buffer]
}
