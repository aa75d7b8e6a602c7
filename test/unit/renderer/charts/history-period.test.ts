import { describe, expect, it } from 'vitest'
import { HistoryPeriod, bucketFor } from '../../../../src-renderer/charts/history-period.svelte.ts'
import { spanAt } from '../../../../src-renderer/charts/zoom-span.ts'

const now = 1_800_000_000_500

describe('the part of a history that is shown', () => {
  it.each([
    ['live' as const, 60_000, 1000],
    ['5m' as const, 300_000, 1000],
    ['1h' as const, 3_600_000, 10_000],
  ])('%s is %d ms in buckets of %d ms, whole ones only', (name, spanMs, bucketMs) => {
    const period = new HistoryPeriod()
    period.name = name
    const range = period.request(now)
    expect(range).toEqual({
      fromMs: range.toMs - spanMs,
      toMs: Math.floor(now / bucketMs) * bucketMs,
      bucketMs,
    })
  })

  it('is a month at first where all is asked for, then only as long as there is history', () => {
    const period = new HistoryPeriod()
    period.name = 'all'
    expect(period.request(now).toMs - period.request(now).fromMs).toBe(30 * 86_400_000)
    const first = now - 7_200_000
    period.learn({
      bucketMs: 1000,
      at: [first - 1000, first],
      lines: [{ name: 'a', unit: '', values: [null, 4] }],
    })
    const range = period.request(now)
    expect(range.bucketMs).toBe(30_000)
    expect(range.toMs - range.fromMs).toBeGreaterThanOrEqual(7_200_000 - 30_000)
    expect(range.toMs - range.fromMs).toBeLessThanOrEqual(7_200_000 + 30_000)
    period.forget()
    expect(period.request(now).bucketMs).toBe(7_200_000)
  })

  it('can be a span that was marked, and goes back', () => {
    const period = new HistoryPeriod()
    period.zoomTo(now - 200_000, now - 100_000)
    expect(period.request(now)).toEqual({
      fromMs: 1_799_999_800_000,
      toMs: 1_799_999_900_000,
      bucketMs: 1000,
    })
    expect([period.isZoomed, period.words]).toEqual([true, 'zoomed'])
    period.reset()
    expect(period.request(now).toMs).toBe(1_800_000_000_000)
  })

  it('is never so short that nothing is in it', () => {
    const period = new HistoryPeriod()
    period.zoomTo(now - 1000, now - 999)
    const { fromMs, toMs } = period.request(now)
    expect(toMs - fromMs).toBe(10_000)
  })

  it('moves by half of itself, and never beyond now', () => {
    const period = new HistoryPeriod()
    period.name = 'live'
    period.pan(-1, now)
    expect(period.request(now).toMs).toBe(1_799_999_970_000)
    period.pan(1, now)
    period.pan(1, now)
    expect(period.request(now).toMs).toBe(1_800_000_000_000)
  })

  it('grows and shrinks, and never beyond now', () => {
    const period = new HistoryPeriod()
    period.name = 'live'
    period.scale(2, now)
    const { fromMs, toMs } = period.request(now)
    expect([toMs - fromMs, toMs]).toEqual([120_000, 1_800_000_000_000])
    period.scale(0.5, now)
    const closer = period.request(now)
    expect(closer.toMs - closer.fromMs).toBe(60_000)
  })

  it('has few enough points to tell them apart', () => {
    for (const spanMs of [10_000, 3_600_000, 86_400_000, 30 * 86_400_000])
      expect(spanMs / bucketFor(spanMs)).toBeLessThanOrEqual(360)
  })
})

describe('a marked span', () => {
  const edges = { fromMs: 1000, toMs: 2000 }

  it('is that under the pointer, whichever way it was dragged', () => {
    expect(spanAt([52, 152], 180, edges)).toEqual([1000, 2000])
    expect(spanAt([152, 102], 180, edges)).toEqual([1500, 2000])
  })
})
