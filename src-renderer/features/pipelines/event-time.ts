/** The event time of a source: how far it has come, and what came out of order. Pure. */
import type { LiveSource } from '#contract/live.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import { formatAgo, formatSpan, unknownFigure } from '../../ui/format.ts'
import type { StripFigure } from '../../ui/strip-figure.ts'
import { type TimeZone, formatDateTime, formatMoment, zoneName } from '../../ui/format-time.ts'
import { countedFigure } from './counted-figure.ts'

type EventTime = NonNullable<WorkspaceView['sources'][number]['eventTime']>

interface Clock {
  now: number
  zone: TimeZone
}

/** @param live null before the first record, and before the first snapshot */
export function eventTimeFigures(
  { column, latenessMs, tooLate }: EventTime,
  live: LiveSource['eventTime'],
  clock: Clock,
): StripFigure[] {
  const fate = tooLate === 'land' ? 'they land as others do' : 'they become dead letters'
  const behind: StripFigure[] =
    latenessMs === null
      ? []
      : [
          moment(
            'Watermark',
            live?.watermarkAt ?? null,
            'newest event time minus the allowed lateness',
            clock,
          ),
          countedFigure('Too late', live?.tooLate, `records behind the watermark; ${fate}`, 'warn'),
        ]
  return [
    { name: 'Event time', value: column, title: 'The column that says when something happened' },
    moment('Newest', live?.newestAt ?? null, 'newest event time that was read', clock),
    {
      name: 'Lateness',
      value: latenessMs === null ? 'any' : formatSpan(latenessMs),
      title: 'How far behind the newest event time a record may be',
    },
    ...behind,
    countedFigure('Late', live?.late, 'records older than the newest of earlier batches, and not too late'),
    countedFigure('Ahead', live?.ahead, 'records of the future, which the watermark does not follow', 'warn'),
  ]
}

function moment(name: string, at: number | null, what: string, { now, zone }: Clock): StripFigure {
  if (at === null) return { name, value: unknownFigure, title: what }
  const full = `${formatDateTime(at, zone, 'millisecond')} ${zoneName(at, zone)}`
  return { name, value: formatMoment(at, now, zone), note: formatAgo(at, now), title: `${full}: ${what}` }
}
