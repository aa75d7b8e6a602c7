import { describe, expect, it } from 'vitest'
import { LagSet } from '../../../../src-main/engine/cluster/lag-set.ts'
import { paceFor } from '../../../../src-main/engine/cluster/poll-pace.ts'
import { SparkLine } from '../../../../src-main/engine/cluster/spark-line.ts'
import { TopicEntry } from '../../../../src-main/engine/cluster/topic-entry.ts'

describe('paceFor', () => {
  const watched = { groups: 0, sinceAskedMs: 0, lastRoundMs: 5 }
  it('asks a small cluster each second, and a large one for a part of it', () => {
    expect(paceFor({ ...watched, partitions: 100 }).offsetsMs).toBe(1000)
    expect(paceFor({ ...watched, partitions: 20_000 }).offsetsMs).toBe(5000)
  })

  it('asks less often where a round takes long, and where nobody looks', () => {
    expect(paceFor({ ...watched, partitions: 100, lastRoundMs: 800 }).offsetsMs).toBe(4000)
    const idle = { ...watched, sinceAskedMs: Number.POSITIVE_INFINITY }
    expect(paceFor({ ...idle, partitions: 100 }).offsetsMs).toBe(10_000)
    expect(paceFor({ ...idle, partitions: 20_000 })).toMatchObject({ offsetsMs: 60_000, newest: 0 })
  })
})

describe('SparkLine', () => {
  it('is a gap where nothing was measured, and forgets what is older than its slots', () => {
    const spark = new SparkLine(1000)
    spark.add(0, 1000, 5)
    spark.add(2000, 4000, 7)
    expect(spark.read(4000).slice(-5)).toEqual([null, 5, null, 7, 7])
    expect(spark.read(5000).slice(-2)).toEqual([7, 7])
    expect(spark.read(7000).slice(-4)).toEqual([7, null, null, null])
    spark.add(99_000, 100_000, 1)
    expect(spark.read(100_000).filter((value) => value !== null)).toEqual([1])
  })
})

describe('TopicEntry', () => {
  const partition = { error: 0, leader: 1, leaderEpoch: 0, replicas: [1, 2], inSync: [1], offline: [] }
  const metadata = (count: number) => ({
    ...{ error: 0, name: 't', id: 'a', internal: false },
    partitions: Array.from({ length: count }, (_, index) => ({ ...partition, partition: index })),
  })

  it('has a rate between two measurements, none below zero, and grows with its partitions', () => {
    const entry = new TopicEntry(metadata(1))
    entry.noteLatest(0, 100, 1000)
    entry.summarise()
    expect(entry.rate).toBeNaN()
    entry.noteLatest(0, 150, 1500)
    entry.summarise()
    expect(entry.rate).toBe(100)
    entry.noteLatest(0, 20, 2500)
    entry.summarise()
    expect([entry.rate, entry.appended[0]]).toEqual([0, 50])
    entry.describe(metadata(3).partitions.toReversed())
    expect([entry.partitions, entry.latest.length, entry.latest[0], entry.underReplicated]).toEqual([
      3, 3, 20, 3,
    ])
  })

  it('does not take the deletion of a segment for growth', () => {
    const entry = new TopicEntry(metadata(1))
    entry.noteSize(0, 1000, 1000)
    entry.noteSize(0, 3000, 2000)
    expect(entry.bytesPerSecond[0]).toBe(2000)
    entry.noteSize(0, 500, 3000)
    expect([entry.bytesPerSecond[0], entry.sizeBytes[0]]).toEqual([Number.NaN, 500])
  })
})

describe('LagSet', () => {
  it('has a trend and the time until the lag is gone, and forgets partitions without a commit', () => {
    const lags = new LagSet()
    const set = (lag: number, atMs: number): void => {
      for (const one of lags.partitions.values()) one.lag = lag
      lags.summarise(atMs)
    }
    const offset = { topic: 't', partition: 0, offset: 5, error: 0 }
    lags.replace([offset])
    set(100, 0)
    expect([lags.trend, lags.timeToClearMs]).toEqual([null, null])
    set(60, 2000)
    expect([lags.lag, lags.trend, lags.timeToClearMs]).toEqual([60, -20, 3000])
    expect(lags.spark.slice(-3)).toEqual([null, 100, 60])
    set(200, 4000)
    expect([lags.trend, lags.timeToClearMs]).toEqual([25, null])
    lags.replace([])
    expect(lags.partitions.size).toBe(0)
  })
})
