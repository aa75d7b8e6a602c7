/**
 * The part of a local history that a chart shows: the last minute as it goes, 5 minutes, an hour, all there is, or a span
 * that a person has zoomed to. Times are milliseconds since 1970 UTC.
 */
import type { Range, Series } from '#contract/statistics.ts'

export const historyNames = ['live', '5m', '1h', 'all'] as const
export type HistoryName = (typeof historyNames)[number]

interface Look {
  label: string
  /** In a sentence: "last 5 min". */
  words: string
}

const looks: Record<HistoryName, Look> = {
  live: { label: 'Live', words: 'last minute' },
  '5m': { label: '5 min', words: 'last 5 min' },
  '1h': { label: '1 h', words: 'last hour' },
  all: { label: 'All', words: 'kept history' },
}

/** Options for the switch that chooses one. */
export const historyOptions = historyNames.map((name) => ({
  value: name,
  label: looks[name].label,
  title: name === 'all' ? 'Everything that is kept, a month at most' : `The ${looks[name].words}`,
}))

const spans: Record<Exclude<HistoryName, 'all'>, number> = {
  live: 60_000,
  '5m': 300_000,
  '1h': 3_600_000,
}
/** History is kept for a month. */
const keptMs = 30 * 86_400_000
/** Points of one line; more cannot be told apart. */
const mostPoints = 360
const shortestMs = 10_000

export class HistoryPeriod {
  #name = $state<HistoryName>('5m')
  #zoom = $state.raw<{ fromMs: number; toMs: number } | null>(null)
  #firstAt: number | null = null

  get name(): HistoryName {
    return this.#name
  }

  set name(name: HistoryName) {
    this.#name = name
    this.#zoom = null
  }

  get isZoomed(): boolean {
    return this.#zoom !== null
  }

  /** In a sentence: "last 5 min", "zoomed". */
  get words(): string {
    return this.isZoomed ? 'zoomed' : looks[this.#name].words
  }

  /** What to ask the engine for: whole buckets only, so that the newest one is not shown half full. */
  request(nowMs: number): Range {
    const { fromMs, toMs } = this.#zoom ?? this.#span(nowMs)
    const bucketMs = bucketFor(toMs - fromMs)
    const end = Math.floor(toMs / bucketMs) * bucketMs
    return { fromMs: Math.floor(fromMs / bucketMs) * bucketMs, toMs: end, bucketMs }
  }

  /** Learns from an answer where the history begins, so that "all" is no longer than that. */
  learn({ at, lines }: Series): void {
    if (this.#name !== 'all' || this.isZoomed) return
    const first = at.find((_, index) => lines.some(({ values }) => (values[index] ?? null) !== null))
    if (first !== undefined) this.#firstAt = first
  }

  /** Forgets where the history begins: it is about something else now. */
  forget(): void {
    this.#firstAt = null
    this.#zoom = null
  }

  /** Shows a span; at least some seconds of it. */
  zoomTo(fromMs: number, toMs: number): void {
    const middle = (fromMs + toMs) / 2
    const half = Math.max(shortestMs, toMs - fromMs) / 2
    this.#zoom = { fromMs: middle - half, toMs: middle + half }
  }

  /** Earlier (-1) or later (1) by half of what is shown; never beyond now. */
  pan(direction: -1 | 1, nowMs: number): void {
    const { fromMs, toMs } = this.#zoom ?? this.#span(nowMs)
    const step = Math.min(((toMs - fromMs) / 2) * direction, nowMs - toMs)
    this.#zoom = { fromMs: fromMs + step, toMs: toMs + step }
  }

  /** Twice (2) or half (0.5) as long a span around the same middle; never beyond now. */
  scale(factor: number, nowMs: number): void {
    const { fromMs, toMs } = this.#zoom ?? this.#span(nowMs)
    const half = (Math.min(keptMs, (toMs - fromMs) * factor) || 0) / 2
    const middle = Math.min((fromMs + toMs) / 2, nowMs - half)
    this.zoomTo(middle - half, middle + half)
  }

  /** Back to the period that was chosen. */
  reset(): void {
    this.#zoom = null
  }

  #span(nowMs: number): { fromMs: number; toMs: number } {
    if (this.#name !== 'all') return { fromMs: nowMs - spans[this.#name], toMs: nowMs }
    const first = this.#firstAt ?? nowMs - keptMs
    return { fromMs: Math.min(Math.max(first, nowMs - keptMs), nowMs - spans.live), toMs: nowMs }
  }
}

const steps = [1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 14_400].map((seconds) => seconds * 1000)

/** The smallest round bucket that keeps a span under the number of points that can be told apart. */
export function bucketFor(spanMs: number): number {
  return steps.find((step) => spanMs / step <= mostPoints) ?? 14_400_000
}
