/** History of topics and groups of a cluster, from sys_topics and sys_lag. Main process; SQLite adds up. */
import type { Range, Series } from '#contract/statistics.ts'
import type { SqlValue } from '../../../columns/values.ts'
import { numberOf, type RowSource } from './store-values.ts'
import { chooseAxis, onAxis, seriesOf } from './time-axis.ts'

const mostLines = 64

/**
 * Rates of the busiest partitions, and of the rows for all partitions together (-1). A slice was measured where the topic has a
 * row, or the cluster as a whole (its topic is empty): a partition without a row did not grow then.
 */
const topicSql = `
WITH rows AS MATERIALIZED (
  SELECT at / ?4 * ?4 AS bucket, at, seconds, topic, partition, records FROM sys_topics
  WHERE connection = ?1 AND topic IN (?2, '') AND seconds IN (1, 10, 60) AND at >= ?3 AND at < ?5
),
measured AS (
  SELECT bucket, max(seconds) AS seconds FROM (
    SELECT bucket, min(sum(seconds), ?4 / 1000) AS seconds FROM (SELECT DISTINCT bucket, at, seconds, topic FROM rows)
    GROUP BY bucket, topic
  ) GROUP BY bucket
),
sums AS (SELECT bucket, partition, sum(records) AS records FROM rows WHERE topic = ?2 GROUP BY bucket, partition),
busiest AS (SELECT partition FROM sums GROUP BY partition ORDER BY sum(records) DESC LIMIT ${String(mostLines)})
SELECT bucket, coalesce(records, 0) / CAST(seconds AS REAL), partition
FROM measured CROSS JOIN busiest LEFT JOIN sums USING (bucket, partition)
ORDER BY partition, bucket`

/** The worst lag within a bucket: what someone who waits for it has met. */
const groupSql = `
SELECT bucket, max(lag), max(lag_ms) FROM (
  SELECT at / ?4 * ?4 AS bucket, at, sum(lag) AS lag, max(lag_ms) AS lag_ms
  FROM sys_lag WHERE connection = ?1 AND group_id = ?2 AND source = '' AND seconds IN (1, 10, 60) AND at >= ?3 AND at < ?5
  GROUP BY seconds, at
) GROUP BY bucket`

export class ClusterHistoryReader {
  readonly #store: RowSource

  constructor(store: RowSource) {
    this.#store = store
  }

  /** Records/s by partition. */
  async topic(connection: string, topic: string, range: Range): Promise<Series> {
    const axis = await chooseAxis(this.#store, range, {
      ...{ table: 'sys_topics', where: 'connection = ? AND topic = ?', parameters: [connection, topic] },
    })
    const parameters: SqlValue[] = [connection, topic, axis.fromMs, axis.bucketMs, axis.toMs]
    const rows = await this.#store.run(topicSql, parameters)
    const lines = [...Map.groupBy(rows, (row) => numberOf(row[2]))].map(([partition, own]) => ({
      name: partition < 0 ? 'all partitions' : `partition ${String(partition)}`,
      unit: 'records/s',
      values: onAxis(axis, own),
    }))
    return { bucketMs: axis.bucketMs, at: axis.at, lines }
  }

  /** Lag in records and in milliseconds. */
  async group(connection: string, group: string, range: Range): Promise<Series> {
    const axis = await chooseAxis(this.#store, range, {
      ...{ table: 'sys_lag', where: 'connection = ? AND group_id = ?', parameters: [connection, group] },
    })
    const parameters: SqlValue[] = [connection, group, axis.fromMs, axis.bucketMs, axis.toMs]
    const rows = await this.#store.run(groupSql, parameters)
    return seriesOf(axis, rows, [
      { name: 'lag', unit: 'records' },
      { name: 'lag in time', unit: 'ms' },
    ])
  }
}
