/** Late records of a batch. Pure. */
import type { BatchRow } from '#contract/statistics.ts'
import { formatCount, formatNumber, unknownFigure } from '../../ui/format.ts'

type Late = Pick<BatchRow, 'late' | 'tooLate'>

/** "12" · "12 · 3 too late"; a dash where the source has no event time. */
export function lateWords({ late, tooLate }: Late): string {
  if (late === null) return unknownFigure
  return (tooLate ?? 0) === 0
    ? formatNumber(late)
    : `${formatNumber(late)} · ${formatNumber(tooLate)} too late`
}

export function lateTitle({ late, tooLate }: Late): string {
  if (late === null) return 'The source has no event time'
  return `${formatCount(late, 'record')} behind the newest event time, ${formatCount(tooLate ?? 0, 'record')} behind the watermark`
}
