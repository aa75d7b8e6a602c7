import { describe, expect, it } from 'vitest'
import {
  limitWords,
  messageOf,
  placeIn,
  runWords,
} from '../../../../src-renderer/features/query/run-words.ts'
import { statusOf } from './fake-queries.ts'

type Facts = Parameters<typeof runWords>[0]

function words(facts: Partial<Facts>, elapsedMs = 3400): string {
  const whole = {
    state: 'running',
    status: null,
    isCut: false,
    isCancelling: false,
    isActive: false,
    ...facts,
  } as const
  const { tone, head, time, more } = runWords(whole, elapsedMs)
  return [tone, head, time, ...more].join(' | ')
}

describe('the words for a run', () => {
  it('follow it from its start to its end', () => {
    const running = { state: 'running', isActive: true } as const
    expect(words({ state: 'starting', isActive: true }, 40)).toBe('ok | Running | 40 ms')
    expect(words({ state: 'queued', isActive: true })).toBe('neutral | Waiting for a free process | 3.4 s')
    expect(words({ ...running, status: statusOf({ rows: 12_345 }) })).toBe(
      'ok | Running | 3.4 s | 12,345 rows so far',
    )
    expect(words({ ...running, isCut: true })).toBe(
      'warn | Connection cut | after 3.4 s | picks up by itself',
    )
    expect(words({ ...running, isCancelling: true })).toBe('neutral | Cancelling | 3.4 s')
    expect(words({ state: 'done', status: statusOf({ rows: 1, elapsedMs: 6 }) })).toBe('ok | 1 row | in 6 ms')
    expect(words({ state: 'done', status: statusOf({ rows: 9, elapsedMs: 6, truncated: true }) })).toBe(
      'warn | First 9 rows | in 6 ms',
    )
    expect(words({ state: 'failed', status: statusOf({ elapsedMs: 2 }) })).toBe('error | Failed | after 2 ms')
    expect(words({ state: 'cancelled', status: statusOf({ rows: 5, elapsedMs: 2000 }) })).toBe(
      'neutral | Cancelled | after 2 s | 5 rows so far',
    )
    expect(words({ state: 'lost' })).toBe('error | Not followed any more | ')
  })
})

describe('the message of a run', () => {
  const error = (code: 'QUERY_TIME_LIMIT' | 'QUERY_SIZE_LIMIT' | 'QUERY_CANCELLED' | 'CONNECTION_LOST') => ({
    code,
    message: 'said by the engine',
    details: {},
  })

  it('gives the next step of the contract', () => {
    expect(messageOf('failed', error('QUERY_TIME_LIMIT'))).toEqual({
      tone: 'error',
      title: 'The time limit was reached',
      text: 'said by the engine',
      next: 'Narrow the statement, or raise the time limit for this run.',
    })
    expect(messageOf('done', error('QUERY_SIZE_LIMIT'))?.tone).toBe('warn')
  })

  it('does not claim that a statement ran, or that it did not, when nobody knows', () => {
    expect(messageOf('lost', error('CONNECTION_LOST'))?.text).toBe('It may or may not have run.')
  })

  it('is none for what the person did', () => {
    expect([messageOf('cancelled', error('QUERY_CANCELLED')), messageOf('done', null)]).toEqual([null, null])
  })
})

describe('places and limits', () => {
  it('count lines and columns from 1', () => {
    expect(placeIn('SELECT 1\nFORM t', 9)).toEqual({ line: 2, column: 1 })
    expect(placeIn('SELECT 1', 7)).toEqual({ line: 1, column: 8 })
  })

  it('read as people say them', () => {
    expect([10_000, 60_000, 300_000, 3_600_000].map(limitWords)).toEqual(['10 s', '1 min', '5 min', '1 h'])
  })
})
