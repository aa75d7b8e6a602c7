import { describe, expect, it } from 'vitest'
import { eventTimeFigures } from '../../../../src-renderer/features/pipelines/event-time.ts'
import { lateTitle, lateWords } from '../../../../src-renderer/features/pipelines/late-words.ts'
import {
  groupingWords,
  keptForWords,
  rollupFigures,
} from '../../../../src-renderer/features/pipelines/rollup-details.ts'
import { rollupsOfTable, tableOfRollup, windowWords } from '../../../../src-renderer/state/rollups.ts'
import { formatSpan } from '../../../../src-renderer/ui/format.ts'
import { FakeEngine } from '../fake-engine.ts'

const now = Date.UTC(2026, 10, 25, 12, 30)
const engine = new FakeEngine({ scenario: 'rollups', now: () => now })
const { workspace } = engine
const snapshot = engine.snapshot()

function rollup(name: string) {
  const declared = workspace.rollups.find((candidate) => candidate.name === name)
  const live = snapshot.rollups.find((candidate) => candidate.name === name)
  if (declared === undefined || live === undefined) throw new Error(`no rollup ${name}`)
  return { declared, live }
}

describe('a rollup in words', () => {
  it('tells its window exactly', () => {
    expect(workspace.rollups.map(({ window }) => windowWords(window))).toEqual([
      '1 h by at, Europe/Zurich',
      '1 d by window_start, Europe/Zurich',
      'sliding 1 h every 5 min by at, UTC',
      'all time',
    ])
    expect([90_000, 5_400_000, 604_800_000, 0, 1].map(formatSpan)).toEqual([
      '90 s',
      '90 min',
      '7 d',
      '0 ms',
      '1 ms',
    ])
  })

  it('tells what it groups by', () => {
    expect(workspace.rollups.map(groupingWords)).toEqual([
      'by origin, severity',
      'one row per window',
      'by origin, destination',
      'by origin',
    ])
    expect(groupingWords({ by: [], window: null })).toBe('one row in all')
    expect([{ retainAgeMs: null }, { retainAgeMs: 7_776_000_000 }].map(keptForWords)).toEqual([
      'for ever',
      '90 d after their end',
    ])
  })

  it('belongs to the table that it comes from in the end', () => {
    expect(rollupsOfTable('late_flights', workspace).map(({ name }) => name)).toEqual([
      'delays_by_hour',
      'delays_by_day',
    ])
    expect(rollupsOfTable('flights', workspace)).toHaveLength(2)
    expect(tableOfRollup('nowhere', workspace)).toBeNull()
  })

  it('shows what it took in and what it could not', () => {
    const { declared, live } = rollup('delays_by_hour')
    const shown = rollupFigures(declared, live, 'utc').map(({ name, value, tone }) => [name, value, tone])
    expect(shown.filter(([name]) => name !== 'Rows taken in')).toEqual([
      ['Made from', 'late_flights', undefined],
      ['Window', '1 h by at, Europe/Zurich', undefined],
      ['Oldest window', '2026-09-06 12:00 UTC', undefined],
      ['Newest window', '2026-11-25 12:00 UTC', undefined],
      ['Kept', '90 d after their end', undefined],
      ['Behind', '0', undefined],
      ['Untimed', '12', 'warn'],
      ['Missed', '3', 'warn'],
      ['Evicted', '410', undefined],
    ])
  })

  it('of all time has no windows to tell of', () => {
    const { declared, live } = rollup('airport_totals')
    expect(rollupFigures(declared, live, 'utc').map(({ name }) => name)).toEqual([
      'Made from',
      'Window',
      'Rows taken in',
      'Behind',
    ])
    expect(rollupFigures(declared, null, 'utc').map(({ value }) => value)).toEqual([
      'flights',
      'all time',
      '–',
      '–',
    ])
  })
})

describe('the event time of a source', () => {
  const declared = { column: 'at', latenessMs: 60_000, tooLate: 'dead_letter' } as const
  const shown = (figures: ReturnType<typeof eventTimeFigures>): unknown[] =>
    figures.map(({ name, value, note, tone }) =>
      [name, value, note, tone].filter((part) => part !== undefined),
    )

  it('is a watermark with its age, and counts of what was out of order', () => {
    const live = snapshot.sources[0]?.eventTime ?? null
    const figures = eventTimeFigures(declared, live, { now, zone: 'utc' })
    expect(shown(figures)).toEqual([
      ['Event time', 'at'],
      ['Newest', '12:29:59', 'now'],
      ['Lateness', '1 min'],
      ['Watermark', '12:28:59', '1 min ago'],
      ['Too late', '41', 'warn'],
      ['Late', '1.2k'],
      ['Ahead', '2', 'warn'],
    ])
    expect(figures.find(({ name }) => name === 'Too late')?.title).toBe(
      '41 records behind the watermark; they become dead letters',
    )
  })

  it('has no watermark where any lateness is allowed, and claims nothing before the first record', () => {
    const any = { ...declared, latenessMs: null }
    expect(shown(eventTimeFigures(any, null, { now, zone: 'utc' }))).toEqual([
      ['Event time', 'at'],
      ['Newest', '–'],
      ['Lateness', 'any'],
      ['Late', '–'],
      ['Ahead', '–'],
    ])
  })
})

describe('the late records of a batch', () => {
  it('are told apart from those that came too late', () => {
    const batches = [
      { late: null, tooLate: null },
      { late: 1204, tooLate: 0 },
      { late: 12, tooLate: 3 },
    ]
    expect(batches.map(lateWords)).toEqual(['–', '1,204', '12 · 3 too late'])
    expect(batches.map(lateTitle)).toEqual([
      'The source has no event time',
      '1,204 records behind the newest event time, 0 records behind the watermark',
      '12 records behind the newest event time, 3 records behind the watermark',
    ])
  })
})
