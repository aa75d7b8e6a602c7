import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { StoredStatistics } from '../../../../../src-main/engine/watch/history/statistics.ts'
import { StoreFixture } from '../../query/support/store-fixture.ts'
import { addBatch, addSize, addSlice, addStep } from './system-rows.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

/** A round minute, so that slices of every width begin there. */
const start = 1_700_000_040_000
const range = (seconds: number, bucketMs = 1000): { fromMs: number; toMs: number; bucketMs: number } => ({
  ...{ fromMs: start, toMs: start + seconds * 1000, bucketMs },
})

describe('throughput', () => {
  const store = new StoreFixture()
  let statistics: StoredStatistics
  let nowMs = start + 1_000_000
  beforeAll(async () => {
    statistics = new StoredStatistics(await store.openPool(), () => nowMs)
  })
  afterAll(() => store.remove())

  it('without any rows is an axis without lines', async () => {
    expect(await statistics.throughput(range(2))).toEqual({
      bucketMs: 1000,
      at: [start, start + 1000],
      lines: [],
    })
  })

  it('adds partitions up, and shows seconds without a row as gaps and zeros as zeros', async () => {
    const at = start
    addSlice(store.writer, { at, records: 100 })
    addSlice(store.writer, { at, records: 50, partition: 1 })
    addSlice(store.writer, { at: at + 1000, records: 0 })
    addSlice(store.writer, { at: at + 3000, records: 30 })
    addSlice(store.writer, { at: at + 3000, records: 7, source: 'orders', topic: 'orders' })
    // What was measured of a cluster is not what a source took in.
    addSlice(store.writer, { at, records: 9999, source: '', connection: 'local' })
    expect(await statistics.throughput(range(4))).toEqual({
      bucketMs: 1000,
      at: [at, at + 1000, at + 2000, at + 3000],
      lines: [
        { name: 'flights', unit: 'records/s', values: [150, 0, null, 30] },
        { name: 'orders', unit: 'records/s', values: [null, null, null, 7] },
      ],
    })
  })

  it('in wider buckets is the mean over what was measured', async () => {
    const { lines } = await statistics.throughput(range(4, 2000))
    expect(lines[0]?.values).toEqual([75, 30])
  })

  it('leaves out the second that is still being filled', async () => {
    nowMs = start + 3999
    const { lines } = await statistics.throughput(range(4))
    nowMs = start + 1_000_000
    expect(lines).toEqual([{ name: 'flights', unit: 'records/s', values: [150, 0, null, null] }])
  })

  it('names the source where several read one topic', async () => {
    addSlice(store.writer, { at: start, records: 1, source: 'copy', topic: 'flights' })
    const { lines } = await statistics.throughput(range(1))
    expect(lines.map(({ name }) => name)).toEqual(['copy/flights', 'flights/flights'])
    store.writer.exec(`DELETE FROM _penstock_topics WHERE source = 'copy'`)
  })

  it('widens buckets to the slices that are left of older times', async () => {
    const older = start - 60_000
    addSlice(store.writer, { at: older, seconds: 10, records: 1000 })
    addSlice(store.writer, { at: older + 10_000, seconds: 10, records: 0 })
    addSlice(store.writer, { at: older + 30_000, seconds: 10, records: 500 })
    const series = await statistics.throughput({ fromMs: older, toMs: start + 10_000, bucketMs: 1000 })
    expect(series.bucketMs).toBe(10_000)
    expect(series.lines[0]?.values).toEqual([100, 0, null, 50, null, null, 60])
  })

  it('never has more points than a chart can show', async () => {
    const series = await statistics.throughput({ fromMs: 0, toMs: start + 10_000, bucketMs: 1000 })
    expect(series.at.length).toBeLessThanOrEqual(600)
    expect(series.lines[0]?.values).toHaveLength(series.at.length)
    expect(series.lines[0]?.values.filter((value) => value !== null)).toHaveLength(1)
  })
})

describe('batches', () => {
  const store = new StoreFixture()
  let statistics: StoredStatistics
  beforeAll(async () => {
    statistics = new StoredStatistics(await store.openPool(), () => start + 1_000_000)
    const finished = { commit_ms: 1.5, latency_max_ms: 90 }
    addBatch(store.writer, {
      ...{ id: 1, committed_at: start, records: 100, bytes: 5000, rows_landed: 40, dead: 3, total_ms: 10 },
      ...{ latency_p50_ms: 20, latency_p99_ms: 80, error: 'late_flights.late: 2 rows failed', ...finished },
      positions: JSON.stringify([
        { topic: 'flights', partition: 0, from: '9007199254740993', to: '9007199254741093' },
      ]),
      ...{ watermark: start - 60_000, late: 12, too_late: 2 },
    })
    addStep(store.writer, { batch_id: 1, step: 'enriched', rows_in: 97, rows_out: 97, filtered: null })
    addStep(store.writer, { batch_id: 1, rows_in: 97, rows_out: 40, filtered: 55, failed: 2 })
    addStep(store.writer, {
      batch_id: 1,
      table_name: 'other',
      step: 'all',
      rows_in: 97,
      rows_out: 96,
      failed: 1,
    })
    addBatch(store.writer, {
      ...{
        id: 2,
        committed_at: start + 500,
        records: 300,
        total_ms: 20,
        latency_p50_ms: 40,
        latency_p99_ms: 60,
      },
      ...finished,
    })
    addBatch(store.writer, {
      ...{
        id: 3,
        committed_at: start + 2000,
        records: 50,
        total_ms: 100,
        latency_p50_ms: 10,
        latency_p99_ms: 12,
      },
      ...finished,
    })
    addBatch(store.writer, {
      id: 4,
      source: 'orders',
      committed_at: start + 2000,
      records: 10,
      total_ms: 1,
      dead: 9,
    })
    addBatch(store.writer, { id: 5, committed_at: start + 3000, records: 8 })
    for (const [second, records] of [400, 0, 50, 8].entries()) {
      addSlice(store.writer, { at: start + second * 1000, records })
    }
  })
  afterAll(() => store.remove())

  it('are listed newest first, paged back by id, and by source', async () => {
    const ids = async (options: { source?: string; before?: number; limit: number }): Promise<number[]> =>
      (await statistics.batches(options)).map(({ id }) => id)
    expect(await ids({ limit: 2 })).toEqual([4, 3])
    expect(await ids({ limit: 2, before: 4 })).toEqual([3, 2])
    expect(await ids({ limit: 10, source: 'orders' })).toEqual([4])
    expect(await ids({ limit: 10, source: 'nothing' })).toEqual([])
  })

  it('tell everything about themselves', async () => {
    const [first] = await statistics.batches({ before: 2, limit: 1 })
    expect(first).toEqual({
      ...{ id: 1, source: 'flights', committedAt: start, records: 100, bytes: 5000, rowsLanded: 40, dead: 3 },
      ...{ watermarkAt: start - 60_000, late: 12, tooLate: 2 },
      positions: [{ topic: 'flights', partition: 0, from: '9007199254740993', to: '9007199254741093' }],
      ...{ decodeMs: 0.5, loadMs: 1.5, stepsMs: 2.5, commitMs: 1.5, totalMs: 10 },
      ...{ latencyP50Ms: 20, latencyP99Ms: 80, latencyMaxMs: 90, error: 'late_flights.late: 2 rows failed' },
    })
  })

  it('are left out while it is not known how long they took, and shown as far as known after a kill', async () => {
    expect((await statistics.batches({ limit: 1 }))[0]?.id).toBe(4)
    addBatch(store.writer, { id: 6, committed_at: start + 90_000, records: 1 })
    const [killed] = await statistics.batches({ limit: 1 })
    store.writer.exec('DELETE FROM sys_batches WHERE id = 6')
    expect(killed).toMatchObject({ id: 5, commitMs: 0, totalMs: 4, latencyP50Ms: null, latencyP99Ms: null })
  })

  it('have steps, in their order', async () => {
    expect(await statistics.batchSteps(1)).toEqual([
      ...[
        { table: 'late_flights', step: 'enriched', rowsIn: 97, rowsOut: 97, filtered: null, failed: 0 },
        { table: 'late_flights', step: 'late', rowsIn: 97, rowsOut: 40, filtered: 55, failed: 2 },
        { table: 'other', step: 'all', rowsIn: 97, rowsOut: 96, filtered: 0, failed: 1 },
      ].map((step) => ({ batchId: 1, ...step, ms: 1.25 })),
    ])
    expect(await statistics.batchSteps(99)).toEqual([])
  })

  it('give the latency over time: the weighted median and the worst p99', async () => {
    expect(await statistics.latency(range(4))).toEqual({
      bucketMs: 1000,
      at: [start, start + 1000, start + 2000, start + 3000],
      lines: [
        { name: 'p50', unit: 'ms', values: [35, null, 10, null] },
        { name: 'p99', unit: 'ms', values: [80, null, 12, null] },
      ],
    })
  })

  it('give the measures of a pipeline on one axis', async () => {
    const { at, bucketMs, measures } = await statistics.pipeline('late_flights', range(4))
    expect({ at, bucketMs }).toEqual({
      at: [0, 1, 2, 3].map((second) => start + second * 1000),
      bucketMs: 1000,
    })
    expect(Object.fromEntries(measures.map(({ name, unit, values }) => [`${name} ${unit}`, values]))).toEqual(
      {
        'inputRate records/s': [400, 0, 50, 8],
        'processRate records/s': [(400 * 1000) / 30, null, 500, null],
        'rowsPerBatch records': [200, null, 50, 8],
        'batchDuration ms': [15, null, 100, null],
        'latencyP99 ms': [80, null, 12, null],
        'dead records': [2, null, 0, 0],
      },
    )
  })

  it('give the distribution of each measure', async () => {
    const { measures } = await statistics.pipeline('late_flights', range(4))
    const byName = Object.fromEntries(measures.map(({ name, histogram }) => [name, histogram]))
    expect(byName['rowsPerBatch']).toEqual({
      edges: [0, 50, 100, 150, 200, 250, 300, 350],
      counts: [1, 1, 1, 0, 0, 0, 1],
    })
    expect(byName['dead']).toEqual({ edges: [0, 1, 2, 3], counts: [3, 0, 1] })
    expect(byName['batchDuration']?.counts.reduce((sum, count) => sum + count, 0)).toBe(3)
    expect(byName['processRate']?.edges.at(0)).toBe(0)
    expect(byName['processRate']?.edges.at(-1)).toBe(16_000)
    expect(byName['inputRate']?.counts.reduce((sum, count) => sum + count, 0)).toBe(4)
    for (const { histogram } of measures) expect(histogram.counts.length).toBe(histogram.edges.length - 1)
  })

  it('are gaps and empty distributions where nothing was committed', async () => {
    const { measures } = await statistics.pipeline('late_flights', {
      ...range(4),
      toMs: start + 900,
      fromMs: start - 60_000,
    })
    expect(measures.every(({ values }) => values[0] === null)).toBe(true)
    const none = await statistics.pipeline('late_flights', { fromMs: 0, toMs: 1000, bucketMs: 1000 })
    expect(none.measures.map(({ histogram }) => histogram)).toEqual(Array(6).fill({ edges: [], counts: [] }))
  })

  it('of an unknown table are not found', async () => {
    await expect(statistics.pipeline('nothing', range(4))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no table nothing in the store.',
    })
  })
})

describe('sizes of the store', () => {
  const store = new StoreFixture()
  afterAll(() => store.remove())

  it('are the largest of each bucket, on an axis of whole slices', async () => {
    addSize(store.writer, { at: start, seconds: 10, used_bytes: 500, file_bytes: 900 })
    addSize(store.writer, { at: start + 10_000, used_bytes: 700 })
    addSize(store.writer, { at: start + 11_000, used_bytes: 300, file_bytes: 20_000 })
    addSize(store.writer, { at: start + 30_000, used_bytes: 400 })
    const statistics = new StoredStatistics(await store.openPool())
    expect(await statistics.storeSize(range(40))).toEqual({
      bucketMs: 10_000,
      at: [0, 10_000, 20_000, 30_000].map((ms) => start + ms),
      lines: [
        { name: 'store file', unit: 'bytes', values: [900, 20_000, null, 10_000] },
        { name: 'used', unit: 'bytes', values: [500, 700, null, 400] },
      ],
    })
  })
})
