/**
 * What has been measured of one topic: a few arrays of numbers over its partitions, as there may be tens of thousands. NaN is
 * "not known". Offsets are whole numbers below 2^53. Cluster thread.
 */
import type { PartitionMetadata, TopicMetadata } from '../kafka/requests/metadata.ts'
import { SparkLine } from './spark-line.ts'

const sparkSlotMs = 1000

export class TopicEntry {
  readonly name: string
  readonly id: string | null
  readonly internal: boolean
  metadata: readonly PartitionMetadata[]
  earliest: Float64Array
  latest: Float64Array
  /** When {@link latest} was measured. */
  latestAt: Float64Array
  recordsPerSecond: Float64Array
  sizeBytes: Float64Array
  sizeAt: Float64Array
  bytesPerSecond: Float64Array
  newestAt: Float64Array
  /** End of the log for which {@link newestAt} was asked. */
  newestFor: Float64Array
  /** Records and bytes appended since history was last written, by partition. */
  appended: Float64Array
  appendedBytes: Float64Array
  readonly spark = new SparkLine(sparkSlotMs)
  /** When {@link spark} was last written; 0 before. */
  notedAt = 0

  /** Sums over the partitions; see {@link summarise}. */
  rate = Number.NaN
  byteRate = Number.NaN
  bytes = Number.NaN
  records = 0
  lastRecordAt = Number.NaN
  underReplicated = 0
  offline = 0
  replication = 0

  constructor({ name, id, internal, partitions }: TopicMetadata) {
    const unknown = (): Float64Array => new Float64Array(partitions.length).fill(Number.NaN)
    this.name = name
    this.id = id
    this.internal = internal
    this.metadata = []
    this.earliest = unknown()
    this.latest = unknown()
    this.latestAt = unknown()
    this.recordsPerSecond = unknown()
    this.sizeBytes = unknown()
    this.sizeAt = unknown()
    this.bytesPerSecond = unknown()
    this.newestAt = unknown()
    this.newestFor = unknown()
    this.appended = new Float64Array(partitions.length)
    this.appendedBytes = new Float64Array(partitions.length)
    this.describe(partitions)
  }

  get partitions(): number {
    return this.metadata.length
  }

  /** Leaders and replicas as metadata tells them now. Partitions can be added, never taken away. */
  describe(partitions: readonly PartitionMetadata[]): void {
    this.metadata = inOrder(partitions)
    if (this.latest.length < this.metadata.length) this.#grow(this.metadata.length)
    this.underReplicated = 0
    this.offline = 0
    this.replication = 0
    for (const { leader, replicas, inSync } of this.metadata) {
      if (inSync.length < replicas.length) this.underReplicated++
      if (leader < 0) this.offline++
      this.replication = Math.max(this.replication, replicas.length)
    }
  }

  /** Takes the end of a log; the difference to the one before gives the rate. */
  noteLatest(partition: number, offset: number, atMs: number): void {
    const before = this.latest[partition] ?? Number.NaN
    const seconds = (atMs - (this.latestAt[partition] ?? Number.NaN)) / 1000
    this.latest[partition] = offset
    this.latestAt[partition] = atMs
    if (Number.isNaN(before) || !(seconds > 0)) return
    // A log that became shorter lost its end with its leader: nothing was appended as far as can be told.
    const appended = Math.max(0, offset - before)
    this.recordsPerSecond[partition] = appended / seconds
    this.appended[partition] = (this.appended[partition] ?? 0) + appended
  }

  /** @param timestampMs of the newest record; negative where it is not known */
  noteNewest(partition: number, timestampMs: number): void {
    this.newestFor[partition] = this.latest[partition] ?? Number.NaN
    if (timestampMs >= 0) this.newestAt[partition] = timestampMs
  }

  noteSize(partition: number, bytes: number, atMs: number): void {
    const before = this.sizeBytes[partition] ?? Number.NaN
    const seconds = (atMs - (this.sizeAt[partition] ?? Number.NaN)) / 1000
    this.sizeBytes[partition] = bytes
    this.sizeAt[partition] = atMs
    // A log shrinks when retention deletes a segment; what was appended meanwhile is then not known.
    if (!(seconds > 0)) return
    const grownBy = bytes >= before ? bytes - before : Number.NaN
    this.bytesPerSecond[partition] = grownBy / seconds
    if (grownBy > 0) this.appendedBytes[partition] = (this.appendedBytes[partition] ?? 0) + grownBy
  }

  /** Adds up what the partitions have. */
  summarise(): void {
    let records = 0
    for (let index = 0; index < this.latest.length; index++) {
      const held = (this.latest[index] ?? 0) - (this.earliest[index] ?? 0)
      if (held > 0) records += held
    }
    this.records = records
    this.rate = sumOf(this.recordsPerSecond)
    this.byteRate = sumOf(this.bytesPerSecond)
    this.bytes = sumOf(this.sizeBytes)
    this.lastRecordAt = largestOf(this.newestAt)
  }

  #grow(length: number): void {
    this.earliest = grown(this.earliest, length, Number.NaN)
    this.latest = grown(this.latest, length, Number.NaN)
    this.latestAt = grown(this.latestAt, length, Number.NaN)
    this.recordsPerSecond = grown(this.recordsPerSecond, length, Number.NaN)
    this.sizeBytes = grown(this.sizeBytes, length, Number.NaN)
    this.sizeAt = grown(this.sizeAt, length, Number.NaN)
    this.bytesPerSecond = grown(this.bytesPerSecond, length, Number.NaN)
    this.newestAt = grown(this.newestAt, length, Number.NaN)
    this.newestFor = grown(this.newestFor, length, Number.NaN)
    this.appended = grown(this.appended, length, 0)
    this.appendedBytes = grown(this.appendedBytes, length, 0)
  }
}

/** A number, or null where it is not known. */
export function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value
}

/** Partitions by number, as metadata gives them in any order. */
function inOrder(partitions: readonly PartitionMetadata[]): readonly PartitionMetadata[] {
  return partitions.every(({ partition }, index) => partition === index)
    ? partitions
    : partitions.toSorted((left, right) => left.partition - right.partition)
}

function grown(values: Float64Array, length: number, fill: number): Float64Array {
  const larger = new Float64Array(length).fill(fill)
  larger.set(values)
  return larger
}

/** NaN where none is known. */
function sumOf(values: Float64Array): number {
  let sum = Number.NaN
  for (const value of values) {
    if (!Number.isNaN(value)) sum = (Number.isNaN(sum) ? 0 : sum) + value
  }
  return sum
}

function largestOf(values: Float64Array): number {
  let largest = Number.NaN
  for (const value of values) if (!(largest >= value) && !Number.isNaN(value)) largest = value
  return largest
}
