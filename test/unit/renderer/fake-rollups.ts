/** Rollups and event time of the fake engine: one of each state that a rollup can be in. */
import type { LiveRollup, LiveSource } from '#contract/live.ts'
import type { WorkspaceView } from '#contract/workspace.ts'

type RollupView = WorkspaceView['rollups'][number]

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const measures: RollupView['measures'] = [
  { name: 'flights', sql: 'count(*)', errorBound: null },
  { name: 'delay', sql: 'avg(delay) filter (where delay > 0)', errorBound: null },
  {
    name: 'routes',
    sql: "approx_count_distinct(origin || '-' || destination)",
    errorBound: '1.6 % (standard error), exact up to 256 values',
  },
]

/** Up to date, made of that one, far behind, and out of use. */
export const fakeRollups: readonly RollupView[] = [
  {
    name: 'delays_by_hour',
    from: 'late_flights',
    window: { everyMs: hourMs, overMs: null, on: 'at', zone: 'Europe/Zurich' },
    by: ['origin', 'severity'],
    measures,
    retainAgeMs: 90 * dayMs,
  },
  {
    name: 'delays_by_day',
    from: 'delays_by_hour',
    window: { everyMs: dayMs, overMs: null, on: 'window_start', zone: 'Europe/Zurich' },
    by: [],
    measures: [{ name: 'flights', sql: 'flights', errorBound: null }],
    retainAgeMs: null,
  },
  {
    name: 'busiest_routes',
    from: 'flights',
    window: { everyMs: 300_000, overMs: hourMs, on: 'at', zone: null },
    by: ['origin', 'destination'],
    measures: [{ name: 'flights', sql: 'count(*)', errorBound: null }],
    retainAgeMs: null,
  },
  {
    name: 'airport_totals',
    from: 'flights',
    window: null,
    by: ['origin'],
    measures: [{ name: 'miles', sql: 'sum(distance)', errorBound: null }],
    retainAgeMs: null,
  },
]

interface Flow {
  now: number
  rows: number
  rowsPerSecond: number
  spark: LiveRollup['spark']
}

/** What each rollup says of itself now; 0 of everything before the first row. */
export function fakeLiveRollup({ name, from }: RollupView, flow: Flow): LiveRollup {
  const { now, rows, rowsPerSecond, spark } = flow
  const isEmpty = rows === 0
  const calm = { behind: 0, untimed: 0, missed: 0, evicted: 0, problem: '' }
  const windows = {
    oldestAt: isEmpty ? null : Math.floor((now - 80 * dayMs) / hourMs) * hourMs,
    newestAt: isEmpty ? null : Math.floor(now / hourMs) * hourMs,
  }
  const base = { name, from, rows, groups: isEmpty ? 0 : 18_204, rowsPerSecond, spark, ...calm, ...windows }
  switch (name) {
    case 'delays_by_hour':
      return { ...base, untimed: isEmpty ? 0 : 12, missed: isEmpty ? 0 : 3, evicted: isEmpty ? 0 : 410 }
    case 'busiest_routes':
      return { ...base, behind: isEmpty ? 0 : 12_000 }
    case 'airport_totals':
      return {
        ...base,
        ...{ oldestAt: null, newestAt: null, rowsPerSecond: 0, spark: [] },
        problem: 'integer overflow in sum(distance)',
      }
    default:
      return base
  }
}

/** Event time of a source with a watermark: some records late, a few too late. */
export function fakeEventTime(now: number, records: number): LiveSource['eventTime'] {
  return records === 0
    ? { newestAt: null, watermarkAt: null, late: 0, tooLate: 0, ahead: 0 }
    : { newestAt: now - 400, watermarkAt: now - 60_400, late: 1204, tooLate: 41, ahead: 2 }
}
