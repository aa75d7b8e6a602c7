/**
 * History for charts and lists, read from the system tables of the store through the query pool. Lives in the main
 * process; SQLite does the adding up, so that what crosses is bounded by the points of an axis.
 */
import { AppError } from '#contract/errors.ts'
import type { BatchRow, BatchStepRow, PipelineStatistics, Range, Series } from '#contract/statistics.ts'
import type { Statistics } from '../../engine-api.ts'
import { readBatches, readBatchSteps } from './batch-rows.ts'
import { pipelineMeasures } from './pipeline-measures.ts'
import type { RowSource } from './store-values.ts'
import { textOf } from './store-values.ts'
import { throughputByTopic } from './throughput.ts'
import { chooseAxis, seriesOf, type SliceFilter } from './time-axis.ts'

/** p50 of a bucket is the mean of its batches' medians, weighted by records; p99 is the worst of its batches'. */
const latencySql = `
SELECT committed_at / ?3 * ?3 AS bucket, sum(latency_p50_ms * records) / sum(records), max(latency_p99_ms)
FROM sys_batches
WHERE committed_at >= ?1 AND committed_at < ?2 AND records > 0 AND latency_p50_ms IS NOT NULL
GROUP BY bucket`

const sizeSql = `
SELECT at / ?3 * ?3 AS bucket, max(file_bytes), max(used_bytes) FROM sys_store
WHERE seconds IN (1, 10, 60) AND at >= ?1 AND at < ?2 GROUP BY bucket`
const ofStore: SliceFilter = { table: 'sys_store', where: 'true', parameters: [] }

/** See the head of the file. Series of one range share their axis; a bucket in which nothing was measured is null. */
export class StoredStatistics implements Statistics {
  readonly #store: RowSource
  readonly #now: () => number

  constructor(store: RowSource, now: () => number = Date.now) {
    this.#store = store
    this.#now = now
  }

  /** Records/s by topic. */
  async throughput(range: Range): Promise<Series> {
    return throughputByTopic(this.#store, await chooseAxis(this.#store, range), this.#now())
  }

  /** Event-to-queryable p50 and p99 of all sources together, milliseconds. */
  async latency(range: Range): Promise<Series> {
    const axis = await chooseAxis(this.#store, range)
    const rows = await this.#store.run(latencySql, [axis.fromMs, axis.toMs, axis.bucketMs])
    return seriesOf(axis, rows, [
      { name: 'p50', unit: 'ms' },
      { name: 'p99', unit: 'ms' },
    ])
  }

  /** Largest sizes of the store, bytes: its file, and of that what is used. */
  async storeSize(range: Range): Promise<Series> {
    const axis = await chooseAxis(this.#store, range, ofStore)
    const rows = await this.#store.run(sizeSql, [axis.fromMs, axis.toMs, axis.bucketMs])
    return seriesOf(axis, rows, [
      { name: 'store file', unit: 'bytes' },
      { name: 'used', unit: 'bytes' },
    ])
  }

  /** @throws AppError NOT_FOUND for a table that the store does not have */
  async pipeline(table: string, range: Range): Promise<PipelineStatistics> {
    const [row] = await this.#store.run('SELECT source FROM sys_tables WHERE name = ?', [table])
    if (row === undefined) throw new AppError('NOT_FOUND', `There is no table ${table} in the store.`)
    const axis = await chooseAxis(this.#store, range)
    const source = textOf(row[0])
    const measures = await pipelineMeasures(this.#store, { axis, table, source, nowMs: this.#now() })
    return { bucketMs: axis.bucketMs, at: axis.at, measures }
  }

  batches(options: {
    source?: string | undefined
    before?: number | undefined
    limit: number
  }): Promise<BatchRow[]> {
    return readBatches(this.#store, options)
  }

  batchSteps(batchId: number): Promise<BatchStepRow[]> {
    return readBatchSteps(this.#store, batchId)
  }
}
