import { describe, expect, it } from 'vitest'
import type { LiveStep } from '#contract/live.ts'
import { filteredOf } from '../../../../src-renderer/features/overview/filtered.ts'
import {
  deadLetterWords,
  filteredWords,
  latencyWords,
  storeWords,
  throughputWords,
} from '../../../../src-renderer/features/overview/metric-words.ts'
import { peakOf } from '../../../../src-renderer/features/overview/overview-state.svelte.ts'
import { FakeEngine } from '../fake-engine.ts'

function step(table: string, name: string, rowsIn: number, filtered: number | null): LiveStep {
  const figures = { failed: 0, ms: 0, rowsInPerSecond: 0, rowsOutPerSecond: 0, failedPerSecond: 0 }
  return { table, step: name, rowsIn, rowsOut: rowsIn - (filtered ?? 0), filtered, ...figures }
}
const empty = new FakeEngine({ scenario: 'empty' }).snapshot()
const busy = new FakeEngine({ scenario: 'busy' }).snapshot()

describe('how much is filtered', () => {
  it('is a share of what entered the tables', () => {
    const steps = [step('a', 'one', 100, 0), step('a', 'two', 100, 30), step('b', 'one', 100, 10)]
    expect(filteredOf(steps)).toEqual({ share: 0.2, most: steps[1] })
    expect(filteredWords(filteredOf(steps))).toBe('two: 30 of 100 rows')
  })

  it('leaves out steps that group rows', () => {
    expect(filteredOf([step('a', 'grouped', 100, null)])).toEqual({ share: null, most: null })
  })

  it('tells apart none yet and none filtered', () => {
    expect(filteredWords(filteredOf([]))).toBe('no rows yet')
    expect(filteredWords(filteredOf([step('a', 'one', 100, 0)]))).toBe('no rows filtered out')
  })
})

describe('the peak', () => {
  it('is the highest sum over all lines at one moment', () => {
    const line = (values: (number | null)[]): { name: string; unit: string; values: (number | null)[] } => ({
      name: '',
      unit: '',
      values,
    })
    const at = [10, 20, 30]
    expect(peakOf({ bucketMs: 10, at, lines: [line([1, 5, 9]), line([1, 7, null])] })).toEqual({
      value: 12,
      at: 20,
    })
    expect(peakOf({ bucketMs: 10, at, lines: [line([null, null, null])] })).toBeNull()
  })
})

describe('the words under the figures', () => {
  it('claim nothing before there is a record', () => {
    expect([
      throughputWords(empty, null),
      latencyWords(empty),
      deadLetterWords(empty),
      storeWords(empty),
    ]).toEqual(['0 B/s', 'no record in the last 10 s', 'no records yet', '0 rows · 0 batches'])
  })

  it('give the context of the figures', () => {
    expect(throughputWords(busy, { value: 31_200, at: '14:04:12' })).toMatch(
      /^[\d.]+ MB\/s · peak 31.2k at 14:04:12$/,
    )
    expect(latencyWords(busy)).toMatch(/^p50 \d+ ms · max \d+ ms in 10 s$/)
    expect(deadLetterWords(busy)).toMatch(/^0.2 % · [\d.]+k last minute ·$/)
    const clean = { ...busy, deadLetters: { total: 0, kept: 0, lastMinute: 0 } }
    expect(deadLetterWords(clean)).toBe('every record decoded and landed')
    expect(deadLetterWords({ ...clean, tables: [] })).toBe('every record decoded; no table takes them')
    expect(storeWords({ ...busy, store: { ...busy.store, rows: 1, batches: 1 } })).toBe('1 row · 1 batch')
  })
})
