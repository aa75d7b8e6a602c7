/**
 * Consumer groups of a cluster and their lag. Lag is never negative and never counts what is no longer in the log.
 * Offsets are decimal text. Times are milliseconds since 1970 UTC. Null is "not known".
 */
import { z } from 'zod'
import { connectionName } from './connections.ts'

export const groupId = z.string().max(1000)

export const groupRow = z.object({
  id: groupId,
  /** In the broker's words: Stable, Empty, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Dead. */
  state: z.string(),
  /** "classic", "consumer" (KIP-848), or the broker's own word for another kind. */
  kind: z.string(),
  /** Null in a snapshot. */
  members: z.number().nullable(),
  topics: z.array(z.string()),
  lag: z.number().nullable(),
  /** Age of the oldest record that is not committed yet; 0 where everything is. */
  lagMs: z.number().nullable(),
  /** Change of the lag, records per second; negative when it catches up. */
  trend: z.number().nullable(),
  /** Time until the lag is gone at the present trend; null where it does not shrink. */
  timeToClearMs: z.number().nullable(),
  /** Lag of the last 60 measurements, oldest first; null is a gap. */
  spark: z.array(z.number().nullable()),
})
export type GroupRow = z.infer<typeof groupRow>

export const groupListRequest = z.object({
  connection: connectionName,
  search: z.string().max(1000),
  sort: z.enum(['id', 'state', 'members', 'lag', 'lagMs', 'trend']),
  descending: z.boolean(),
  start: z.number().int().min(0),
  count: z.number().int().min(1).max(500),
})

export type GroupListRequest = z.infer<typeof groupListRequest>

export const groupList = z.object({
  total: z.number(),
  groups: z.array(groupRow),
  at: z.number().nullable(),
  intervalMs: z.number(),
  notSeen: z.array(z.string()),
})
export type GroupList = z.infer<typeof groupList>

export const groupPartition = z.object({
  topic: z.string(),
  partition: z.number(),
  /** Null where nothing is committed. */
  committed: z.string().nullable(),
  earliest: z.string().nullable(),
  /** End of what a consumer with this isolation can read. */
  latest: z.string().nullable(),
  lag: z.number().nullable(),
  lagMs: z.number().nullable(),
  /** Client that reads it now, or empty. */
  member: z.string(),
  /** For example "committed offset is no longer in the log; lag counts from the earliest one". */
  note: z.string(),
})
export type GroupPartition = z.infer<typeof groupPartition>

export const groupDetail = z.object({
  group: groupRow,
  at: z.number(),
  coordinator: z.number().nullable(),
  assignor: z.string(),
  memberList: z.array(
    z.object({
      id: z.string(),
      clientId: z.string(),
      host: z.string(),
      assignments: z.array(z.object({ topic: z.string(), partitions: z.array(z.number()) })),
    }),
  ),
  partitions: z.array(groupPartition),
  notSeen: z.array(z.string()),
})
export type GroupDetail = z.infer<typeof groupDetail>
