/** The time axis that every series of one range shares, bounded in points. Pure but for {@link chooseAxis}. */
import type { Range, Series } from '#contract/statistics.ts'
import type { SqlValue } from '../../../columns/values.ts'
import type { RowSource } from './store-values.ts'
import { numberOrNull } from './store-values.ts'

/** Most points of a series. */
export const mostPoints = 600

const secondMs = 1000
/** The coarsest slice of sys_topics. */
const longestSliceMs = 60 * secondMs

/** Buckets from `fromMs`, a multiple of `bucketMs`, to before `toMs`. */
export interface TimeAxis {
  bucketMs: number
  fromMs: number
  toMs: number
  /** Start of each bucket. */
  at: number[]
}

/**
 * An axis of at most {@link mostPoints} buckets, which begin at multiples of their width.
 * @param sliceMs what was measured together: a bucket holds whole slices
 */
export function timeAxis(range: Range, sliceMs: number): TimeAxis {
  const toMs = Math.ceil(range.toMs)
  const spanMs = Math.max(0, toMs - range.fromMs)
  const widthMs = Math.max(range.bucketMs, spanMs / (mostPoints - 1))
  const bucketMs = Math.ceil(widthMs / sliceMs) * sliceMs
  const fromMs = Math.floor(range.fromMs / bucketMs) * bucketMs
  const count = spanMs === 0 ? 0 : Math.ceil((toMs - fromMs) / bucketMs)
  return {
    bucketMs,
    fromMs,
    toMs,
    at: Array.from({ length: count }, (_, index) => fromMs + index * bucketMs),
  }
}

/** Rows with `seconds` and `at` that are to be shown; the axis follows the widest of them. */
export interface SliceFilter {
  table: 'sys_topics' | 'sys_lag' | 'sys_store'
  /** Condition with one `?` for each of the parameters. */
  where: string
  parameters: readonly SqlValue[]
}

const ofSources: SliceFilter = { table: 'sys_topics', where: `source <> ''`, parameters: [] }

/** The axis of a range, whose buckets hold whole slices of what the store still has in it; of sources by default. */
export async function chooseAxis(
  store: RowSource,
  range: Range,
  { table, where, parameters }: SliceFilter = ofSources,
): Promise<TimeAxis> {
  const marginMs = range.bucketMs + longestSliceMs
  const [row] = await store.run(
    `SELECT max(seconds) FROM ${table} WHERE seconds IN (1, 10, 60) AND at >= ? AND at < ? AND ${where}`,
    [Math.floor(range.fromMs) - marginMs, Math.ceil(range.toMs), ...parameters],
  )
  return timeAxis(range, (numberOrNull(row?.[0]) ?? 1) * secondMs)
}

/** Values by bucket, from rows of bucket start and value; null where there is no row. */
export function onAxis(
  axis: TimeAxis,
  rows: readonly (readonly SqlValue[])[],
  column = 1,
): (number | null)[] {
  const byStart = new Map(rows.map((row) => [numberOrNull(row[0]), numberOrNull(row[column])]))
  return axis.at.map((start) => byStart.get(start) ?? null)
}

/** A series of lines whose values are the columns of rows after the bucket's start, in order. */
export function seriesOf(
  axis: TimeAxis,
  rows: readonly (readonly SqlValue[])[],
  lines: readonly { name: string; unit: string }[],
): Series {
  return {
    bucketMs: axis.bucketMs,
    at: axis.at,
    lines: lines.map((line, index) => ({ ...line, values: onAxis(axis, rows, index + 1) })),
  }
}
