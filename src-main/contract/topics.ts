/**
 * Topics of a cluster as measured from metadata and offsets, without JMX. Offsets are decimal text: they are 64-bit.
 * Times are milliseconds since 1970 UTC, rates are per second. Null is "not known", never zero.
 */
import { z } from 'zod'
import { connectionName } from './connections.ts'

export const topicName = z.string().min(1).max(249)

export const topicSort = z.enum([
  'name',
  'partitions',
  'recordsPerSecond',
  'bytesPerSecond',
  'sizeBytes',
  'lastRecordAt',
  'lag',
])

export const topicRow = z.object({
  name: topicName,
  /** Null in a snapshot, as replication and records are. */
  partitions: z.number().nullable(),
  replication: z.number().nullable(),
  internal: z.boolean(),
  /** Between the two newest measurements; null until there are two. */
  recordsPerSecond: z.number().nullable(),
  /** From the growth of the log on disk; null where the cluster does not let us see it. */
  bytesPerSecond: z.number().nullable(),
  /** Bytes on disk of the leaders' logs; null where the cluster does not let us see them. */
  sizeBytes: z.number().nullable(),
  /** Sum of latest minus earliest offsets: an upper bound where the topic is compacted or has transactions. */
  records: z.number().nullable(),
  retentionMs: z.number().nullable(),
  retentionBytes: z.number().nullable(),
  cleanupPolicy: z.string().nullable(),
  /** Timestamp of the newest record. */
  lastRecordAt: z.number().nullable(),
  underReplicated: z.number(),
  offline: z.number(),
  /** Sources and lookups of this workspace that read it. */
  consumers: z.array(z.string()),
  /** Records that our own sources have still to read; null where none reads it. */
  lag: z.number().nullable(),
  /** Records/s for each of the last 60 seconds, oldest first; null is a gap. */
  spark: z.array(z.number().nullable()),
})
export type TopicRow = z.infer<typeof topicRow>

export const topicList = z.object({
  /** Topics that match, of which `topics` is a part. */
  total: z.number(),
  topics: z.array(topicRow),
  /** When the newest measurement was made; null before the first one. */
  at: z.number().nullable(),
  /** Milliseconds between measurements; longer on large clusters. */
  intervalMs: z.number(),
})
export type TopicList = z.infer<typeof topicList>

export const topicListRequest = z.object({
  connection: connectionName,
  /** Part of the name, upper and lower case alike. */
  search: z.string().max(249),
  internal: z.boolean(),
  sort: topicSort,
  descending: z.boolean(),
  start: z.number().int().min(0),
  count: z.number().int().min(1).max(500),
})

export type TopicListRequest = z.infer<typeof topicListRequest>

export const topicPartition = z.object({
  partition: z.number(),
  /** -1 where there is none. */
  leader: z.number(),
  replicas: z.array(z.number()),
  inSync: z.array(z.number()),
  earliest: z.string().nullable(),
  latest: z.string().nullable(),
  recordsPerSecond: z.number().nullable(),
  bytesPerSecond: z.number().nullable(),
  sizeBytes: z.number().nullable(),
  lastRecordAt: z.number().nullable(),
  /** Share of the topic's rate relative to an even spread: 1 is even, 2 is twice its share; null without a rate. */
  skew: z.number().nullable(),
})
export type TopicPartition = z.infer<typeof topicPartition>

export const configEntry = z.object({
  name: z.string(),
  /** Null where the cluster keeps it secret. */
  value: z.string().nullable(),
  isDefault: z.boolean(),
  /** "topic", "broker", "cluster", "static" or "default". */
  source: z.string(),
  isReadOnly: z.boolean(),
})
export type ConfigEntry = z.infer<typeof configEntry>

export const topicDetail = z.object({
  topic: topicRow,
  at: z.number(),
  partitions: z.array(topicPartition),
  config: z.array(configEntry),
  /** Consumer groups with commits on it, as far as they were looked at. */
  groups: z.array(z.object({ id: z.string(), state: z.string(), lag: z.number().nullable() })),
  /** Subjects of the schema registry that follow the topic's name. */
  schemas: z.array(z.object({ subject: z.string(), id: z.number(), version: z.number(), type: z.string() })),
  /** What could not be seen and why, in words. */
  notSeen: z.array(z.string()),
})
export type TopicDetail = z.infer<typeof topicDetail>
