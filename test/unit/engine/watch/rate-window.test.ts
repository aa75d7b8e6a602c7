import { describe, expect, it } from 'vitest'
import type { FeedFigures } from '../../../../src-main/engine/watch/feed-input.ts'
import { RateWindow } from '../../../../src-main/engine/watch/rate-window.ts'

function figures(at: number, landed: number): FeedFigures {
  const changed = { updated: 0, deleted: 0, stale: 0, duplicates: 0, evicted: 0 }
  const times = { oldestAt: null, newestAt: null }
  const table = { name: 't', source: 's', rows: landed, landed, ...changed, bytes: 0, ...times }
  return {
    at,
    state: 'running',
    reason: '',
    topics: [],
    positions: [],
    gaps: [],
    steps: [],
    tables: [table],
    lookups: [],
    rollups: [],
    backfills: [],
    eventTimes: [],
    latency: { p50: null, p99: null, max: null },
    dead: { total: 0, kept: 0 },
    bytes: 0,
    ...{ usedBytes: 0, walBytes: 0 },
    batches: 0,
    events: [],
  }
}

describe('RateWindow', () => {
  it('gives growth per second over the last ten seconds only', () => {
    const window = new RateWindow()
    for (let at = 0; at <= 30_000; at += 250)
      window.add(figures(at, at < 20_000 ? at * 10 : 200_000 + (at - 20_000)))
    expect(window.perSecond('table t')).toBe(1000)
  })

  it('is zero before there is something to compare', () => {
    const window = new RateWindow()
    expect(window.perSecond('table t')).toBe(0)
    window.add(figures(0, 500))
    expect(window.perSecond('table t')).toBe(0)
  })

  it('keeps one point a second for a minute, and a gap where nothing was measured', () => {
    const window = new RateWindow()
    for (let second = 0; second < 70; second++) window.add(figures(second * 1000, second * 5))
    expect(window.spark('table t')).toEqual(Array<number>(60).fill(5))
    window.add(figures(80_000, 1000))
    expect(window.spark('table t').at(-1)).toBeNull()
    expect(window.perSecond('table t')).toBe(0)
  })
})
