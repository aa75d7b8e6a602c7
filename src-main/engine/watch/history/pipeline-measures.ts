/** Timelines and distributions of one pipeline, from sys_batches and sys_steps. Runs in the main process. */
import type { PipelineStatistics } from '#contract/statistics.ts'
import type { SqlValue } from '../../../columns/values.ts'
import type { Histogram, HistogramShape } from './histogram.ts'
import { emptyHistogram, histogramOf, histogramOfValues, histogramShape } from './histogram.ts'
import type { RowSource } from './store-values.ts'
import { numberOf, numberOrNull, textOf } from './store-values.ts'
import { throughputOfSource } from './throughput.ts'
import type { TimeAxis } from './time-axis.ts'
import { onAxis } from './time-axis.ts'

type Measure = PipelineStatistics['measures'][number]
type MeasureName = Measure['name']

/** What one pipeline is asked for. */
export interface PipelineRequest {
  axis: TimeAxis
  table: string
  source: string
  nowMs: number
}

/**
 * The batches of the pipeline's source in the range. `dead` is of this pipeline: what its source could not decode, and
 * what its own steps refused, without what steps of other tables did.
 */
const batches = `
batches AS MATERIALIZED (
  SELECT committed_at / ?3 * ?3 AS bucket, records, nullif(total_ms, 0) AS total_ms, latency_p99_ms,
    CASE dead WHEN 0 THEN 0 ELSE max(0, dead - (
      SELECT coalesce(sum(failed), 0) FROM sys_steps
      WHERE batch_id = sys_batches.id AND table_name <> ?5)) END AS dead
  FROM sys_batches WHERE committed_at >= ?1 AND committed_at < ?2 AND source = ?4
)`

/**
 * Per bucket: records over the time spent on them; mean records and mean milliseconds of a batch; the worst p99;
 * dead letters in all.
 */
const timelinesSql = `
WITH ${batches}
SELECT bucket, sum(records) FILTER (WHERE total_ms IS NOT NULL) * 1000.0 / sum(total_ms), avg(records), avg(total_ms),
  max(latency_p99_ms), sum(dead)
FROM batches GROUP BY bucket`

/** One value per measure and batch. */
const values = `
measured(name, value) AS (
  SELECT 'processRate', records * 1000.0 / total_ms FROM batches WHERE total_ms IS NOT NULL
  UNION ALL SELECT 'rowsPerBatch', records FROM batches
  UNION ALL SELECT 'batchDuration', total_ms FROM batches WHERE total_ms IS NOT NULL
  UNION ALL SELECT 'latencyP99', latency_p99_ms FROM batches WHERE latency_p99_ms IS NOT NULL
  UNION ALL SELECT 'dead', dead FROM batches
)`

const boundsSql = `WITH ${batches}, ${values} SELECT name, min(value), max(value) FROM measured GROUP BY name`

const countsSql = (shapes: number): string => `
WITH ${batches}, ${values},
shapes(name, start, step) AS (VALUES ${Array.from({ length: shapes }, () => '(?, ?, ?)').join(', ')})
SELECT name, CAST((value - start) / step AS INTEGER) AS slot, count(*)
FROM measured JOIN shapes USING (name) GROUP BY name, slot`

/** Measures of batches with their unit, in the order of the columns of {@link timelinesSql}. */
const batchMeasures: readonly { name: MeasureName; unit: string; isWhole: boolean }[] = [
  { name: 'processRate', unit: 'records/s', isWhole: false },
  { name: 'rowsPerBatch', unit: 'records', isWhole: true },
  { name: 'batchDuration', unit: 'ms', isWhole: false },
  { name: 'latencyP99', unit: 'ms', isWhole: false },
  { name: 'dead', unit: 'records', isWhole: true },
]

/**
 * All measures of a pipeline on one axis. The histogram of the input rate is over the buckets of the axis, the others
 * are over batches.
 */
export async function pipelineMeasures(store: RowSource, request: PipelineRequest): Promise<Measure[]> {
  const { axis, source, table } = request
  const parameters: SqlValue[] = [axis.fromMs, axis.toMs, axis.bucketMs, source, table]
  const [inputRate, timelines, histograms] = await Promise.all([
    throughputOfSource(store, request),
    store.run(timelinesSql, parameters),
    batchHistograms(store, parameters),
  ])
  return [
    {
      name: 'inputRate',
      unit: 'records/s',
      values: inputRate,
      histogram: histogramOfValues(inputRate.filter((value) => value !== null)),
    },
    ...batchMeasures.map(({ name, unit }, index) => ({
      name,
      unit,
      values: onAxis(axis, timelines, index + 1),
      histogram: histograms.get(name) ?? emptyHistogram,
    })),
  ]
}

async function batchHistograms(store: RowSource, parameters: SqlValue[]): Promise<Map<string, Histogram>> {
  const shapes = new Map<string, HistogramShape>()
  for (const [name, low, high] of await store.run(boundsSql, parameters)) {
    const measure = batchMeasures.find((candidate) => candidate.name === name)
    const lowest = numberOrNull(low)
    if (measure === undefined || lowest === null) continue
    shapes.set(measure.name, histogramShape(lowest, numberOf(high), measure.isWhole))
  }
  if (shapes.size === 0) return new Map()
  const shapeParameters = [...shapes].flatMap(([name, { start, step }]) => [name, start, step])
  const counts = await store.run(countsSql(shapes.size), [...parameters, ...shapeParameters])
  return new Map(
    [...shapes].map(([name, shape]) => {
      const own = counts.filter((row) => textOf(row[0]) === name)
      return [name, histogramOf(shape, new Map(own.map((row) => [numberOf(row[1]), numberOf(row[2])])))]
    }),
  )
}
