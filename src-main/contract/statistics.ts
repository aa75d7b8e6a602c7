/** History for charts and lists, read from the system tables. Times are milliseconds since 1970 UTC. */
import { z } from 'zod'

export const range = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  /** Width of one point, milliseconds; the engine may widen it, and says what it used. */
  bucketMs: z.number().int().min(1000),
})
export type Range = z.infer<typeof range>

/** Columnar series on one shared time axis; null is a gap (nothing measured). */
export const series = z.object({
  bucketMs: z.number(),
  /** Start of each bucket. */
  at: z.array(z.number()),
  lines: z.array(z.object({ name: z.string(), unit: z.string(), values: z.array(z.number().nullable()) })),
})
export type Series = z.infer<typeof series>

/** One committed micro-batch: a row of sys_batches. */
export const batchRow = z.object({
  id: z.number(),
  source: z.string(),
  committedAt: z.number(),
  records: z.number(),
  bytes: z.number(),
  /** Rows that tables took; of those with a key, also those that took the place of another. */
  rowsLanded: z.number(),
  dead: z.number(),
  /**
   * Newest event time minus the allowed lateness after the batch, and records behind the newest event time and behind the
   * watermark; null where the source has no event time.
   */
  watermarkAt: z.number().nullable(),
  late: z.number().nullable(),
  tooLate: z.number().nullable(),
  /** Offsets by partition, `from` inclusive, `to` exclusive, as decimal text. */
  positions: z.array(
    z.object({ topic: z.string(), partition: z.number(), from: z.string(), to: z.string() }),
  ),
  decodeMs: z.number(),
  loadMs: z.number(),
  stepsMs: z.number(),
  commitMs: z.number(),
  totalMs: z.number(),
  /** Event to queryable, null with no records. */
  latencyP50Ms: z.number().nullable(),
  latencyP99Ms: z.number().nullable(),
  latencyMaxMs: z.number().nullable(),
  error: z.string().nullable(),
})
export type BatchRow = z.infer<typeof batchRow>

/** Exact counts of one step in one batch: a row of sys_steps. */
export const batchStepRow = z.object({
  batchId: z.number(),
  table: z.string(),
  step: z.string(),
  rowsIn: z.number(),
  rowsOut: z.number(),
  filtered: z.number().nullable(),
  failed: z.number(),
  ms: z.number(),
})
export type BatchStepRow = z.infer<typeof batchStepRow>

/** Counts of values in `edges.length - 1` equal buckets. */
export const histogram = z.object({ edges: z.array(z.number()), counts: z.array(z.number()) })

/** Timeline and distribution of one measure of a pipeline. */
export const measure = z.object({
  name: z.enum(['inputRate', 'processRate', 'rowsPerBatch', 'batchDuration', 'latencyP99', 'dead']),
  unit: z.string(),
  values: z.array(z.number().nullable()),
  histogram,
})
export const pipelineStatistics = z.object({
  bucketMs: z.number(),
  at: z.array(z.number()),
  measures: z.array(measure),
})
export type PipelineStatistics = z.infer<typeof pipelineStatistics>
