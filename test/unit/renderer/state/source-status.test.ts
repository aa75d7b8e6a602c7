import { describe, expect, it } from 'vitest'
import type { LiveSnapshot, LiveSource } from '#contract/live.ts'
import { overallStatuses, sourceStatus } from '../../../../src-renderer/state/source-status.ts'
import { FakeEngine } from '../fake-engine.ts'

const base = new FakeEngine({ scenario: 'busy', now: () => 1_000_000 }).snapshot()
const [running] = base.sources
const source = (change: Partial<LiveSource>): LiveSource => {
  if (running === undefined) throw new Error('no source')
  return { ...running, lastRecordAt: base.at, ...change }
}
const words = (change: Partial<LiveSnapshot>): string[] =>
  overallStatuses({ ...base, ...change }).map(({ tone, word }) => `${tone} ${word}`)

describe('the state of a source', () => {
  it.each([
    [{}, 'neutral '],
    [{ lastRecordAt: null }, 'neutral '],
    [{ lastRecordAt: base.at - 9999 }, 'neutral '],
    [{ lastRecordAt: base.at - 14_000 }, 'warn stalled 14 s'],
    [{ lastRecordAt: base.at - 14_000, lag: { records: 0, ms: 0 } }, 'neutral '],
    [
      { lastRecordAt: base.at - 14_000, lag: { records: 3, ms: 14_000 }, recordsPerSecond: 0 },
      'warn stalled 14 s',
    ],
    [{ lastRecordAt: base.at - 14_000, lag: { records: 3, ms: 14_000 }, recordsPerSecond: 9 }, 'neutral '],
    [{ state: 'waiting' as const }, 'warn waiting'],
    [{ state: 'failed' as const }, 'error failed'],
    [{ state: 'ended' as const, lastRecordAt: base.at - 99_000 }, 'neutral ended'],
    [{ state: 'paused' as const, lastRecordAt: base.at - 99_000 }, 'neutral paused'],
  ])('%j is %s', (change, expected) => {
    const { tone, word } = sourceStatus(source(change), base.at)
    expect(`${tone} ${word}`).toBe(expected)
  })
})

describe('the state of everything', () => {
  const stalled = { lastRecordAt: base.at - 20_000 }
  it.each([
    ['one source', {}, ['ok running']],
    ['several sources', { sources: [source({}), source({ name: 'b' })] }, ['ok all running']],
    [
      'a stalled source',
      { sources: [source({}), source({ name: 'b', ...stalled })] },
      ['warn b stalled 20 s'],
    ],
    ['several stalled', { sources: [source(stalled), source(stalled)] }, ['warn 2 sources stand still']],
    [
      'paused, where sources stand still anyway',
      { state: 'paused' as const, sources: [source(stalled)] },
      ['warn paused'],
    ],
    [
      'a failed source and a full store',
      { state: 'waiting' as const, sources: [source({ state: 'failed' })] },
      ['error flights failed', 'warn waiting'],
    ],
    ['a failed engine', { state: 'failed' as const }, ['error failed']],
    ['starting', { state: 'starting' as const }, ['neutral starting']],
    ['every capture read', { sources: [source({ state: 'ended' })] }, ['neutral all read']],
  ])('%s', (_name, change, expected) => {
    expect(words(change)).toEqual(expected)
  })
})
