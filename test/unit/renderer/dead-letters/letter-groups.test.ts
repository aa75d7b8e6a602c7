import { describe, expect, it } from 'vitest'
import type { DeadLetterGroup } from '#contract/dead-letters.ts'
import {
  choiceFrom,
  choiceOf,
  choiceParams,
  findChosen,
  groupKey,
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
