/** Event time of a batch: what the watermark goes by, and how many records came out of order. */
import type { Column } from '../../columns/column.ts'

/** Where a column's values come from, as text: other text where they may mean something else. */
export function originOf({ name, from, path, unit, format }: Column): string {
  return JSON.stringify([name, from, path, unit, format])
}

/** How a source deals with records that come later than it allows. */
export interface EventTimeRule {
  /** Name of the column. */
  column: string
  /** See {@link originOf}: a watermark of times from elsewhere says nothing about these. */
  origin: string
  /** How far behind the newest event time a record may be; null where nothing is too late. */
  latenessMs: number | null
  /** Whether records that are too late land as others do, or become dead letters. */
  tooLate: 'land' | 'dead_letter'
}

/** Counts of one batch. */
export interface EventTimeCounts {
  /** Newest event time of the source with this batch, milliseconds since 1970; null before the first. */
  newestAt: number | null
  /** Records older than the newest of earlier batches, and not too late. */
  late: number
  /** Records behind the watermark as it was before this batch. */
  tooLate: number
  /** Records whose event time is in the future; the watermark does not follow them. */
  ahead: number
}

/** The newest event time minus the allowed lateness; null where it is not known. */
export function watermarkOf(newestAt: number | null, latenessMs: number | null): number | null {
  return newestAt === null ? null : newestAt - (latenessMs ?? 0)
}
