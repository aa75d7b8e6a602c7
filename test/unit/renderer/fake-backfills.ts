/** Backfills of the fake engine: a table that is being filled, and columns whose broker does not answer. */
import type { LiveBackfill } from '#contract/live.ts'

const total = 4_000_000
const perSecond = 2000

/** @param seconds since the engine started */
export function fakeBackfills(seconds: number): LiveBackfill[] {
  const records = Math.min(total, Math.floor(seconds * perSecond))
  const of = { source: 'flights', total }
  return [
    { ...of, table: 'late_flights', columns: [], records, rows: Math.floor(records * 0.22), problem: '' },
    {
      ...of,
      table: 'flights',
      columns: ['origin_city', 'destination_city'],
      records: 410_000,
      rows: 300_000,
      problem: 'kafka-1.internal:9093 does not answer',
    },
  ]
}
