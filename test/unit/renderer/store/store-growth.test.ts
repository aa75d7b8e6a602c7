import { describe, expect, it } from 'vitest'
import { boundOf, growthWords } from '../../../../src-renderer/features/store/growth-words.ts'
import { StoreGrowth } from '../../../../src-renderer/state/store-growth.svelte.ts'

const MB = 1_000_000

/** Figures every 250 ms for some seconds. */
function grown(seconds: number, bytesAt: (second: number) => number, epoch = 'a'): StoreGrowth {
  const growth = new StoreGrowth()
  for (let ms = 0; ms <= seconds * 1000; ms += 250)
    growth.note({ at: 1000 + ms, epoch, store: { usedBytes: bytesAt(ms / 1000), bytes: MB } })
  return growth
}

describe('the growth of the store', () => {
  it('is not known before a minute has been seen', () => {
    expect(grown(55, (second) => second * MB).bytesPerSecond).toBeNull()
    expect(grown(60, (second) => second * MB).bytesPerSecond).toBeCloseTo(MB)
  })

  it('is that of the last ten minutes, in samples of five seconds', () => {
    const growth = grown(1800, (second) => (second < 1200 ? 0 : (second - 1200) * MB))
    expect(growth.samples.length).toBeLessThanOrEqual(121)
    expect(growth.bytesPerSecond).toBeGreaterThan(0.99 * MB)
  })

  it('is not decided by one step of eviction', () => {
    const rate = grown(600, (second) => second * MB - (second > 590 ? 200 * MB : 0)).bytesPerSecond
    expect(rate).toBeGreaterThan(0.9 * MB)
  })

  it('does not begin at nothing while the engine starts and has not looked at its store', () => {
    const growth = new StoreGrowth()
    growth.note({ at: 1000, epoch: 'a', store: { usedBytes: 0, bytes: 0 } })
    for (let at = 2000; at <= 72_000; at += 1000)
      growth.note({ at, epoch: 'a', store: { usedBytes: 500 * MB, bytes: 500 * MB } })
    expect(growth.samples[0]).toEqual({ at: 2000, usedBytes: 500 * MB })
    expect(growth.bytesPerSecond).toBeCloseTo(0)
  })

  it('begins anew with another start of the engine', () => {
    const growth = grown(120, (second) => second * MB)
    growth.note({ at: 200_000, epoch: 'b', store: { usedBytes: 5, bytes: 7 } })
    expect(growth.samples).toEqual([{ at: 200_000, usedBytes: 5 }])
    expect(growth.bytesPerSecond).toBeNull()
  })
})

describe('the growth of before the page was opened', () => {
  const opened = 2_000_000
  /** A history by seconds, of which some are missing, up to a little after the page was opened. */
  const history = (isMissing: (at: number) => boolean) => {
    const at = Array.from({ length: 1500 }, (_, index) => opened + (index - 1490) * 1000)
    const values = at.map((time) => (isMissing(time) ? null : 1000 * MB + ((time - opened) * MB) / 1000))
    return { at, lines: [{ name: 'used', unit: 'bytes', values }] }
  }
  const seen = (isMissing: (at: number) => boolean): StoreGrowth => {
    const growth = new StoreGrowth()
    growth.note({ at: opened, epoch: 'a', store: { usedBytes: 1000 * MB, bytes: 1000 * MB } })
    // It is asked for again and again.
    for (let time = 0; time < 3; time++) growth.recall(history(isMissing))
    return growth
  }

  it('is known at once from the history, of ten minutes', () => {
    const growth = seen(() => false)
    expect(growth.bytesPerSecond).toBeCloseTo(MB)
    expect(growth.samples[0]?.at).toBe(opened - 595_000)
    expect(growth.samples.length).toBe(120)
  })

  it('is known as far as nothing is missing for long', () => {
    const growth = seen((at) => at > opened - 20_000 || (at < opened - 300_000 && at > opened - 340_000))
    expect(growth.samples[0]?.at).toBe(opened - 300_000)
    expect(growth.bytesPerSecond).toBeCloseTo(MB)
  })

  it('is not known where Penstock did not run just before', () => {
    expect(seen((at) => at > opened - 40_000).samples).toEqual([{ at: opened, usedBytes: 1000 * MB }])
    const growth = new StoreGrowth()
    growth.recall(history(() => false))
    expect(growth.samples).toEqual([])
  })
})

describe('where growth leads', () => {
  const store = { usedBytes: 1000 * MB, limitBytes: 4000 * MB, budgetBytes: null }
  const said = (change: Partial<typeof store> | { budgetBytes: number }, perSecond: number | null): string =>
    growthWords({ state: 'running', store: { ...store, ...change } }, perSecond).text

  it('is said for the bound that is met first', () => {
    expect(said({}, MB)).toBe('limit reached in 50 min at this rate')
    expect(said({ budgetBytes: 2000 * MB }, MB)).toBe('budget reached in 16 min at this rate')
  })

  it('warns of a limit within the hour, and not of a budget', () => {
    const tone = (change: object, perSecond: number): string =>
      growthWords({ state: 'running', store: { ...store, ...change } }, perSecond).tone
    expect(tone({}, MB)).toBe('warn')
    expect(tone({}, MB / 10)).toBe('neutral')
    expect(tone({ budgetBytes: 2000 * MB }, MB)).toBe('neutral')
    expect(tone({ usedBytes: 4000 * MB }, 0)).toBe('error')
  })

  it('is that the budget is reached, also where eviction keeps the store just below it', () => {
    const words = 'the budget is reached: the oldest rows go'
    expect(said({ budgetBytes: 1000 * MB }, MB)).toBe(words)
    expect(said({ budgetBytes: 1010 * MB }, MB)).toBe(words)
    expect(said({ budgetBytes: 1100 * MB }, MB)).toBe('budget reached in 1 min at this rate')
  })

  it('is that the limit is reached where the next batch finds no room', () => {
    const full = { ...store, usedBytes: 3996 * MB }
    const words = 'the limit is reached: ingest waits for room'
    expect(growthWords({ state: 'waiting', store: full }, null)).toEqual({ tone: 'error', text: words })
    expect(growthWords({ state: 'waiting', store }, null).text).toBe(
      'no projection while the engine is waiting',
    )
  })

  it('is not said where it cannot be', () => {
    expect(said({}, null)).toBe('known after a minute of figures')
    expect(said({}, 12)).toBe('not growing')
    expect(said({}, -MB)).toBe('not growing')
    expect(said({ limitBytes: 40_000 * MB }, 300)).toBe('limit not reached within a year at this rate')
    expect(growthWords({ state: 'running', store: { ...store, limitBytes: null } }, MB).text).toBe(
      'no limit is set',
    )
    expect(growthWords({ state: 'paused', store }, MB).text).toBe('no projection while the engine is paused')
  })

  it('is over where the bound is reached', () => {
    expect(said({ usedBytes: 4000 * MB }, 0)).toBe('the limit is reached: ingest waits for room')
    expect(said({ budgetBytes: 900 * MB }, 0)).toBe('the budget is reached: the oldest rows go')
  })

  it('goes by the bound that is met first', () => {
    expect(boundOf({ ...store, budgetBytes: 5000 * MB })).toEqual({
      ...{ bytes: 4000 * MB, name: 'limit', then: 'at the limit ingest waits' },
    })
    expect(boundOf({ ...store, limitBytes: null })).toBeNull()
  })
})
