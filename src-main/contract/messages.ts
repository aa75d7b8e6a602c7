/**
 * Messages of a topic: searched, tailed, opened, produced. A search is started, watched, paged and stopped like a query;
 * it says exactly what it has looked at. Offsets are decimal text; times are milliseconds since 1970 UTC.
 */
import { z } from 'zod'
import { connectionName } from './connections.ts'
import { errorShape } from './errors.ts'
import { limits } from './limits.ts'
import { topicName } from './topics.ts'

export const searchId = z.string().min(1).max(64)
const offset = z.string().regex(/^\d{1,19}$/)
const partition = z.number().int().min(0).max(2_147_483_647)

/** Where a search begins. `newest` reads backwards from the end, everything else forwards. */
export const searchStart = z.union([
  z.object({ at: z.literal('newest') }),
  z.object({ at: z.literal('oldest') }),
  z.object({ at: z.literal('offset'), offset }),
  z.object({ at: z.literal('time'), timeMs: z.number() }),
  /** So long before now. */
  z.object({ at: z.literal('ago'), ms: z.number().min(0) }),
])
export type SearchStart = z.infer<typeof searchStart>

/** All that are given must hold. Text is compared without regard to upper and lower case. */
export const messageFilter = z.object({
  /** Text anywhere in key, value or headers, as they are shown. */
  text: z.string().max(10_000).optional(),
  /** Text in the key. */
  key: z.string().max(10_000).optional(),
  header: z.object({ name: z.string().max(1000), value: z.string().max(10_000) }).optional(),
  /** `exists` ignores `value`; `=` and `!=` compare as text or number, the others as numbers where both are. */
  json: z
    .object({
      path: z.string().max(1000),
      operator: z.enum(['exists', '=', '!=', '<', '<=', '>', '>=', 'contains']),
      value: z.string().max(10_000),
    })
    .optional(),
  /** SQL expression over partition, offset, timestamp, key, value, headers, size; for example value ->> '$.delay' > 60. */
  sql: z.string().max(10_000).optional(),
})
export type MessageFilter = z.infer<typeof messageFilter>

/** How values are read. `auto`: the source's format where the topic is one of ours, else schema id, JSON, text, bytes. */
export const messageFormat = z.enum(['auto', 'json', 'avro', 'protobuf', 'json-schema', 'text', 'bytes'])
export type MessageFormat = z.infer<typeof messageFormat>

export const messageSearch = z.object({
  connection: connectionName,
  topic: topicName,
  /** Absent: all. */
  partitions: z.array(partition).max(100_000).optional(),
  start: searchStart,
  /** Forward searches end here; absent: at what was the end when the search began. */
  end: z
    .union([
      z.object({ at: z.literal('offset'), offset }),
      z.object({ at: z.literal('time'), timeMs: z.number() }),
    ])
    .optional(),
  /** Goes on with what arrives, until stopped. */
  live: z.boolean(),
  filter: messageFilter,
  /** Ends after so many matches; a live search keeps the newest. */
  limit: z.number().int().min(1).max(limits.searchMatches),
  keyFormat: messageFormat,
  valueFormat: messageFormat,
  isolation: z.enum(['read_committed', 'read_uncommitted']),
})
export type MessageSearch = z.infer<typeof messageSearch>

export const searchedPartition = z.object({
  partition,
  /** The log as it was when the search began: earliest, and one past the latest. */
  earliest: z.string(),
  latest: z.string(),
  /** What was looked at: from inclusive, to exclusive; equal where nothing was. */
  from: z.string(),
  to: z.string(),
  /** What this search means to look at in all. */
  goalFrom: z.string(),
  goalTo: z.string(),
  records: z.number(),
  state: z.enum(['waiting', 'reading', 'done', 'failed']),
  /** Why it failed, in the broker's own words; empty otherwise. */
  reason: z.string(),
})
export type SearchedPartition = z.infer<typeof searchedPartition>

export const searchStatus = z.object({
  id: searchId,
  version: z.number(),
  state: z.enum(['running', 'paused', 'done', 'stopped', 'failed']),
  /** Rows that can be paged now. */
  matches: z.number(),
  /** Matches that a live search has let go because of its limit. */
  dropped: z.number(),
  scanned: z.number(),
  scannedBytes: z.number(),
  /** Offsets that the search means to look at; an upper bound where the topic is compacted or has transactions. */
  total: z.number(),
  recordsPerSecond: z.number(),
  elapsedMs: z.number(),
  /** Timestamps of what was looked at; null before the first record. */
  firstTimestamp: z.number().nullable(),
  lastTimestamp: z.number().nullable(),
  partitions: z.array(searchedPartition),
  /** What was not looked at and why, in words; empty where everything asked for was. */
  notLookedAt: z.array(z.string()),
  error: errorShape.nullable(),
})
export type SearchStatus = z.infer<typeof searchStatus>

/** A part of a message as text for the list. */
export const messagePart = z.object({
  /** First characters; null where there is none (no key, tombstone). */
  text: z.string().nullable(),
  bytes: z.number(),
  /** "json", "avro", "protobuf", "json-schema", "text" or "bytes" (then `text` is hexadecimal). */
  format: z.string(),
  /** Why it could not be decoded as asked; empty otherwise. */
  problem: z.string(),
})
export type MessagePart = z.infer<typeof messagePart>

export const messageRow = z.object({
  partition,
  offset: z.string(),
  timestamp: z.number().nullable(),
  key: messagePart,
  value: messagePart,
  headers: z.number(),
  sizeBytes: z.number(),
})
export type MessageRow = z.infer<typeof messageRow>

/** Newest first for searches from the newest, otherwise in the order in which they were found. */
export const messagePage = z.object({ start: z.number(), rows: z.array(messageRow) })
export type MessagePage = z.infer<typeof messagePage>

export const recordAddress = z.object({
  connection: connectionName,
  topic: topicName,
  partition,
  offset,
  keyFormat: messageFormat,
  valueFormat: messageFormat,
})

export type RecordAddress = z.infer<typeof recordAddress>

/** A part of an opened message. Parts over `limits.messagePartBytes` are cut; `messages.part` gives the rest. */
export const recordPart = z.object({
  /** Base64 of the first bytes as they are on the wire; null where there is none. */
  raw: z.string().nullable(),
  bytes: z.number(),
  /** Decoded: JSON text, or plain text; null where it could not be. */
  text: z.string().nullable(),
  format: z.string(),
  problem: z.string(),
  truncated: z.boolean(),
  schema: z.object({ id: z.number(), subject: z.string(), type: z.string(), text: z.string() }).nullable(),
})
export type RecordPart = z.infer<typeof recordPart>

export const recordDetail = z.object({
  topic: topicName,
  partition,
  offset: z.string(),
  timestamp: z.number().nullable(),
  timestampType: z.enum(['create', 'append', 'none']),
  key: recordPart,
  value: recordPart,
  /** Repeated names stay apart, in order. `text` is null where the bytes are no UTF-8. */
  headers: z.array(z.object({ name: z.string(), text: z.string().nullable(), raw: z.string().nullable() })),
  sizeBytes: z.number(),
  /** Codec of its batch: none, gzip, snappy, lz4 or zstd. */
  compression: z.string(),
  /** How its parts are masked, in words; empty where they are not. */
  masked: z.string(),
})
export type RecordDetail = z.infer<typeof recordDetail>

/** Bytes of one part of a message, for those who want more than the first ones. */
export const partRequest = recordAddress.extend({
  part: z.enum(['key', 'value']),
  /** True: of the text that the part is decoded to, in UTF-8; otherwise of its bytes as they are on the wire. */
  decoded: z.boolean().optional(),
  start: z.number().int().min(0),
  count: z.number().int().min(1).max(limits.messagePartBytes),
})

export type PartRequest = z.infer<typeof partRequest>

const bytesInput = z.union([
  z.object({ text: z.string().max(limits.producedBytes) }),
  z.object({ base64: z.string().max(limits.producedBytes * 2) }),
  z.null(),
])

/** One message to write. Only on a connection with `writes: allowed`. */
export const producedMessage = z.object({
  connection: connectionName,
  topic: topicName,
  /** Absent: by the key, as Kafka's own clients choose. */
  partition: partition.optional(),
  key: bytesInput,
  /** Null is a tombstone. */
  value: bytesInput,
  headers: z.array(z.object({ name: z.string().max(1000), value: bytesInput })).max(1000),
  timestamp: z.number().optional(),
  /** The topic's name once more: the person has confirmed this target. */
  confirm: topicName,
})
export type ProducedMessage = z.infer<typeof producedMessage>

/** Where a produced message went. */
export const producedAt = z.object({
  partition: z.number(),
  offset: z.string(),
  timestamp: z.number().nullable(),
})
export type ProducedAt = z.infer<typeof producedAt>
