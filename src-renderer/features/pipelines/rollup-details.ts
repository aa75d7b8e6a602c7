/** What the rollups of a table are made of and hold, in words. Pure. */
import type { LiveRollup } from '#contract/live.ts'
import { formatSpan, unknownFigure } from '../../ui/format.ts'
import type { StripFigure } from '../../ui/strip-figure.ts'
import { type TimeZone, formatDateTime, zoneName } from '../../ui/format-time.ts'
import { type RollupView, windowWords } from '../../state/rollups.ts'
import { countedFigure } from './counted-figure.ts'

/** "by origin, severity" · "one row in all" without windows and groups. */
export function groupingWords({ by, window }: Pick<RollupView, 'by' | 'window'>): string {
  if (by.length > 0) return `by ${by.join(', ')}`
  return window === null ? 'one row in all' : 'one row per window'
}

/** "90 d after their end" · "for ever". */
export function keptForWords({ retainAgeMs }: Pick<RollupView, 'retainAgeMs'>): string {
  return retainAgeMs === null ? 'for ever' : `${formatSpan(retainAgeMs)} after their end`
}

/** The figures of one rollup, each with what it means. */
export function rollupFigures(rollup: RollupView, live: LiveRollup | null, zone: TimeZone): StripFigure[] {
  const moment = (at: number | null | undefined): string =>
    at === null || at === undefined
      ? unknownFigure
      : `${formatDateTime(at, zone, 'minute')} ${zoneName(at, zone)}`
  const windows: StripFigure[] = [
    {
      name: 'Oldest window',
      value: moment(live?.oldestAt),
      title: 'Start of the oldest window that is kept',
    },
    { name: 'Newest window', value: moment(live?.newestAt), title: 'Start of the newest window' },
    { name: 'Kept', value: keptForWords(rollup), title: 'Windows are removed when they ended longer ago' },
  ]
  return [
    { name: 'Made from', value: rollup.from },
    { name: 'Window', value: windowWords(rollup.window) },
    ...(rollup.window === null ? [] : windows),
    countedFigure('Rows taken in', live?.rows, 'since it was made'),
    countedFigure('Behind', live?.behind, 'rows of the table that are not taken in yet', 'warn'),
    ...(rollup.window === null
      ? []
      : [
          countedFigure(
            'Untimed',
            live?.untimed,
            'rows without event time, which no window can hold',
            'warn',
          ),
          countedFigure(
            'Missed',
            live?.missed,
            'rows of windows that were not kept any more when they came',
            'warn',
          ),
          countedFigure('Evicted', live?.evicted, 'groups of windows that were kept long enough'),
        ]),
  ]
}
