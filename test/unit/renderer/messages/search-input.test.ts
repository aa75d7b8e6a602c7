import { describe, expect, it } from 'vitest'
import {
  readOffset,
  readPartitions,
  readSpan,
  readTime,
} from '../../../../src-renderer/features/messages/search-input.ts'

const now = Date.parse('2026-11-25T14:07:31.000Z')
const utc = { now, zone: 'utc' } as const

describe('partitions', () => {
  it('are numbers and ranges, in order and once', () => {
    expect(readPartitions('5-7, 2 6;0')).toEqual({ value: [0, 2, 5, 6, 7] })
  })
  it('are all of them where nothing is said', () => {
    expect([readPartitions(' '), readPartitions('All')]).toEqual([{ value: null }, { value: null }])
  })
  it('that are none are named', () => {
    expect(readPartitions('1, two')).toEqual({
      problem: '“two” is no partition: write numbers such as 0, 2, 5-9',
    })
    expect(readPartitions('9-5')).toHaveProperty('problem')
    expect(readPartitions('0-2000000000')).toEqual({ problem: 'More than 100000 partitions' })
  })
})

describe('an offset', () => {
  it('may carry separators, and keeps all of its digits', () => {
    expect(readOffset('9,223,372,036,854,775,807')).toEqual({ value: '9223372036854775807' })
    expect(readOffset('007')).toEqual({ value: '7' })
  })
  it('is refused where it is none', () => {
    expect([readOffset(''), readOffset('-4')]).toEqual([
      { problem: 'An offset is needed' },
      { problem: '“-4” is no offset' },
    ])
  })
})

describe('a span', () => {
  it.each([
    ['5 min', 300_000],
    ['2h 30m', 9_000_000],
    ['1.5 s ago', 1500],
    ['1 d', 86_400_000],
  ])('%s', (text, ms) => {
    expect(readSpan(text)).toEqual({ value: ms })
  })
  it.each(['', '5', 'five minutes', '5 parsecs'])('“%s” is none', (text) => {
    expect(readSpan(text)).toHaveProperty('problem')
  })
})

describe('a time', () => {
  it.each([
    ['2026-11-23 14:07:31', '2026-11-23T14:07:31.000Z'],
    ['14:02', '2026-11-25T14:02:00.000Z'],
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T14:07:31.5+02:00', '2026-11-23T12:07:31.500Z'],
    ['14:07:31 +0200', '2026-11-25T12:07:31.000Z'],
    ['1760000090438', '2025-10-09T08:54:50.438Z'],
  ])('%s in UTC', (text, iso) => {
    expect(readTime(text, utc)).toEqual({ value: Date.parse(iso) })
  })
  it('without a zone is of the clock that the person reads', () => {
    const local = new Date(2026, 10, 23, 14, 7, 31).getTime()
    expect(readTime('2026-11-23 14:07:31', { now, zone: 'local' })).toEqual({ value: local })
  })
  it.each(['', 'noon', '2026-13-40 10:00', '25:99', '2026-11-23 14:07 tomorrow'])('“%s” is none', (text) => {
    expect(readTime(text, utc)).toHaveProperty('problem')
  })
})
