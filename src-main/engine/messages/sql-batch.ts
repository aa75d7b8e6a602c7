/**
 * Records that wait to be asked together whether a SQL expression is true of them: one statement over a packed batch costs a
 * third of one for each. Cluster thread; one for each scan.
 */
import { JsonbWriter } from '../batch/jsonb-writer.ts'
import { HeldRecord, type RecordView, type Seen } from './held-record.ts'
import type { Decoders, SqlCondition } from './sql-condition.ts'

/** Records in a batch: fewer where the expression is slow, so that a stop is heard. */
const leastRecords = 1
const firstRecords = 64
const mostRecords = 512
const quickMs = 2
const slowMs = 8
/** Most packed bytes, and bytes that are kept because records point into them. */
const batchBytes = 512 * 1024
const heldBytes = 16 * 1024 * 1024

const nothing = new Uint8Array(0)

export class SqlBatch {
  readonly #condition: SqlCondition
  readonly #decoders: Decoders
  readonly #writer = new JsonbWriter(batchBytes)
  readonly #records: HeldRecord[] = []
  #count = 0
  #packed = 0
  #most = firstRecords
  #newestBytes: Uint8Array | null = null
  #heldBytes = 0
  /** A buffer for the batch after the next. */
  #spare: ArrayBuffer | undefined

  constructor(condition: SqlCondition, decoders: Decoders) {
    this.#condition = condition
    this.#decoders = decoders
  }

  get isFull(): boolean {
    return this.#count >= this.#most || this.#writer.length >= batchBytes || this.#heldBytes >= heldBytes
  }

  /** @param seen of its partition up to this record. @returns false where a decoder has to wait first; then add it again */
  add(record: RecordView, partition: number, seen: Seen): boolean {
    const packed = this.#condition.pack(this.#writer, record, partition, this.#decoders)
    if (packed === 'wait') return false
    const held = (this.#records[this.#count] ??= new HeldRecord())
    held.fill(record, seen)
    held.isAlone = packed === 'alone'
    if (!held.isAlone) this.#packed++
    this.#count++
    if (record.bytes !== this.#newestBytes) this.#heldBytes += record.bytes.length
    this.#newestBytes = record.bytes
    return true
  }

  /**
   * Asks about all that wait; they stay as they are until {@link clear}.
   * @returns the records in order, with their answers
   */
  ask(partition: number): readonly HeldRecord[] {
    const begun = performance.now()
    const asked = this.#records.slice(0, this.#count)
    const hits = this.#askPacked()
    let position = 0
    let next = 0
    for (const held of asked) {
      if (held.isAlone || hits === null) {
        const answer = this.#condition.holds(held, partition, this.#decoders)
        // What it needs was there when it was packed.
        held.answer = answer === 'wait' ? 'no' : answer
      } else if (hits[next] === position) {
        held.answer = 'yes'
        next++
      }
      if (!held.isAlone) position++
    }
    const tookMs = performance.now() - begun
    if (tookMs > slowMs) this.#most = Math.max(leastRecords, this.#most >>> 1)
    else if (tookMs < quickMs) this.#most = Math.min(mostRecords, this.#most * 2)
    return asked
  }

  /** Lets go of what was asked about. */
  clear(): void {
    this.#count = 0
    this.#heldBytes = 0
    this.#newestBytes = null
    for (const held of this.#records) held.bytes = nothing
  }

  /** Positions of the packed records of which it is true; null where it fails on one, which then has to be found. */
  #askPacked(): readonly number[] | null {
    if (this.#packed === 0) return []
    this.#packed = 0
    const batch = this.#writer.take(this.#spare)
    this.#spare = batch.buffer
    return this.#condition.positions(batch)
  }
}
