import { describe, expect, it } from 'vitest'
import type { LiveBackfill } from '#contract/live.ts'
import { BackfillPace } from '../../../../src-renderer/state/backfill-pace.svelte.ts'
import {
  backfillStatus,
  filledShare,
  filledWords,
  fillingStatus,
  progressWords,
  rowsWords,
  shareWords,
  timeLeftWords,
} from '../../../../src-renderer/state/backfills.ts'

const filling: LiveBackfill = {
  table: 'late',
  source: 'orders',
  columns: [],
  records: 1200,
  total: 5000,
  rows: 300,
  problem: '',
}
const columns: LiveBackfill = { ...filling, columns: ['city', 'region'], records: 500 }
const silent = { ...columns, problem: 'b:9092 does not answer' }

describe('what is being filled', () => {
  it('is told with how far it is', () => {
    expect(backfillStatus(filling)).toEqual({
      tone: 'warn',
      word: 'filling 24 %',
      reason: 'Filling the table from the records that orders had read before: 1,200 of about 5,000 records.',
    })
    expect(filledWords({ columns: ['city'] })).toBe('column city')
    expect(filledWords(columns)).toBe('columns city, region')
    expect([rowsWords(filling), rowsWords(columns)]).toEqual(['300 rows', '300 rows filled in'])
  })

  it('is told with what it waits for', () => {
    expect(backfillStatus(silent)).toMatchObject({
      word: 'filling waits',
      reason: expect.stringMatching(
        /^Filling columns city, region from .*\nIt waits: b:9092 does not answer$/u,
      ),
    })
  })

  it('never claims to be whole, nor more records than there are', () => {
    expect([1, 4999, 5000, 6000].map((records) => filledShare({ records, total: 5000 }))).toEqual([
      0.0002, 0.99, 0.99, 0.99,
    ])
    expect(shareWords(0.999)).toBe('99 %')
    expect(progressWords({ records: 6000, total: 5000 })).toBe('6,000 of about 6,000 records')
  })

  it('has no share and no end where nobody knows how much there is', () => {
    const unknown = { ...filling, total: 0 }
    expect([filledShare(unknown), progressWords(unknown), timeLeftWords(unknown, 100)]).toEqual([
      null,
      '1,200 records',
      '',
    ])
    expect(backfillStatus(unknown).word).toBe('filling')
  })

  it('of one table is its least filled part; what waits comes first', () => {
    expect(fillingStatus('late', [{ ...filling, table: 'other' }])).toBeNull()
    expect(fillingStatus('late', undefined)).toBeNull()
    expect(fillingStatus('late', [filling, columns])).toMatchObject({ word: 'filling 10 %' })
    const status = fillingStatus('late', [columns, { ...filling, problem: 'the file is gone' }])
    expect(status?.word).toBe('filling waits')
    expect(status?.reason.split('\n')).toHaveLength(3)
  })
})

describe('the pace of filling', () => {
  const note = (pace: BackfillPace, seconds: number, backfill: LiveBackfill, epoch = 'e'): void => {
    pace.note({ at: seconds * 1000, epoch, state: 'running', backfills: [backfill] })
  }

  it('is known after two seconds, and tells how long it still takes', () => {
    const pace = new BackfillPace()
    note(pace, 0, filling)
    note(pace, 1, { ...filling, records: 1300 })
    expect([pace.of(filling), timeLeftWords(filling, pace.of(filling))]).toEqual([null, ''])
    const later = { ...filling, records: 1400 }
    note(pace, 2, later)
    expect([pace.of(later), timeLeftWords(later, pace.of(later))]).toEqual([100, 'about 36 s left'])
    expect(timeLeftWords({ records: 4999, total: 5000 }, 100)).toBe('about 1 s left')
  })

  it('is that of late: what stands still has no end', () => {
    const pace = new BackfillPace()
    note(pace, 0, filling)
    for (const seconds of [10, 20, 30, 40, 50]) note(pace, seconds, { ...filling, records: 2200 })
    expect([pace.of(filling), timeLeftWords(filling, pace.of(filling))]).toEqual([0, ''])
  })

  it('is forgotten when it begins again, when it is over, and with another start of the engine', () => {
    const begun = (): BackfillPace => {
      const pace = new BackfillPace()
      note(pace, 0, filling)
      note(pace, 5, { ...filling, records: 1700 })
      expect(pace.of(filling)).toBe(100)
      return pace
    }
    const [again, over, restarted] = [begun(), begun(), begun()]
    note(again, 8, { ...filling, records: 0 })
    over.note({ at: 6000, epoch: 'e', state: 'running', backfills: [] })
    note(restarted, 8, { ...filling, records: 1900 }, 'other')
    expect([again, over, restarted].map((pace) => pace.of(filling))).toEqual([null, null, null])
  })

  it('does not count the time in which it stood still', () => {
    const pace = new BackfillPace()
    note(pace, 0, filling)
    pace.note({ at: 60_000, epoch: 'e', state: 'paused', backfills: [filling] })
    note(pace, 100, filling)
    note(pace, 105, { ...filling, problem: 'b:9092 does not answer' })
    expect(pace.of(filling)).toBeNull()
    note(pace, 110, filling)
    note(pace, 112, { ...filling, records: 1400 })
    expect(pace.of(filling)).toBe(100)
  })

  it('of columns is not that of the table', () => {
    const pace = new BackfillPace()
    pace.note({ at: 0, epoch: 'e', state: 'running', backfills: [filling, columns] })
    const backfills = [
      { ...filling, records: 1400 },
      { ...columns, records: 4500 },
    ]
    pace.note({ at: 4000, epoch: 'e', state: 'running', backfills })
    expect([pace.of(filling), pace.of(columns)]).toEqual([50, 1000])
  })
})
