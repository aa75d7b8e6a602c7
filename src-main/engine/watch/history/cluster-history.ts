/** History of topics and groups of a cluster, from sys_topics and sys_lag. Main process; SQLite adds up. */
import type { Range, Series } from '#contract/statistics.ts'
import type { SqlValue } from '../../../columns/values.ts'
import { numberOf, type RowSource } from './store-values.ts'
import { chooseAxis, onAxis } from './time-axis.ts'

const mostLines = 64

/** Rates of the busiest partitions; a slice without a row was not measured. */
const topicSql = `
WITH slices AS (
  SELECT partition, at / ?4 * ?4 AS bucket, sum(records) AS records, sum(seconds) AS seconds
  FROM sys_topics WHERE connection = ?1 AND topic = ?2 AND at >= ?3 AND at < ?5 GROUP BY partition, bucket
)
SELECT bucket, records / CAST(seconds AS REAL), partition FROM slices
WHERE partition IN (SELECT partition FROM slices GROUP BY partition ORDER BY sum(records) DESC LIMIT ${String(mostLines)})
ORDER BY partition, bucket`

/** The worst lag within a bucket: what someone who waits for it has met. */
const groupSql = `
SELECT bucket, max(lag), max(lag_ms) FROM (
  SELECT at / ?4 * ?4 AS bucket, at, sum(lag) AS lag, max(lag_ms) AS lag_ms
  FROM sys_lag WHERE connection = ?1 AND group_id = ?2 AND at >= ?3 AND at < ?5 GROUP BY at
) GROUP BY bucket`

export class ClusterHistoryReader {
  readonly #store: RowSource

  constructor(store: RowSource) {
    this.#store = store
  }

  /** Records/s by partition. */
  async topic(connection: string, topic: string, range: Range): Promise<Series> {
    const axis = await chooseAxis(this.#store, range)
    const parameters: SqlValue[] = [connection, topic, axis.fromMs, axis.bucketMs, axis.toMs]
    const rows = await this.#store.run(topicSql, parameters)
    const lines = [...Map.groupBy(rows, (row) => numberOf(row[2]))].map(([partition, own]) => ({
      name: `partition ${String(partition)}`,
      unit: 'records/s',
      values: onAxis(axis, own),
    }))
    return { bucketMs: axis.bucketMs, at: axis.at, lines }
  }

  /** Lag in records and in milliseconds. */
  async group(connection: string, group: string, range: Range): Promise<Series> {
    const axis = await chooseAxis(this.#store, range)
    const parameters: SqlValue[] = [connection, group, axis.fromMs, axis.bucketMs, axis.toMs]
    const rows = await this.#store.run(groupSql, parameters)
    return {
      bucketMs: axis.bucketMs,
      at: axis.at,
      lines: [
        { name: 'lag', unit: 'records', values: onAxis(axis, rows, 1) },
        { name: 'lag in time', unit: 'ms', values: onAxis(axis, rows, 2) },
      ],
    }
  }
}
