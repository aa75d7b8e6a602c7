import { describe, expect, it } from 'vitest'
import {
  assess,
  type LogEnds,
  newLag,
  type PartitionLag,
  placeToLook,
  remember,
} from '../../../../src-main/engine/cluster/partition-lag.ts'
import type { ProbeFinding } from '../../../../src-main/engine/cluster/record-probe.ts'

const nowMs = 100_000
const ends = (stable: number, more: Partial<LogEnds> = {}): LogEnds => ({
  ...{ earliest: 0, stable, latest: stable, ...more },
})

function committed(offset: number): PartitionLag {
  return { ...newLag('t', 0), committed: offset }
}

/** Looks where it is wanted, and finds this. */
function found(lag: PartitionLag, at: LogEnds, finding: Partial<ProbeFinding>): void {
  const place = placeToLook(lag, at)
  if (place === null) throw new Error('nothing is to be looked at')
  remember(lag, place, { lookedTo: place.end, first: null, count: null, problem: '', ...finding }, nowMs)
}

const shown = (lag: PartitionLag, at: LogEnds): unknown => {
  assess(lag, at, nowMs)
  return [lag.lag, lag.lagMs, lag.note]
}

describe('lag of a partition', () => {
  it('is not known without a commit or an end', () => {
    expect(shown(committed(-1), ends(10))).toEqual([null, null, 'nothing is committed'])
    expect(shown(committed(5), ends(Number.NaN))).toEqual([null, null, 'the end of the log is not known'])
  })

  it('is an upper bound until someone has looked, and then counts records', () => {
    const lag = committed(5)
    expect(shown(lag, ends(10))).toEqual([5, null, ''])
    found(lag, ends(10), { first: { offset: 5, timestampMs: 90_000 }, count: 5 })
    expect(shown(lag, ends(10))).toEqual([5, 10_000, ''])
  })

  it('is zero where nothing but markers lies between, and says that it was looked at', () => {
    const lag = committed(9)
    found(lag, ends(10), { count: 0 })
    expect(shown(lag, ends(10))).toEqual([
      ...[0, 0],
      'looked: 1 offset holds no record (transaction markers, aborted or compacted away) and does not count',
    ])
    expect(placeToLook(lag, ends(10))).toBeNull()
    expect(placeToLook(lag, ends(12))).toEqual({ from: 10, end: 12 })
  })

  it('goes on from where it has looked, and counts what it has not seen yet', () => {
    const lag = committed(0)
    found(lag, ends(1000), { lookedTo: 400 })
    expect(shown(lag, ends(1000))).toMatchObject([600, null, expect.stringContaining('400 offsets')])
    found(lag, ends(1000), { lookedTo: 1000, first: { offset: 900, timestampMs: 99_000 }, count: 1 })
    expect(shown(lag, ends(1000))).toMatchObject([1, 1000, expect.stringContaining('999 offsets')])
  })

  it('keeps what it found while the consumer does not pass it', () => {
    const lag = committed(0)
    found(lag, ends(5000), { first: { offset: 100, timestampMs: 50_000 }, lookedTo: 200 })
    lag.committed = 50
    expect(placeToLook(lag, ends(6000))).toBeNull()
    expect(shown(lag, ends(6000))).toMatchObject([5900, 50_000, expect.stringContaining('50 offsets')])
    lag.committed = 101
    expect(placeToLook(lag, ends(6000))).toEqual({ from: 101, end: 6000 })
    expect(shown(lag, ends(6000))).toMatchObject([5899, 50_000, ''])
  })

  it('counts from the beginning of the log, never below zero, and without open transactions', () => {
    expect(shown(committed(2), ends(10, { earliest: 10 }))).toEqual([
      ...[0, 0],
      'committed offset is no longer in the log; lag counts from the earliest one',
    ])
    expect(shown(committed(20), ends(10))).toEqual([
      ...[0, 0],
      'committed offset is beyond the end of the log; the topic may have been made anew',
    ])
    expect(shown(committed(12), ends(10, { latest: 15 }))).toEqual([
      ...[0, 0],
      '5 offsets of open transactions at the end do not count',
    ])
  })

  it('says why it could not look', () => {
    const lag = committed(1)
    found(lag, ends(4), { problem: 'the broker answers TOPIC_AUTHORIZATION_FAILED', lookedTo: 1 })
    expect(shown(lag, ends(4))).toEqual([
      ...[3, null],
      'not looked at: the broker answers TOPIC_AUTHORIZATION_FAILED',
    ])
    expect(placeToLook(lag, ends(4))).toEqual({ from: 1, end: 4 })
  })
})
