import { describe, expect, it } from 'vitest'
import { OriginalPace, SteadyPace } from '../../../../src-main/engine/ingest/pace.ts'

/** Records per second over `count` records, by a reader that takes all it may and sleeps as long as it is told. */
function pacedRate(rate: number, count: number): number {
  const pace = new SteadyPace(rate, 0)
  let nowMs = 0
  let taken = 0
  while (taken < count) {
    const portion = pace.take(count - taken, nowMs)
    taken += portion
    if (portion === 0) nowMs += Math.max(5, pace.waitMs())
  }
  return (taken * 1000) / nowMs
}

describe('a steady pace', () => {
  it.each([0.1, 1, 3, 10, 2000, 300_000])('of %d records per second is kept', (rate) => {
    const paced = pacedRate(rate, Math.ceil(rate * 50))
    expect(paced).toBeGreaterThan(rate * 0.97)
    expect(paced).toBeLessThanOrEqual(rate)
  })

  it('does not make up for a long stall at once', () => {
    const pace = new SteadyPace(1000, 0)
    expect(pace.take(1e9, 60_000)).toBe(250)
  })
})

describe('the original pace', () => {
  it('keeps distances divided by the factor, and lets late, timeless and future records go at once', () => {
    const pace = new OriginalPace(10)
    const now = 2_000_000
    expect(pace.waitMs(Number.NaN, now)).toBe(0)
    expect(pace.waitMs(now + 60_001, now)).toBe(0)
    expect(pace.hasBegun).toBe(false)
    expect(pace.waitMs(1_000_000, now)).toBe(0)
    expect(pace.waitMs(1_002_000, now)).toBe(200)
    expect(pace.waitMs(999_000, now)).toBe(0)
    expect(pace.waitMs(now + 60_001, now)).toBe(0)
    expect(pace.waitMs(1_002_000, now + 150)).toBe(50)
    expect(pace.hasBegun).toBe(true)
  })

  it('begins anew with each pass, and stands still in a pause', () => {
    const pace = new OriginalPace(1)
    pace.waitMs(0, 0)
    pace.shift(500)
    expect(pace.waitMs(100, 0)).toBe(600)
    pace.restart()
    expect(pace.waitMs(100, 0)).toBe(0)
  })
})
