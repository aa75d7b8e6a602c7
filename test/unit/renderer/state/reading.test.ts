import { describe, expect, it } from 'vitest'
import type { LiveSource } from '#contract/live.ts'
import { gapRecordsOf, gapsSql, lagOf } from '../../../../src-renderer/state/reading.ts'
import { FakeEngine } from '../fake-engine.ts'

const [base] = new FakeEngine({ scenario: 'kafka' }).snapshot().sources
const source = (change: Partial<LiveSource>): LiveSource => {
  if (base === undefined) throw new Error('no source')
  return { ...base, ...change }
}

describe('the lag of all sources', () => {
  it.each([
    ['none that reads a cluster', [source({ lag: null })], null],
    [
      'the sum of records and the greatest age',
      [
        source({ lag: { records: 3, ms: 40 } }),
        source({ lag: { records: 4, ms: 90 } }),
        source({ lag: null }),
      ],
      { records: 7, ms: 90 },
    ],
    ['an age that is not known', [source({ lag: { records: 3, ms: null } })], { records: 3, ms: null }],
  ])('is %s', (_name, sources, expected) => {
    expect(lagOf(sources)).toEqual(expected)
  })
})

describe('gaps', () => {
  it('are counted over all sources', () => {
    expect(gapRecordsOf([source({ gapRecords: 2 }), source({ gapRecords: 5 })])).toBe(7)
  })

  it('are asked for of one source, however it is named', () => {
    expect(gapsSql("o'hare")).toContain("WHERE source = 'o''hare'")
    expect(gapsSql()).not.toContain('WHERE')
  })
})
