/**
 * The form of penstock.yaml. The types of the parser, the checks and the JSON Schema for editors are all made from it;
 * what needs the whole file (names, references between entries) is in checks.ts.
 */
import { z } from 'zod'
import { columnOrigin, columnType, sourceFormat } from '#contract/workspace.ts'
import { normaliseColumn } from './column-settings.ts'
import { connection, secretReference } from './connection-schema.ts'
import { duration, filePath, jsonPath, map, reject, rowCount, size, timestampFormat, words } from './forms.ts'
import { nameForm } from '../columns/names.ts'
import { checkKeyedSettings, keyedSettings } from './keyed-schema.ts'
import { maskAction } from './mask-schema.ts'
import { rollup } from './rollup-schema.ts'

const namePattern = { pattern: nameForm.source }
/** A map by name; the names themselves are checked with the whole file. */
function byName<Value extends z.ZodType>(value: Value) {
  return z.record(z.string().meta(namePattern), value)
}

const columnSettings = map({
  from: columnOrigin
    .optional()
    .describe(
      'Part of the record: value, key, header (one, by name), headers (all, as JSON), timestamp or tombstone. Default value.',
    ),
  header: words.optional().describe('With from: header, its name. The last one counts where it is repeated.'),
  path: jsonPath
    .optional()
    .describe(
      "Where the value is in the record, for example $.delay or $['a b'][0]. Default: the column's name.",
    ),
  type: columnType.describe('Type of the column.'),
  nullable: z
    .boolean()
    .optional()
    .describe(
      'Whether the value may be missing or null. Default true; false makes such a record a dead letter.',
    ),
  default: z
    .union([z.string(), z.number(), z.boolean(), z.null()], {
      error: 'must be text, a number, true or false',
    })
    .optional()
    .describe('Used where the value is missing or null.'),
  format: timestampFormat
    .optional()
    .describe('Timestamps: how the text is written, for example %Y/%m/%d %H:%M. Default: ISO 8601.'),
  unit: z
    .enum(['s', 'ms', 'us', 'ns'])
    .optional()
    .describe('Timestamps: unit of numbers since 1970 UTC. Default ms.'),
  mask: maskAction
    .optional()
    .describe(
      'What becomes of the value before anything is written: hash, redact, drop or { truncate: 4 }. Columns of sources only.',
    ),
}).transform(normaliseColumn)

const columnShorthand = columnType
  .describe("Type of the column; its path is the column's name.")
  .transform((type, context) => normaliseColumn({ type }, context))

const columns = byName(z.union([columnShorthand, columnSettings])).check((context) => {
  if (Object.keys(context.value).length > 0) return
  reject(context, context.value, 'there are no columns', {
    hint: 'add one, or leave columns out to have them inferred',
  })
})

const replay = map({
  file: filePath.describe('Capture: NDJSON, plain, gzip or zstd. Relative to this file.'),
  rate: z
    .union([z.number().positive().max(1e9), z.enum(['max', 'original'])], {
      error: 'must be a number of records per second, max or original',
    })
    .optional()
    .describe(
      'Records per second; max for as fast as possible; original for the pace of event time. Default max.',
    ),
  factor: z
    .number()
    .positive()
    .max(1e6)
    .optional()
    .describe('With rate: original, how many times faster than the original pace. Default 1.'),
  loop: z.boolean().optional().describe('Start again at the end of the capture. Default false.'),
  partitions: z.number().int().min(1).max(1024).optional().describe('Partitions, by key. Default 1.'),
  key: jsonPath.optional().describe('Path of the key in the value, where lines are no envelopes.'),
  envelope: z
    .boolean()
    .optional()
    .describe(
      'Whether a line is an envelope with key, headers, timestamp and value. Default: by the first line.',
    ),
  topic: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,249}$/)
    .optional()
    .describe("Name of the topic. Default: the source's name."),
}).check((context) => {
  const { factor, rate } = context.value
  if (factor === undefined || rate === 'original') return
  reject(context, context.value, 'factor is only for rate: original', {
    hint: 'remove factor, or write rate: original',
    key: 'factor',
  })
})

const connectionReference = z.string().describe('Name of a connection.')
const topicForm = z.string().regex(/^[A-Za-z0-9._-]{1,249}$/)

const instant = z.string().transform((text, context) => {
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  return reject(context, text, `${JSON.stringify(text)} is no time`, {
    hint: 'for example 2026-01-31T12:00:00Z',
  })
})

const kafkaStart = z.union(
  [
    z.enum(['earliest', 'latest']),
    map({
      timestamp: instant.optional().describe('First record at or after this time, ISO 8601.'),
      ago: duration.optional().describe('So long before the first start, for example 1h.'),
      offset: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe('In every partition.'),
    }).check((context) => {
      if (Object.keys(context.value).length === 1) return
      reject(context, context.value, 'a source begins in one place', {
        hint: 'write one of timestamp, ago or offset',
        missing: ['timestamp', 'ago', 'offset'],
      })
    }),
  ],
  { error: 'must be earliest, latest, or a map with timestamp, ago or offset' },
)

const kafka = map({
  connection: connectionReference,
  topic: topicForm.optional().describe('Name of the topic.'),
  topics: z.array(topicForm).min(1).max(1000).optional().describe('Names of several topics.'),
  pattern: z
    .string()
    .check((context) => {
      try {
        new RegExp(context.value, 'u')
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        reject(context, context.value, `not a regular expression: ${why}`, { hint: 'for example orders-.*' })
      }
    })
    .optional()
    .describe('Regular expression for whole names of topics; new ones are picked up.'),
  from: kafkaStart
    .optional()
    .describe('Where to begin in a partition that was not read before. Default latest.'),
  isolation: z
    .enum(['read_committed', 'read_uncommitted'])
    .optional()
    .describe('With read_committed, records of aborted transactions never land. Default read_committed.'),
  out_of_range: z
    .enum(['earliest', 'latest', 'stop'])
    .optional()
    .describe('Where to go on when records are gone before they were read. Default earliest.'),
  commit: z
    .boolean()
    .optional()
    .describe('Also commits positions to the cluster, for other tools to see. Default false.'),
  group: words
    .max(249)
    .optional()
    .describe('With commit, the group. Default: one of its own, removed when Penstock stops.'),
}).check((context) => {
  const { topic, topics, pattern, commit, group } = context.value
  const given = [topic, topics, pattern].filter((value) => value !== undefined).length
  if (given !== 1) {
    reject(context, context.value, given === 0 ? 'no topic is named' : 'topics are named twice', {
      hint: 'write one of topic, topics or pattern',
      missing: given === 0 ? ['topic', 'topics', 'pattern'] : [],
    })
  }
  if (group !== undefined && commit !== true) {
    reject(context, group, 'group is for commit: true', { hint: 'add commit: true', key: 'group' })
  }
})

const schemaFile = map({
  file: filePath.describe('Schema: .avsc, .proto or JSON Schema. Relative to this file.'),
  message: words.optional().describe('Protobuf: full name of the message. Default: the first one.'),
})

const source = map({
  replay: replay.optional().describe('Reads a capture file as if its records came from a topic.'),
  kafka: kafka.optional().describe('Reads topics of a cluster.'),
  format: sourceFormat.optional().describe('Format of the values. Default json.'),
  schema: schemaFile.optional().describe("Schema of the values. Default: from the connection's registry."),
  columns: columns
    .optional()
    .describe('Typed columns. Default: inferred from a sample when the source starts.'),
  event_time: z.string().optional().describe('Timestamp column that says when the event happened.'),
  lateness: duration
    .optional()
    .describe('How far behind the newest event time a record may be, for example 10m. Default: any.'),
  too_late: z
    .enum(['land', 'dead_letter'])
    .optional()
    .describe(
      'What becomes of records that are later than that; they are counted in any case. Default land.',
    ),
  masks: z
    .record(z.string(), maskAction)
    .optional()
    .describe(
      'Parts of the value that are masked though no column takes them, by path, for example $.cards[*].number: redact.',
    ),
  mask_key: secretReference.optional().describe('Key of hashes, at least 16 characters. For mask: hash.'),
})

const lookupTopic = map({
  connection: connectionReference,
  topic: topicForm.describe('Name of a compacted topic.'),
})

const lookup = map({
  file: filePath
    .optional()
    .describe('CSV, JSON or NDJSON file. Relative to this file; loaded again when it changes.'),
  kafka: lookupTopic.optional().describe('A compacted topic, kept as the latest row of each key.'),
  key: words.describe('Column that identifies a row. With kafka, the key of the records.'),
  format: z
    .enum(['csv', 'ndjson', ...sourceFormat.options])
    .optional()
    .describe('Default: by the extension of the file (.csv, .json, .ndjson, .jsonl); json for a topic.'),
  schema: schemaFile.optional().describe('Schema of the values of a topic.'),
  columns: columns.optional().describe('Typed columns. Default: all columns of the file, types inferred.'),
})

const step = map({
  name: z.string().describe('Name of the step; later steps select from it.'),
  sql: words.describe('One SELECT over input (the records of the source), earlier steps and lookups.'),
})

const table = map({
  source: z.string().describe('Name of the source that the table takes its records from.'),
  steps: z
    .array(step)
    .min(1)
    .optional()
    .describe(
      'Transformation, in order; the last step lands in the table. Default: records land as they are.',
    ),
  retain: map({
    rows: rowCount.optional().describe('Newest rows to keep, for example 5M.'),
    age: duration.optional().describe('How long to keep rows, for example 24h.'),
    bytes: size
      .optional()
      .describe('Most bytes of the table with its indexes, by an estimate, for example 1GB.'),
  })
    .optional()
    .describe('What to keep; older rows are removed and counted. Default: everything.'),
  backfill: z
    .boolean()
    .optional()
    .describe(
      'Whether the table, when it is new, and its new columns are filled from what the source still holds. Default true.',
    ),
  indexes: z
    .array(z.union([words.transform((name) => [name]), z.array(words).min(1).max(16)]))
    .max(16)
    .optional()
    .describe('Columns by which rows are found quickly, for example [order_id, [customer, at]].'),
  ...keyedSettings,
}).check(checkKeyedSettings)

const snapshotEveryMs = 60_000

const snapshots = map({
  every: duration
    .refine((ms) => ms >= snapshotEveryMs, {
      error: 'snapshots are taken once a minute at most',
      params: { hint: 'for example 15m or 1h' },
    })
    .describe('How often one is taken, for example 1h; at least 1m.'),
  folder: filePath
    .optional()
    .describe('Folder of the snapshots, relative to this file; made when absent. Default snapshots.'),
  keep: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('How many are kept; older ones that were taken by themselves are removed. Default 24.'),
})

/** The whole file. */
export const workspaceSchema = map({
  penstock: z.literal(1).describe('Version of this format.'),
  name: words.max(100).optional().describe('Name of the workspace. Default: the name of its folder.'),
  connections: byName(connection).optional().describe('How to reach clusters.'),
  sources: byName(source).optional().describe('Streams of records.'),
  lookups: byName(lookup).optional().describe('Reference rows from files, to join in steps.'),
  tables: byName(table).optional().describe('Where transformations land.'),
  rollups: byName(rollup).optional().describe('Aggregates kept up to date with each batch.'),
  store: map({
    mode: z
      .enum(['memory', 'disk'])
      .optional()
      .describe('memory starts afresh each time; disk goes on where it stopped. Default memory.'),
    limit: size
      .optional()
      .describe(
        'Most bytes of the store, for example 4GB; when they are reached ingest waits. Default: what the file system has.',
      ),
    budget: size
      .optional()
      .describe(
        'Bytes from which on the oldest rows of the largest table go, for example 3GB. Default: none go.',
      ),
    snapshots: snapshots.optional().describe('Copies of the store and this file, taken by themselves.'),
  })
    .check(checkStoreSizes)
    .optional()
    .describe('The database that holds tables, lookups, dead letters and statistics.'),
})

/** A store that is full before its budget is reached would never let rows go. */
function checkStoreSizes(
  context: Parameters<typeof reject>[0] & {
    value: { limit?: number | undefined; budget?: number | undefined }
  },
): void {
  const { value } = context
  const { limit, budget } = value
  if (limit === undefined || budget === undefined || budget < limit) return
  reject(context, value, 'the store would be full before rows go to keep the budget', {
    hint: 'make budget smaller than limit',
    key: 'budget',
  })
}

/** A file that has the right form; references between its entries are not checked yet. */
export type WorkspaceFile = z.output<typeof workspaceSchema>
export type ReplayFile = z.output<typeof replay>
export type KafkaFile = z.output<typeof kafka>
export type SchemaFileFile = z.output<typeof schemaFile>
export type SourceFile = z.output<typeof source>
export type LookupFile = z.output<typeof lookup>
export type TableFile = z.output<typeof table>
