import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ZoneTime } from '../../../../src-main/engine/rollups/zone-time.ts'
import { RollupBench } from './rollup-bench.ts'

const hour = 3_600_000
const day = 24 * hour
const at = (text: string): number => Date.parse(text)
const iso = (ms: number): string => new Date(ms).toISOString()

describe('windows in a zone with daylight saving', () => {
  const zurich = new ZoneTime('Europe/Zurich')

  test('days begin at local midnight and have 23, 24 or 25 hours', () => {
    const starts = ['2026-03-28T12:00Z', '2026-03-29T12:00Z', '2026-10-25T12:00Z', '2026-10-26T12:00Z'].map(
      (text) => iso(zurich.windowStart(at(text), day)),
    )
    expect(starts).toEqual([
      '2026-03-27T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ])
    expect(iso(zurich.shift(at('2026-03-28T23:00Z'), 1, day))).toBe('2026-03-29T22:00:00.000Z')
    expect(iso(zurich.shift(at('2026-10-24T22:00Z'), 1, day))).toBe('2026-10-25T23:00:00.000Z')
    expect(iso(zurich.shift(at('2026-10-25T23:00Z'), -1, day))).toBe('2026-10-24T22:00:00.000Z')
  })

  test('the hour that comes twice has a window each time; windows of six hours begin at local times', () => {
    const hours = ['2026-10-25T00:30Z', '2026-10-25T01:30Z'].map((text) =>
      iso(zurich.windowStart(at(text), hour)),
    )
    expect(hours).toEqual(['2026-10-25T00:00:00.000Z', '2026-10-25T01:00:00.000Z'])
    expect(iso(zurich.windowStart(at('2026-10-25T01:30Z'), 6 * hour))).toBe('2026-10-24T22:00:00.000Z')
    expect(iso(zurich.windowStart(at('2026-10-25T05:30Z'), 6 * hour))).toBe('2026-10-25T05:00:00.000Z')
  })

  test('where midnight does not exist, the day begins when the clock goes on', () => {
    const beirut = new ZoneTime('Asia/Beirut')
    // 2022-03-27 00:00 became 01:00 local (+03:00).
    expect(iso(beirut.windowStart(at('2022-03-27T10:00Z'), day))).toBe('2022-03-26T22:00:00.000Z')
  })

  test('weeks begin on Mondays', () => {
    expect(iso(new ZoneTime('UTC').windowStart(at('2026-11-25T10:00Z'), 7 * day))).toBe(
      '2026-11-23T00:00:00.000Z',
    )
  })

  test.each(['Europe/Zurich', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'])(
    'every instant of %s is in the window that begins before it, and before the next one begins',
    (name) => {
      const zone = new ZoneTime(name)
      const instants = fc.integer({ min: at('2005-01-01T00:00Z'), max: at('2030-01-01T00:00Z') })
      fc.assert(
        fc.property(instants, fc.constantFrom(6 * hour, 12 * hour, day, 7 * day), (ms, every) => {
          const start = zone.windowStart(ms, every)
          expect(start).toBeLessThanOrEqual(ms)
          expect(zone.windowStart(start, every)).toBe(start)
          const end = zone.shift(start, 1, every)
          if (end > start) expect(end).toBeGreaterThan(ms)
        }),
        { numRuns: 200 },
      )
    },
  )
})

test('a rollup by local days holds what each day held, with its end', () => {
  const bench = new RollupBench(
    'r: { from: t, window: { every: 1d, on: at, zone: Europe/Zurich }, measures: { n: count(*) } }',
  )
  const row = (text: string) => ({ at: at(text), city: null, amount: 1, weight: null })
  bench.land([
    row('2026-10-24T21:59Z'),
    row('2026-10-24T22:00Z'),
    row('2026-10-25T22:59Z'),
    row('2026-10-25T23:00Z'),
  ])
  expect(bench.rows('SELECT window_start, window_end, n FROM r')).toEqual([
    [at('2026-10-23T22:00Z'), at('2026-10-24T22:00Z'), 1],
    [at('2026-10-24T22:00Z'), at('2026-10-25T23:00Z'), 2],
    [at('2026-10-25T23:00Z'), at('2026-10-26T23:00Z'), 1],
  ])
})
