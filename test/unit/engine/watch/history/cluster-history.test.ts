import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ClusterHistoryReader } from '../../../../../src-main/engine/watch/history/cluster-history.ts'
import { StoreFixture } from '../../query/support/store-fixture.ts'
import { addLag, addSlice } from './system-rows.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

/** A round minute, so that slices of every width begin there. */
const start = 1_700_000_040_000
const range = (seconds: number, bucketMs = 1000): { fromMs: number; toMs: number; bucketMs: number } => ({
  ...{ fromMs: start, toMs: start + seconds * 1000, bucketMs },
})
const own = { source: '', connection: 'local' }

const store = new StoreFixture()
let history: ClusterHistoryReader
beforeAll(async () => {
  history = new ClusterHistoryReader(await store.openPool())
})
afterAll(() => store.remove())

describe('history of a topic', () => {
  it('is zero where the topic or the cluster was measured without it, and a gap where neither was', async () => {
    addSlice(store.writer, { ...own, at: start, records: 100 })
    addSlice(store.writer, { ...own, at: start, records: 50, partition: 1 })
    addSlice(store.writer, { ...own, at: start + 1000, records: 0, partition: -1 })
    addSlice(store.writer, { ...own, at: start + 2000, records: 7, topic: '', partition: -1 })
    addSlice(store.writer, { ...own, at: start + 4000, records: 30, partition: 1 })
    addSlice(store.writer, { ...own, at: start, records: 9, connection: 'other' })
    addSlice(store.writer, { at: start + 3000, records: 9 })
    expect(await history.topic('local', 'flights', range(5))).toEqual({
      bucketMs: 1000,
      at: [0, 1000, 2000, 3000, 4000].map((ms) => start + ms),
      lines: [
        { name: 'all partitions', unit: 'records/s', values: [0, 0, 0, null, 0] },
        { name: 'partition 0', unit: 'records/s', values: [100, 0, 0, null, 0] },
        { name: 'partition 1', unit: 'records/s', values: [50, 0, 0, null, 30] },
      ],
    })
  })

  it('in wider buckets is the mean over what was measured', async () => {
    const topic = { ...own, topic: 'slow' }
    addSlice(store.writer, { ...topic, at: start, seconds: 10, records: 60, partition: -1 })
    for (let second = 0; second < 60; second += 10)
      addSlice(store.writer, { ...own, at: start + second * 1000, seconds: 10, records: 1, topic: '' })
    const { lines } = await history.topic('local', 'slow', range(60, 60_000))
    expect(lines).toEqual([{ name: 'all partitions', unit: 'records/s', values: [1] }])
  })
})

describe('history of a group', () => {
  it('adds partitions up, and shows the worst of a bucket', async () => {
    addLag(store.writer, { at: start, lag: 5, lag_ms: 100 })
    addLag(store.writer, { at: start, lag: 6, lag_ms: 700, partition: 1 })
    addLag(store.writer, { at: start + 1000, lag: 3, lag_ms: null })
    addLag(store.writer, { at: start, lag: 1000, group_id: 'other' })
    addLag(store.writer, { at: start, lag: 1000, group_id: '', source: 's' })
    const { lines } = await history.group('local', 'g', range(3))
    expect(lines).toEqual([
      { name: 'lag', unit: 'records', values: [11, 3, null] },
      { name: 'lag in time', unit: 'ms', values: [700, null, null] },
    ])
    const wide = await history.group('local', 'g', range(2, 2000))
    expect(wide.lines[0]?.values).toEqual([11])
  })
})
