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

describe('where the clock is set by less than a window, or not on a quarter of an hour', () => {
  const windows = (zone: ZoneTime, from: string, to: string, every: number): [string, string][] => {
    const found = new Map<number, number>()
    for (let ms = at(from); ms < at(to); ms += 30_000) {
      const start = zone.windowStart(ms, every)
      found.set(start, zone.shift(start, 1, every))
    }
    return [...found].map(([start, end]) => [iso(start).slice(8, 19), iso(end).slice(8, 19)])
  }

  test('hours follow each other without a gap where the clock goes by half an hour', () => {
    const zone = new ZoneTime('Australia/Lord_Howe')
    // 02:00 became 02:30 (+11:00), and 02:00 became 01:30 (+10:30).
    expect(windows(zone, '2025-10-04T14:30Z', '2025-10-04T17:00Z', hour)).toEqual([
      ['04T14:30:00', '04T15:30:00'],
      ['04T15:30:00', '04T16:00:00'],
      ['04T16:00:00', '04T17:00:00'],
    ])
    expect(windows(zone, '2026-04-04T14:00Z', '2026-04-04T16:30Z', hour)).toEqual([
      ['04T14:00:00', '04T15:00:00'],
      ['04T15:00:00', '04T15:30:00'],
      ['04T15:30:00', '04T16:30:00'],
    ])
  })

  test('changes count from their very minute', () => {
    const zone = new ZoneTime('America/St_Johns')
    // 2010-03-14 00:01 became 01:01 (-02:30).
    expect(windows(zone, '2010-03-14T02:30Z', '2010-03-14T05:30Z', hour)).toEqual([
      ['14T02:30:00', '14T03:30:00'],
      ['14T03:30:00', '14T03:31:00'],
      ['14T03:31:00', '14T04:30:00'],
      ['14T04:30:00', '14T05:30:00'],
    ])
    expect(iso(zone.windowStart(at('2010-11-07T02:40Z'), day))).toBe('2010-11-06T02:30:00.000Z')
  })

  test('windows back and forth are those that tumbling ones are, over any number of them', () => {
    for (const [name, from] of [
      ['Australia/Lord_Howe', '2026-04-04T10:00Z'],
      ['Australia/Lord_Howe', '2025-10-04T10:00Z'],
      ['America/St_Johns', '2010-03-13T23:00Z'],
      ['America/St_Johns', '2010-11-06T21:00Z'],
      ['Europe/Zurich', '2026-10-24T20:00Z'],
    ] as const) {
      const zone = new ZoneTime(name)
      const starts: number[] = []
      for (let ms = at(from); ms < at(from) + 12 * hour; ms += 30_000) {
        const start = zone.windowStart(ms, hour)
        if (starts.at(-1) !== start) starts.push(start)
      }
      starts.forEach((start, index) => {
        starts.forEach((other, place) => {
          expect(iso(zone.shift(start, place - index, hour))).toBe(iso(other))
        })
      })
    }
  })
})

describe('where the clock skips more than a window', () => {
  test('a window that would begin in between begins when the clock goes on', () => {
    // 2026-03-29 01:00 became 03:00 (+02:00); windows of two hours are counted from midnight.
    const troll = new ZoneTime('Antarctica/Troll')
    const starts = ['2026-03-29T00:59Z', '2026-03-29T01:00Z', '2026-03-29T01:59Z', '2026-03-29T02:00Z'].map(
      (text) => iso(troll.windowStart(at(text), 2 * hour)),
    )
    expect(starts).toEqual([
      '2026-03-29T00:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T02:00:00.000Z',
    ])
    expect(iso(troll.shift(at('2026-03-29T00:00Z'), 1, 2 * hour))).toBe('2026-03-29T01:00:00.000Z')
  })

  test.each([
    ['Pacific/Apia', '2011-12-27T00:00Z'],
    ['Antarctica/Casey', '2009-10-16T00:00Z'],
    ['Antarctica/Troll', '2026-03-27T00:00Z'],
    ['America/Toronto', '1919-03-29T00:00Z'],
  ])('windows of %s before one another are those that hold an instant', (name, from) => {
    const zone = new ZoneTime(name)
    for (const every of [2 * hour, 6 * hour, 8 * hour, day]) {
      const starts: number[] = []
      for (let ms = at(from); ms < at(from) + 5 * day; ms += 600_000) {
        const start = zone.windowStart(ms, every)
        expect(start).toBeLessThanOrEqual(ms)
        if (starts.at(-1) !== start) starts.push(start)
      }
      starts.slice(1).forEach((start, index) => {
        const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
        const before = steps.map((count) => zone.earlier(start, count, every)).find((found) => found !== null)
        expect(iso(before ?? Number.NaN)).toBe(iso(starts[index] ?? Number.NaN))
        expect(zone.shift(starts[index] ?? Number.NaN, 1, every)).toBeLessThanOrEqual(start)
      })
    }
  })

  test('a day that a zone left out does not count its neighbours twice in a sliding window', () => {
    const bench = new RollupBench(
      'r: { from: t, window: { every: 1d, over: 3d, on: at, zone: Pacific/Apia }, measures: { n: count(*) } }',
    )
    // There was no 30 December 2011 in Apia: the 31st began at 10:00 UTC of the 30th.
    const row = (text: string) => ({ at: at(text), city: null, amount: 1, weight: null })
    bench.land([row('2011-12-30T09:59Z'), row('2011-12-30T10:00Z')])
    const rows = bench.rows('SELECT window_start, window_end, n FROM r ORDER BY 1')
    expect(rows).toEqual([
      [at('2011-12-27T10:00Z'), at('2011-12-30T10:00Z'), 1],
      [at('2011-12-28T10:00Z'), at('2011-12-30T10:00Z'), 1],
      [at('2011-12-29T10:00Z'), at('2011-12-31T10:00Z'), 2],
      [at('2011-12-30T10:00Z'), at('2012-01-02T10:00Z'), 1],
    ])
  })
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
