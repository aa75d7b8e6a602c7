/** How a consumer group reads: its state, and where its lag is going. Pure. */
import type { GroupRow } from '#contract/groups.ts'
import {
  formatChange,
  formatDuration,
  formatMilliseconds,
  formatNumber,
  unknownFigure,
} from '../../ui/format.ts'
import type { Tone } from '../../ui/tone.ts'

/** "classic", "new protocol", or the broker's own word. */
export function kindWords(kind: string): string {
  return kind === 'consumer' ? 'new protocol' : kind
}

/** Lag in time: a dash where it is not known, "none" where everything is committed. */
export function lagTimeWords(lagMs: number | null): string {
  if (lagMs === null) return unknownFigure
  if (lagMs === 0) return 'none'
  return lagMs < 60_000 ? formatMilliseconds(lagMs) : formatDuration(lagMs)
}

/** Where the lag is going. */
export function trendTone({ lag, trend }: Pick<GroupRow, 'lag' | 'trend'>): Tone {
  if (trend === null || lag === null || lag === 0) return 'neutral'
  return trend > 0 ? 'warn' : 'neutral'
}

/** "clears in 4 min", "grows by 1.2k/s", "does not shrink", "nothing to read"; a dash where the lag is not known. */
export function outlookWords({ lag, trend, timeToClearMs }: GroupRow): string {
  if (lag === null) return unknownFigure
  if (lag === 0) return 'nothing left to read'
  if (timeToClearMs !== null) return `clear in ${lagTimeWords(Math.max(timeToClearMs, 1))}`
  if (trend === null) return 'not known yet'
  return trend > 0 ? `grows by ${formatChange(trend).slice(1)}` : 'does not shrink'
}

/** Title of the topics that a group has committed on. */
export function topicsWords(topics: readonly string[]): string {
  if (topics.length === 0) return 'no commits'
  const [first = ''] = topics
  return topics.length === 1 ? first : `${first} and ${formatNumber(topics.length - 1)} more`
}
