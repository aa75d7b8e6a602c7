import { describe, expect, it } from 'vitest'
import type { DeadLetterGroup } from '#contract/dead-letters.ts'
import {
  choiceFrom,
  choiceOf,
  choiceParams,
  findChosen,
  groupKey,
  inKnownOrder,
  lettersSql,
  placeWords,
} from '../../../../src-renderer/features/dead-letters/letter-groups.ts'

function group(change: Partial<DeadLetterGroup>): DeadLetterGroup {
  return {
    source: 'flights',
    table: '',
    step: 'decode',
    column: '',
    reason: 'the record is no JSON: unexpected end',
    count: 3,
    firstAt: 1,
    lastAt: 2,
    ...change,
  }
}

describe('a chosen group', () => {
  it('is found again although its newest reason is another one', () => {
    const json = group({ reason: 'the record is no JSON: unexpected "}"' })
    const large = group({ reason: 'the record has 51 MB, more than 32 MB', firstAt: 5 })
    const chosen = choiceOf(group({}))
    expect(findChosen([large, json], chosen)).toBe(json)
    expect(findChosen([large, group({ step: 'late' })], { ...chosen, step: 'gone' })).toBeNull()
  })

  it('stands in the address and comes back from it', () => {
    const choice = choiceOf(group({ table: 'late', step: 'priced', column: 'a&b=c' }))
    expect(choiceFrom(choiceParams(choice))).toEqual(choice)
    expect([choiceParams(null), choiceFrom({})]).toEqual([{}, null])
  })

  it('keeps its key over refreshes', () => {
    expect(groupKey(group({ count: 9, lastAt: 77, reason: 'other' }))).toBe(groupKey(group({})))
    expect(groupKey(group({ firstAt: 2 }))).not.toBe(groupKey(group({})))
  })
})

describe('the list of groups', () => {
  const named = (column: string, count: number): DeadLetterGroup => group({ column, count })
  const columns = (groups: readonly DeadLetterGroup[]): string[] => groups.map(({ column }) => column)

  it('keeps its order while counts change places, and takes new groups at its end', () => {
    const first = inKnownOrder([named('a', 9), named('b', 8)], [])
    const second = inKnownOrder([named('c', 30), named('b', 20), named('a', 10)], first)
    expect([columns(first), columns(second)]).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ])
    expect(second.map(({ count }) => count)).toEqual([10, 20, 30])
  })
})

describe('words and statements', () => {
  it('name the table with its step, and decode alone', () => {
    expect([placeWords(group({})), placeWords({ table: 'late', step: 'priced' })]).toEqual([
      'decode',
      'late · priced',
    ])
  })

  it('quote what goes into SQL', () => {
    expect(lettersSql(choiceOf(group({ column: "o'clock" })))).toContain("column_name = 'o''clock'")
    expect(lettersSql(null)).not.toContain('WHERE')
  })
})
