/**
 * What would make statements of the query history quicker: indexes that were tried on a sample, and rollups that hold what a
 * statement computes from rows. Times are milliseconds, moments milliseconds since 1970 UTC.
 */
import { z } from 'zod'
import { errorShape } from './errors.ts'

/** A statement of the history, each once. */
const askedStatement = z.object({
  sql: z.string(),
  /** How often it ran to its end, and how long all of that took. */
  runs: z.number(),
  totalMs: z.number(),
})

/** Plans are as SQLite tells them, a line per step; before and after are least times of a few runs. */
const measuredStatement = askedStatement.extend({
  beforeMs: z.number(),
  planBefore: z.array(z.string()),
  afterMs: z.number(),
  planAfter: z.array(z.string()),
})
export type MeasuredStatement = z.infer<typeof measuredStatement>

const sampleSize = {
  /** Rows that it was measured on, spread over the table, and rows of the table. */
  sampledRows: z.number(),
  tableRows: z.number(),
}

export const indexProposal = z.object({
  table: z.string(),
  columns: z.array(z.string()),
  /** For penstock.yaml: the whole `indexes:` of the table, those that it has too. */
  yaml: z.string(),
  /** Why it may serve more than these statements, in one sentence; empty where that is not known. */
  reason: z.string(),
  /** To make it on the sample. */
  madeMs: z.number(),
  ...sampleSize,
  statements: z.array(measuredStatement),
})
export type IndexProposal = z.infer<typeof indexProposal>

/** A rollup that holds what a statement computes. */
export const rollupHint = z.object({
  rollup: z.string(),
  table: z.string(),
  /** What can be selected from it. */
  columns: z.array(z.string()),
  /** The same statement over the rollup; null where it must be written by hand. */
  sql: z.string().nullable(),
  /** What differs, in one sentence; empty where nothing does. */
  note: z.string(),
})
export type RollupHint = z.infer<typeof rollupHint>

export const rollupProposal = rollupHint.extend({
  /** Before: on the sample of the table. After: on the rollup; null where the statement must be written by hand. */
  ...sampleSize,
  statement: askedStatement.extend({
    beforeMs: z.number(),
    planBefore: z.array(z.string()),
    afterMs: z.number().nullable(),
    planAfter: z.array(z.string()),
  }),
})
export type RollupProposal = z.infer<typeof rollupProposal>

export const adviceFindings = z.object({
  /** Statements of the history that ran to their end, each counted once, and those that were looked at. */
  statements: z.number(),
  considered: z.number(),
  /** Of these, how many read a table of the workspace from its first row to its last, and how many of them were tried. */
  scanning: z.number(),
  tried: z.number(),
  indexes: z.array(indexProposal),
  rollups: z.array(rollupProposal),
})
export type AdviceFindings = z.infer<typeof adviceFindings>

export const adviceRun = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  /** What was found so far; stays when the search is cancelled or fails. */
  findings: adviceFindings,
  error: errorShape.nullable(),
})
export type AdviceRun = z.infer<typeof adviceRun>

export const adviceStatus = z.object({
  /** Grows with each change. */
  version: z.number(),
  /** The one under way, or the last one of this start; null before the first. */
  run: adviceRun.nullable(),
})
export type AdviceStatus = z.infer<typeof adviceStatus>
