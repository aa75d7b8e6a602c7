/** The periods that charts can show, and how finely each is cut. */
import type { Range } from '#contract/statistics.ts'

export const rangeNames = ['1m', '5m', '1h', '24h'] as const
export type RangeName = (typeof rangeNames)[number]

interface RangeLook {
  label: string
  /** In a sentence: "last 5 min". */
  words: string
  spanMs: number
  bucketMs: number
}

export const ranges: Record<RangeName, RangeLook> = {
  '1m': { label: '1 m', words: 'last minute', spanMs: 60_000, bucketMs: 1000 },
  '5m': { label: '5 m', words: 'last 5 min', spanMs: 300_000, bucketMs: 1000 },
  '1h': { label: '1 h', words: 'last hour', spanMs: 3_600_000, bucketMs: 10_000 },
  '24h': { label: '24 h', words: 'last 24 h', spanMs: 86_400_000, bucketMs: 120_000 },
}

/** Options for the switch that chooses one. */
export const rangeOptions = rangeNames.map((name) => ({
  value: name,
  label: ranges[name].label,
  title: `The ${ranges[name].words}`,
}))

/** What to ask the engine for: whole buckets only, so that the newest one is not shown half full. */
export function rangeRequest(name: RangeName, nowMs: number): Range {
  const { spanMs, bucketMs } = ranges[name]
  const toMs = Math.floor(nowMs / bucketMs) * bucketMs
  return { fromMs: toMs - spanMs, toMs, bucketMs }
}
