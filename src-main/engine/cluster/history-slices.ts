/**
 * Cuts measurements of one cluster into slices of 1, 10 or 60 seconds for the history that the store keeps. Wider ones where
 * measurements are further apart, or where there would be too many rows. Cluster thread.
 */
import type { LagSlice, MeasuredRows, SliceSeconds, TopicSlice } from '../batch/measured-rows.ts'
import { type LagSet, totalOf } from './lag-set.ts'
import type { PartitionLag } from './partition-lag.ts'
import type { TopicEntry } from './topic-entry.ts'

/** Rows that one kind of history may write each second on average. */
const rowsPerSecond = 50
const widths: readonly SliceSeconds[] = [1, 10, 60]
/** More slices than this without a measurement become wider ones. */
const mostMissed = 10
/** A consumer of more partitions has a row for each topic only. */
const mostPartitionRows = 200

/** Which topics: those of interest with a row for each partition, or all others with one row each. */
export type TopicScope = 'watched' | 'others'

/** Which consumers: groups of the cluster, or sources of this workspace. */
export type LagScope = 'groups' | 'own'

interface Span {
  fromMs: number | null
  seconds: SliceSeconds
}

interface Slice {
  seconds: SliceSeconds
  at: number
}

interface Appended {
  partition: number
  records: number
  bytes: number
}

export class HistorySlices {
  readonly #connection: string
  readonly #spans: Record<TopicScope | LagScope, Span> = {
    watched: { fromMs: null, seconds: 1 },
    others: { fromMs: null, seconds: 1 },
    groups: { fromMs: null, seconds: 1 },
    own: { fromMs: null, seconds: 1 },
  }
  #topics: TopicSlice[] = []
  #lags: LagSlice[] = []

  constructor(connection: string) {
    this.#connection = connection
  }

  /**
   * After the ends of these topics were measured.
   * @param intervalMs until the next measurement of them
   */
  noteTopics(scope: TopicScope, topics: Iterable<TopicEntry>, atMs: number, intervalMs: number): void {
    const span = this.#spans[scope]
    const slices = slicesOf(span, atMs)
    if (slices === null) return
    const rows: TopicSlice[] = []
    let records = 0
    let bytes = 0
    for (const entry of topics) {
      const sums = totals(entry)
      records += sums.records
      bytes += sums.bytes
      if (scope === 'watched' || sums.records > 0 || sums.bytes > 0) {
        const parts = scope === 'watched' && sums.records > 0 ? partsOf(entry) : [{ partition: -1, ...sums }]
        for (const part of parts) rows.push(...this.#topicRows(entry.name, part, slices))
      }
      entry.appended.fill(0)
      entry.appendedBytes.fill(0)
    }
    if (scope === 'others') rows.push(...this.#topicRows('', { partition: -1, records, bytes }, slices))
    this.#topics.push(...rows)
    span.seconds = widthFor(rows.length / Math.max(1, slices.length), intervalMs)
  }

  /** After the lag of these consumers was measured. */
  noteLags(scope: LagScope, consumers: Iterable<NotedConsumer>, atMs: number, intervalMs: number): void {
    const span = this.#spans[scope]
    const slices = slicesOf(span, atMs)
    const slice = slices?.at(-1)
    if (slice === undefined) return
    const before = this.#lags.length
    for (const consumer of consumers) this.#lagRows(consumer, slice)
    span.seconds = widthFor(this.#lags.length - before, intervalMs)
  }

  /** Rows since the last call; null where there are none. */
  take(): MeasuredRows | null {
    if (this.#topics.length === 0 && this.#lags.length === 0) return null
    const rows = { topics: this.#topics, lags: this.#lags }
    this.#topics = []
    this.#lags = []
    return rows
  }

  /** What was appended over several slices, spread evenly. */
  #topicRows(topic: string, { partition, records, bytes }: Appended, slices: readonly Slice[]): TopicSlice[] {
    const connection = this.#connection
    const count = slices.length
    return slices.map((slice, index) => ({
      ...slice,
      ...{ connection, topic, partition },
      records: shareOf(records, index, count),
      bytes: shareOf(bytes, index, count),
    }))
  }

  #lagRows({ group, source, lags, isWatched }: NotedConsumer, slice: Slice): void {
    const consumer = { ...slice, connection: this.#connection, group, source }
    if (isWatched && lags.partitions.size <= mostPartitionRows) {
      for (const { topic, partition, committed, end, lag, lagMs } of lags.partitions.values())
        this.#lags.push({ ...consumer, topic, partition, committed, latest: end, lag, lagMs: whole(lagMs) })
      return
    }
    for (const [topic, partitions] of byTopic(lags)) {
      const { lag, lagMs } = totalOf(partitions)
      const ends = { committed: null, latest: null }
      this.#lags.push({ ...consumer, topic, partition: -1, ...ends, lag, lagMs: whole(lagMs) })
    }
  }
}

export interface NotedConsumer {
  group: string
  source: string
  lags: LagSet
  /** Whether each partition is of interest. */
  isWatched: boolean
}

/**
 * Whole slices that end about now, wider ones where many were missed; null where none has ended, empty after so long that
 * nothing can be said of when. Moves the span on.
 */
function slicesOf(span: Span, atMs: number): Slice[] | null {
  const { fromMs } = span
  if (fromMs === null) {
    span.fromMs = atMs
    return null
  }
  for (const seconds of widths) {
    if (seconds < span.seconds) continue
    const width = seconds * 1000
    // Measurements come a few milliseconds after the boundary that they are meant for.
    const first = Math.round(fromMs / width)
    const count = Math.round(atMs / width) - first
    if (count <= 0) return null
    if (count > mostMissed) continue
    span.fromMs = atMs
    return Array.from({ length: count }, (_, index) => ({ seconds, at: (first + index) * width }))
  }
  span.fromMs = atMs
  return []
}

function widthFor(rows: number, intervalMs: number): SliceSeconds {
  if (rows <= rowsPerSecond && intervalMs <= 1000) return 1
  return rows <= rowsPerSecond * 10 && intervalMs <= 10_000 ? 10 : 60
}

/** Partitions that grew. */
function partsOf({ appended, appendedBytes }: TopicEntry): Appended[] {
  const parts: Appended[] = []
  for (let partition = 0; partition < appended.length; partition++) {
    const records = appended[partition] ?? 0
    const bytes = Math.round(appendedBytes[partition] ?? 0)
    if (records > 0 || bytes > 0) parts.push({ partition, records, bytes })
  }
  return parts
}

/** Whole parts that add up to the whole. */
function shareOf(whole: number, index: number, count: number): number {
  return Math.floor((whole * (index + 1)) / count) - Math.floor((whole * index) / count)
}

function totals({ appended, appendedBytes }: TopicEntry): { records: number; bytes: number } {
  let records = 0
  let bytes = 0
  for (const count of appended) records += count
  for (const count of appendedBytes) bytes += count
  return { records, bytes }
}

function byTopic(lags: LagSet): Map<string, PartitionLag[]> {
  return Map.groupBy(lags.partitions.values(), ({ topic }) => topic)
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}
