/**
 * The contract: everything that the console, the CLI and the engine may say to each other. Control plane only: results
 * and figures are pulled in pages and snapshots, so a client that does not read holds nothing up.
 */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { adviceStatus, rollupHint } from './advice.ts'
import { brokerConfig, clusterView } from './cluster.ts'
import { connectionDraft, connectionName, connectionTest, connectionView } from './connections.ts'
import { deadLetterDetail, deadLetterFilter, deadLetterGroup, deadLetterSummary } from './dead-letters.ts'
import { errorShape } from './errors.ts'
import { groupDetail, groupId, groupList, groupListRequest } from './groups.ts'
import { limits } from './limits.ts'
import { liveEvent, liveSnapshot } from './live.ts'
import {
  messagePage,
  messageSearch,
  partRequest,
  producedAt,
  producedMessage,
  recordAddress,
  recordDetail,
  searchId,
  searchStatus,
} from './messages.ts'
import { historyEntry, page, pageRequest, queryId, queryStart, queryStatus, schemaView } from './query.ts'
import { createRequest, openRequest, sessionView } from './session.ts'
import { snapshotRequest, snapshotStatus } from './snapshots.ts'
import { batchRow, batchStepRow, pipelineStatistics, range, series } from './statistics.ts'
import { topicDetail, topicList, topicListRequest, topicName } from './topics.ts'
import { workspaceView } from './workspace.ts'

/** Any fault of a handler; `data` is the {@link errorShape}. Clients turn it back into an AppError. */
const procedure = oc.errors({ PENSTOCK: { status: 422, data: errorShape } })

export const api = {
  session: {
    /** Now, or, with `after`, as soon as its version is newer (at most `limits.longPollMs`). */
    watch: procedure.input(z.object({ after: z.number().nullable() })).output(sessionView),
    open: procedure.input(openRequest).output(sessionView),
    /** Applies the changed file that waits, with what it loses. */
    apply: procedure.output(sessionView),
    openDemo: procedure.output(sessionView),
    create: procedure.input(createRequest).output(sessionView),
  },
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
    /** Sizes of the store, from sys_store. */
    storeSize: procedure.input(range).output(series),
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
  advice: {
    /** Begins to look for indexes and rollups for the query history; the one under way, where there is one. */
    start: procedure.output(adviceStatus),
    /** Status now, or, with `after`, as soon as its version is newer (at most `limits.longPollMs`). */
    watch: procedure.input(z.object({ after: z.number().nullable() })).output(adviceStatus),
    /** Ends the one of this id at once; what it found stays. */
    stop: procedure.input(z.object({ id: z.string() })).output(adviceStatus),
    /**
     * The rollup that holds what a statement computed from all rows of a table, or for longer than a moment. Told from its
     * text and the workspace; nothing of it is run.
     */
    rollupFor: procedure
      .input(z.object({ sql: z.string().min(1), elapsedMs: z.number().min(0) }))
      .output(z.object({ hint: rollupHint.nullable() })),
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
  connections: {
    list: procedure.output(z.object({ connections: z.array(connectionView) })),
    /** A connection of the workspace as the form takes it; secrets are named, their values stay where they are. */
    get: procedure.input(z.object({ name: connectionName })).output(connectionDraft),
    /** Starts a test of a connection of the workspace, or of one that is only in a form. */
    test: procedure
      .input(z.union([z.object({ name: connectionName }), z.object({ draft: connectionDraft })]))
      .output(connectionTest),
    watchTest: procedure
      .input(z.object({ id: z.string(), after: z.number().nullable() }))
      .output(connectionTest),
    stopTest: procedure.input(z.object({ id: z.string() })).output(z.object({ stopped: z.boolean() })),
    /** Writes it into penstock.yaml (comments survive) and its secrets into the secret store; opens the workspace anew. */
    save: procedure.input(z.object({ draft: connectionDraft })).output(z.object({ saved: z.boolean() })),
    /** Takes one that nothing uses out of penstock.yaml and opens the workspace anew; its kept secrets stay. */
    remove: procedure.input(z.object({ name: connectionName })).output(z.object({ removed: z.boolean() })),
  },
  cluster: {
    get: procedure.input(z.object({ connection: connectionName })).output(clusterView),
    brokerConfig: procedure
      .input(z.object({ connection: connectionName, broker: z.number() }))
      .output(brokerConfig),
  },
  topics: {
    list: procedure.input(topicListRequest).output(topicList),
    get: procedure.input(z.object({ connection: connectionName, topic: topicName })).output(topicDetail),
    /** Records/s by partition from sys_topics; at most 64 lines, the busiest. */
    history: procedure.input(range.extend({ connection: connectionName, topic: topicName })).output(series),
  },
  groups: {
    list: procedure.input(groupListRequest).output(groupList),
    get: procedure.input(z.object({ connection: connectionName, group: groupId })).output(groupDetail),
    /** Lag in records and in milliseconds from sys_lag. */
    history: procedure.input(range.extend({ connection: connectionName, group: groupId })).output(series),
  },
  messages: {
    start: procedure.input(messageSearch).output(z.object({ id: searchId })),
    /** Status now, or, with `after`, as soon as its version is newer (at most `limits.longPollMs`). */
    watch: procedure.input(z.object({ id: searchId, after: z.number().nullable() })).output(searchStatus),
    page: procedure
      .input(
        z.object({
          id: searchId,
          start: z.number().int().min(0),
          count: z.number().int().min(1).max(limits.queryPageRows),
        }),
      )
      .output(messagePage),
    pause: procedure.input(z.object({ id: searchId })).output(searchStatus),
    resume: procedure.input(z.object({ id: searchId })).output(searchStatus),
    stop: procedure.input(z.object({ id: searchId })).output(searchStatus),
    close: procedure.input(z.object({ id: searchId })).output(z.object({ closed: z.boolean() })),
    record: procedure.input(recordAddress).output(recordDetail),
    /** Base64 of a range of a key or value. */
    part: procedure.input(partRequest).output(z.object({ raw: z.string(), bytes: z.number() })),
    produce: procedure.input(producedMessage).output(producedAt),
  },
  snapshots: {
    /** Begins one; rejects with SNAPSHOT_RUNNING while another is under way. */
    start: procedure.input(snapshotRequest).output(snapshotStatus),
    /** Status now, or, with `after`, as soon as its version is newer (at most `limits.longPollMs`). */
    watch: procedure.input(z.object({ after: z.number().nullable() })).output(snapshotStatus),
    /** Ends the one of this id at once and leaves nothing of it. */
    cancel: procedure.input(z.object({ id: z.string() })).output(snapshotStatus),
  },
  events: {
    list: procedure
      .input(z.object({ before: z.number().optional(), limit: z.number().int().min(1).max(500) }))
      .output(z.object({ events: z.array(liveEvent) })),
  },
}
