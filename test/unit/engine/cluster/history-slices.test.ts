import { describe, expect, it } from 'vitest'
import { HistorySlices } from '../../../../src-main/engine/cluster/history-slices.ts'
import { LagSet } from '../../../../src-main/engine/cluster/lag-set.ts'
import { TopicEntry } from '../../../../src-main/engine/cluster/topic-entry.ts'

/** A round minute. */
const start = 1_700_000_040_000

function topic(name: string, partitions: number): TopicEntry {
  const one = { error: 0, leader: 1, leaderEpoch: 0, replicas: [1], inSync: [1], offline: [] }
  return new TopicEntry({
    ...{ error: 0, name, id: null, internal: false },
    partitions: Array.from({ length: partitions }, (_, partition) => ({ ...one, partition })),
  })
}

const appended = (entry: TopicEntry, ...records: number[]): void => {
  entry.appended.set(records)
}

describe('HistorySlices', () => {
  it('writes partitions of watched topics, and one row for a second in which nothing came', () => {
    const history = new HistorySlices('c')
    const entry = topic('t', 3)
    history.noteTopics('watched', [entry], start + 4, 1000)
    appended(entry, 5, 0, 7)
    history.noteTopics('watched', [entry], start + 1009, 1000)
    history.noteTopics('watched', [entry], start + 1998, 1000)
    const row = { seconds: 1, connection: 'c', topic: 't', bytes: 0 }
    expect(history.take()).toEqual({
      topics: [
        { ...row, at: start, partition: 0, records: 5 },
        { ...row, at: start, partition: 2, records: 7 },
        { ...row, at: start + 1000, partition: -1, records: 0 },
      ],
      lags: [],
    })
    expect(history.take()).toBeNull()
  })

  it('writes other topics only where they grew, and the whole cluster always', () => {
    const history = new HistorySlices('c')
    const [moving, still] = [topic('moving', 2), topic('still', 2)]
    history.noteTopics('others', [moving, still], start, 1000)
    appended(moving, 1, 2)
    history.noteTopics('others', [moving, still], start + 1000, 1000)
    history.noteTopics('others', [moving, still], start + 2000, 1000)
    const rows = history
      .take()
      ?.topics.map(({ at, topic: name, partition, records }) => [...[at - start, name, partition, records]])
    expect(rows).toEqual([
      [0, 'moving', -1, 3],
      [0, '', -1, 3],
      [1000, '', -1, 0],
    ])
  })

  it('spreads what came over seconds that were missed, to the last record, and leaves a very long gap empty', () => {
    const history = new HistorySlices('c')
    const entry = topic('t', 1)
    history.noteTopics('watched', [entry], start, 1000)
    appended(entry, 10)
    history.noteTopics('watched', [entry], start + 3000, 1000)
    expect(history.take()?.topics.map(({ at, records }) => [at - start, records])).toEqual([
      [0, 3],
      [1000, 3],
      [2000, 4],
    ])
    appended(entry, 99)
    history.noteTopics('watched', [entry], start + 30_000, 1000)
    expect(history.take()?.topics.map(({ seconds, at, records }) => [seconds, at - start, records])).toEqual([
      [10, 0, 33],
      [10, 10_000, 33],
      [10, 20_000, 33],
    ])
    appended(entry, 99)
    history.noteTopics('watched', [entry], start + 3_600_000, 1000)
    expect(history.take()).toBeNull()
  })

  it('takes wider slices where measurements are rarer or rows too many', () => {
    const history = new HistorySlices('c')
    const many = Array.from({ length: 600 }, (_, index) => topic(`t${String(index)}`, 1))
    history.noteTopics('others', many, start, 5000)
    for (const entry of many) appended(entry, 1)
    history.noteTopics('others', many, start + 5000, 5000)
    history.take()
    for (let second = 10; second <= 120; second += 5) {
      for (const entry of many) appended(entry, 1)
      history.noteTopics('others', many, start + second * 1000, 5000)
    }
    const widths = new Set(history.take()?.topics.map(({ seconds }) => seconds))
    expect([...widths]).toEqual([60])
  })

  it('writes lag by partition where it is watched, and by topic otherwise', () => {
    const history = new HistorySlices('c')
    const lags = new LagSet()
    lags.commit('t', 0, 5)
    lags.commit('t', 1, 5)
    for (const one of lags.partitions.values()) Object.assign(one, { lag: 3, lagMs: 10.4, end: 8 })
    const consumers = [
      { group: 'g', source: '', lags, isWatched: false },
      { group: '', source: 's', lags, isWatched: true },
    ]
    history.noteLags('groups', consumers, start, 2000)
    history.noteLags('groups', consumers, start + 2000, 2000)
    const rows = history
      .take()
      ?.lags.map(({ group, source, partition, committed, latest, lag, lagMs }) => [
        ...[group, source, partition, committed, latest, lag, lagMs],
      ])
    expect(rows).toEqual([
      ['g', '', -1, null, null, 6, 10],
      ['', 's', 0, 5, 8, 3, 10],
      ['', 's', 1, 5, 8, 3, 10],
    ])
  })
})
