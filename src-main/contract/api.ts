/**
 * The contract: everything that the console, the CLI and the engine may say to each other. Control plane only: results
 * and figures are pulled in pages and snapshots, so a client that does not read holds nothing up.
 */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { deadLetterDetail, deadLetterFilter, deadLetterGroup, deadLetterSummary } from './dead-letters.ts'
import { errorShape } from './errors.ts'
import { liveEvent, liveSnapshot } from './live.ts'
import { historyEntry, page, pageRequest, queryId, queryStart, queryStatus, schemaView } from './query.ts'
import { batchRow, batchStepRow, pipelineStatistics, range, series } from './statistics.ts'
import { workspaceView } from './workspace.ts'

/** Any fault of a handler; `data` is the {@link errorShape}. Clients turn it back into an AppError. */
const procedure = oc.errors({ PENSTOCK: { status: 422, data: errorShape } })

export const api = {
  workspace: {
    get: procedure.output(workspaceView),
  },
  live: {
    /** Newest snapshot. With `after`, waits until there is a newer one, at most `limits.longPollMs`. */
    next: procedure
      .input(z.object({ epoch: z.string().nullable(), after: z.number().nullable() }))
      .output(liveSnapshot),
  },
  engine: {
    pause: procedure.output(z.object({ state: z.string() })),
    resume: procedure.output(z.object({ state: z.string() })),
  },
  statistics: {
    /** Records/s by source topic, from sys_topics. */
    throughput: procedure.input(range).output(series),
    /** Event-to-queryable p50 and p99, from sys_batches. */
    latency: procedure.input(range).output(series),
    /** Measures of one table's pipeline: timelines on one axis, and histograms. */
    pipeline: procedure.input(range.extend({ table: z.string() })).output(pipelineStatistics),
    /** Newest batches first; `before` pages back by id. */
    batches: procedure
      .input(
        z.object({
          source: z.string().optional(),
          before: z.number().optional(),
          limit: z.number().int().min(1).max(500),
        }),
      )
      .output(z.object({ batches: z.array(batchRow) })),
    batchSteps: procedure
      .input(z.object({ batchId: z.number() }))
      .output(z.object({ steps: z.array(batchStepRow) })),
  },
  query: {
    start: procedure.input(queryStart).output(z.object({ id: queryId })),
    /** Status now, or, with `after`, as soon as its version is newer (at most `limits.longPollMs`). */
    watch: procedure.input(z.object({ id: queryId, after: z.number().nullable() })).output(queryStatus),
    page: procedure.input(pageRequest).output(page),
    cancel: procedure.input(z.object({ id: queryId })).output(queryStatus),
    close: procedure.input(z.object({ id: queryId })).output(z.object({ closed: z.boolean() })),
    history: procedure
      .input(z.object({ search: z.string().max(1000), limit: z.number().int().min(1).max(500) }))
      .output(z.object({ entries: z.array(historyEntry) })),
    schema: procedure.output(schemaView),
  },
  deadLetters: {
    list: procedure
      .input(
        deadLetterFilter.extend({
          before: z.number().optional(),
          limit: z.number().int().min(1).max(500),
        }),
      )
      .output(z.object({ letters: z.array(deadLetterSummary) })),
    groups: procedure.output(z.object({ groups: z.array(deadLetterGroup) })),
    get: procedure.input(z.object({ id: z.number() })).output(deadLetterDetail),
  },
  events: {
    list: procedure
      .input(z.object({ before: z.number().optional(), limit: z.number().int().min(1).max(500) }))
      .output(z.object({ events: z.array(liveEvent) })),
  },
}
