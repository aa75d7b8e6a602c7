/** How a search for indexes and rollups stands, and what was measured, in words. Pure. */
import type { AdviceFindings, AdviceRun } from '#contract/advice.ts'
import { nextSteps } from '#contract/errors.ts'
import { formatCount, formatDuration, formatMilliseconds, formatNumber } from '../../ui/format.ts'
import type { Tone } from '../../ui/tone.ts'

export interface AdviceWords {
  tone: Tone
  text: string
  /** What to do next; empty for nothing. */
  next: string
  /** Part of the statements that was tried; null where nothing is under way. */
  share: number | null
}

export function adviceWords({ state, findings, error, startedAt, endedAt }: AdviceRun): AdviceWords {
  const tookMs = (endedAt ?? startedAt) - startedAt
  const took = tookMs < 1000 ? formatMilliseconds(tookMs) : formatDuration(tookMs)
  const quiet = { tone: 'neutral', next: '', share: null } as const
  const { tried, scanning } = findings
  const part = `${formatNumber(tried)} of ${formatCount(scanning, 'statement')}`
  switch (state) {
    case 'running': {
      const text = scanning === 0 ? 'Reading the query history and plans' : `Tried ${part}`
      return { ...quiet, text, share: scanning === 0 ? 0 : tried / scanning }
    }
    case 'done':
      return { ...quiet, text: `${foundWords(findings)} Took ${took}.` }
    case 'cancelled':
      return { ...quiet, text: `Cancelled after ${took}, when ${part} had been tried.` }
    case 'failed': {
      const text = `Ended after ${took}, when ${part} had been tried: ${error?.message ?? 'it failed'}`
      return { tone: 'error', text, next: error === null ? '' : nextSteps[error.code], share: null }
    }
  }
}

/** A plain statement also where nothing helps. */
function foundWords({ statements, considered, scanning, indexes, rollups }: AdviceFindings): string {
  const looked =
    considered < statements
      ? `the ${formatNumber(considered)} statements that took longest`
      : formatCount(statements, 'statement')
  if (scanning === 0)
    return `None of ${looked} reads a table of this workspace from its first row to its last: there is nothing to make quicker.`
  const reads = `${formatNumber(scanning)} of ${looked} ${scanning === 1 ? 'reads' : 'read'} a whole table`
  if (indexes.length + rollups.length === 0)
    return `${reads}. No index made one at least twice as fast, and no rollup holds what they compute.`
  const parts = [
    ...(indexes.length === 0 ? [] : [formatCount(indexes.length, 'index', 'indexes')]),
    ...(rollups.length === 0 ? [] : [`${formatCount(rollups.length, 'statement')} that a rollup answers`]),
  ]
  return `${reads}: ${parts.join(' and ')}.`
}

/** "a sample of 300,000 of about 5,100,000 rows", or all rows. */
export function sampleWords({ sampledRows, tableRows }: { sampledRows: number; tableRows: number }): string {
  return sampledRows >= tableRows
    ? `all ${formatCount(sampledRows, 'row')}`
    : `a sample of ${formatNumber(sampledRows)} of about ${formatNumber(tableRows)} rows`
}

/** Times below are not told apart. */
const leastMs = 0.01

/** Milliseconds, or that there are next to none. */
function shortMs(ms: number): string {
  return ms < leastMs ? 'under 0.01 ms' : formatMilliseconds(ms)
}

/**
 * "11 ms before, 2 ms after: 5.5 times as fast".
 * @param isLike whether both are over the same rows; else nothing is made of them
 */
export function measuredWords(
  { beforeMs, afterMs }: { beforeMs: number; afterMs: number | null },
  isLike: boolean,
): string {
  const before = shortMs(beforeMs)
  if (afterMs === null) return `${before} before`
  if (!isLike) return `${before} before, on the sample; ${shortMs(afterMs)} after, on the whole rollup`
  const gain = beforeMs / Math.max(afterMs, leastMs)
  const times = gain > 1000 ? '1,000' : gain >= 10 ? formatNumber(Math.floor(gain)) : gain.toFixed(1)
  const words = gain > 1000 || afterMs < leastMs ? `over ${times}` : times
  return `${before} before, ${shortMs(afterMs)} after: ${words} times as fast`
}

/** "ran 4 times, 1.2 s in all". */
export function askedWords({ runs, totalMs }: { runs: number; totalMs: number }): string {
  return `ran ${runs === 1 ? 'once' : `${formatNumber(runs)} times`}, ${formatMilliseconds(totalMs)} in all`
}
