/** Records that could not be decoded or transformed: rows of sys_dead_letters. */
import { z } from 'zod'

export const deadLetterSummary = z.object({
  id: z.number(),
  at: z.number(),
  source: z.string(),
  topic: z.string(),
  partition: z.number(),
  /** Decimal text: offsets are 64-bit. */
  offset: z.string(),
  timestamp: z.number().nullable(),
  /** "decode", or the name of the step. */
  step: z.string(),
  /** Table whose step failed; empty for decode. */
  table: z.string(),
  /** Column that did not fit; empty where it is not about one column. */
  column: z.string(),
  reason: z.string(),
  sizeBytes: z.number(),
})
export type DeadLetterSummary = z.infer<typeof deadLetterSummary>

export const deadLetterDetail = deadLetterSummary.extend({
  sql: z.string(),
  /** Base64 of the first bytes of the value. */
  value: z.string(),
  truncated: z.boolean(),
  key: z.string().nullable(),
  headers: z.string().nullable(),
})
export type DeadLetterDetail = z.infer<typeof deadLetterDetail>

export const deadLetterFilter = z.object({
  source: z.string().optional(),
  table: z.string().optional(),
  step: z.string().optional(),
  column: z.string().optional(),
  reason: z.string().optional(),
})

/** Dead letters that share source, table, step, column and kind of reason. */
export const deadLetterGroup = z.object({
  source: z.string(),
  table: z.string(),
  step: z.string(),
  column: z.string(),
  /** One reason as an example. */
  reason: z.string(),
  count: z.number(),
  firstAt: z.number(),
  lastAt: z.number(),
})
export type DeadLetterGroup = z.infer<typeof deadLetterGroup>
