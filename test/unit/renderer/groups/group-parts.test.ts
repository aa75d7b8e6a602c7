import { describe, expect, it } from 'vitest'
import type { GroupPartition, GroupRow } from '#contract/groups.ts'
import {
  assignmentWords,
  partitionRanges,
} from '../../../../src-renderer/features/groups/assignment-words.ts'
import { groupFigures } from '../../../../src-renderer/features/groups/group-figures.ts'
import { filterOf, paramsOf } from '../../../../src-renderer/features/groups/group-filter.ts'
import { sortedPartitions } from '../../../../src-renderer/features/groups/group-partition-rows.ts'
import {
  kindWords,
  lagTimeWords,
  outlookWords,
  topicsWords,
  trendTone,
} from '../../../../src-renderer/features/groups/group-words.ts'
import { lagLines } from '../../../../src-renderer/features/groups/lag-lines.ts'
import { groupState } from '../../../../src-renderer/ui/group-state.ts'
import { FakeClusters } from '../fake-clusters.ts'

const clusters = new FakeClusters('small', () => 1_800_000_000_000)
const base: GroupRow = clusters.group('order-fulfilment').group
const group = (change: Partial<GroupRow>): GroupRow => ({ ...base, ...change })

describe('the words of a group', () => {
  it.each([
    [{ lag: null }, '–'],
    [{ lag: 0, trend: 0, timeToClearMs: null }, 'nothing left to read'],
    [{ lag: 9, trend: -3, timeToClearMs: 3000 }, 'clear in 3 s'],
    [{ lag: 9, trend: -0.01, timeToClearMs: 7_500_000 }, 'clear in 2 h 5 min'],
    [{ lag: 9, trend: 1240, timeToClearMs: null }, 'grows by 1.2k/s'],
    [{ lag: 9, trend: 0, timeToClearMs: null }, 'does not shrink'],
    [{ lag: 9, trend: null, timeToClearMs: null }, 'not known yet'],
  ])('of its outlook with %j are %s', (change, expected) => {
    expect(outlookWords(group(change))).toBe(expected)
  })

  it.each([
    [null, '–'],
    [0, 'none'],
    [84, '84 ms'],
    [59_000, '59 s'],
    [7_500_000, '2 h 5 min'],
  ])('of a lag of %s ms are %s', (lagMs, expected) => {
    expect(lagTimeWords(lagMs)).toBe(expected)
  })

  it('warn where it falls behind, and only there', () => {
    const tones = [
      { lag: 5, trend: 2 },
      { lag: 5, trend: -2 },
      { lag: 0, trend: 2 },
      { lag: 5, trend: null },
    ].map((change) => trendTone(group(change)))
    expect(tones).toEqual(['warn', 'neutral', 'neutral', 'neutral'])
  })

  it('colour states that mean something, and leave those alone that are not known', () => {
    const tones = ['Stable', 'Empty', 'PreparingRebalance', 'Reconciling', 'Dead', 'Sleeping'].map(
      (state) => groupState(state).tone,
    )
    expect(tones).toEqual(['ok', 'neutral', 'warn', 'warn', 'error', 'neutral'])
  })

  it('name the protocol and the topics', () => {
    expect([kindWords('classic'), kindWords('consumer'), kindWords('share')]).toEqual([
      'classic',
      'new protocol',
      'share',
    ])
    expect([topicsWords([]), topicsWords(['a']), topicsWords(['a', 'b', 'c'])]).toEqual([
      'no commits',
      'a',
      'a and 2 more',
    ])
  })

  it('join neighbouring partitions of a member', () => {
    expect([partitionRanges([]), partitionRanges([7, 0, 2, 1, 9, 10])]).toEqual(['', '0-2, 7, 9-10'])
    expect(
      assignmentWords([
        { topic: 'orders', partitions: [0, 1] },
        { topic: 'none', partitions: [] },
        { topic: 'payments', partitions: [4] },
      ]),
    ).toBe('orders 0-1 · payments 4')
  })

  it('sum up what it reads', () => {
    const figures = groupFigures(clusters.group('connect-s3-sink-orders'))
    expect(figures.find(({ name }) => name === 'Reads')).toEqual({
      name: 'Reads',
      value: '22 partitions',
      note: 'of 3 topics',
    })
  })
})

describe('the filter of groups', () => {
  it('stands in the address and is read back', () => {
    const filter = { search: 'ord', sort: 'lag', descending: true } as const
    expect(filterOf(paramsOf(filter))).toEqual(filter)
    expect(paramsOf(filterOf({ sort: 'colour' }))).toEqual({})
  })
})

describe('partitions of a group in order', () => {
  const partition = (topic: string, number: number, lag: number | null): GroupPartition => ({
    topic,
    partition: number,
    committed: null,
    earliest: null,
    latest: null,
    lag,
    lagMs: lag,
    member: '',
    note: '',
  })
  const rows = [partition('b', 0, 5), partition('a', 10, null), partition('a', 2, 5), partition('c', 0, 9)]
  const named = (sort: 'topic' | 'lag', descending: boolean): string[] =>
    sortedPartitions(rows, { sort, descending }).map((row) => `${row.topic}${String(row.partition)}`)

  it('have the worst first, and what is not known last in either direction', () => {
    expect(named('lag', true)).toEqual(['c0', 'a2', 'b0', 'a10'])
    expect(named('lag', false)).toEqual(['a2', 'b0', 'c0', 'a10'])
    expect(named('topic', false)).toEqual(['a2', 'a10', 'b0', 'c0'])
  })
})

describe('the lines of the lag', () => {
  const series = {
    bucketMs: 1000,
    at: [0],
    lines: [
      { name: 'lag', unit: 'records', values: [4] },
      { name: 'lag in time', unit: 'ms', values: [70] },
    ],
  }
  it('are those of one unit, with a colour of its own', () => {
    expect(lagLines(series, 'records')).toEqual([{ name: 'lag', values: [4], color: 0 }])
    expect(lagLines(series, 'ms')).toEqual([{ name: 'lag in time', values: [70], color: 1 }])
  })
})
