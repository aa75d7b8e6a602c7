/** Records/s by topic over time, from sys_topics. Runs in the main process on rows that SQLite has added up. */
import type { Series } from '#contract/statistics.ts'
import type { SqlValue } from '../../../columns/values.ts'
import type { RowSource } from './store-values.ts'
import { numberOf, textOf } from './store-values.ts'
import type { TimeAxis } from './time-axis.ts'
import { onAxis } from './time-axis.ts'

/**
 * What sources took in: rows without a source are measurements of clusters. A slice of sys_topics without a row was not measured, so a rate is over the seconds that have rows, and a bucket
 * without any is a gap. The slice that is still being filled is left out.
 */
const sql = (where: string): string => `
WITH slices AS (
  SELECT source, topic, seconds, at, sum(records) AS records
  FROM sys_topics
  WHERE source <> '' AND seconds IN (1, 10, 60) AND at >= ?1 AND at < ?2 AND at + seconds * 1000 <= ?3 ${where}
  GROUP BY source, topic, seconds, at
)
SELECT at / ?4 * ?4 AS bucket, sum(records) / CAST(sum(seconds) AS REAL), source, topic
FROM slices GROUP BY source, topic, bucket ORDER BY source, topic, bucket`

/** One line per topic; a topic that several sources read has one for each, named source/topic. */
export async function throughputByTopic(store: RowSource, axis: TimeAxis, nowMs: number): Promise<Series> {
  const rows = await store.run(sql(''), [axis.fromMs, axis.toMs, nowMs, axis.bucketMs])
  const groups = Map.groupBy(rows, (row) => `${textOf(row[2])}\n${textOf(row[3])}`)
  const lines = [...groups.values()].map((group) => ({
    rows: group,
    source: textOf(group[0]?.[2]),
    topic: textOf(group[0]?.[3]),
  }))
  return {
    bucketMs: axis.bucketMs,
    at: axis.at,
    lines: lines.map(({ rows: own, source, topic }) => ({
      name: lines.filter((line) => line.topic === topic).length > 1 ? `${source}/${topic}` : topic,
      unit: 'records/s',
      values: onAxis(axis, own),
    })),
  }
}

/** Records/s of one source, all its topics together. */
export async function throughputOfSource(
  store: RowSource,
  { axis, source, nowMs }: { axis: TimeAxis; source: string; nowMs: number },
): Promise<(number | null)[]> {
  const parameters: SqlValue[] = [axis.fromMs, axis.toMs, nowMs, axis.bucketMs, source]
  const rows = await store.run(sql('AND source = ?5'), parameters)
  const sums = new Map<number, number>()
  for (const [bucket, rate] of rows) {
    sums.set(numberOf(bucket), (sums.get(numberOf(bucket)) ?? 0) + numberOf(rate))
  }
  return axis.at.map((start) => sums.get(start) ?? null)
}
