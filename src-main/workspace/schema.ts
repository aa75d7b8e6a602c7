/**
 * The form of penstock.yaml. The types of the parser, the checks and the JSON Schema for editors are all made from it;
 * what needs the whole file (names, references between entries) is in checks.ts.
 */
import { z } from 'zod'
import { columnType } from '#contract/workspace.ts'
import { normaliseColumn } from './column-settings.ts'
import { duration, filePath, jsonPath, map, reject, rowCount, size, timestampFormat, words } from './forms.ts'
import { nameForm } from '../columns/names.ts'

const namePattern = { pattern: nameForm.source }
/** A map by name; the names themselves are checked with the whole file. */
function byName<Value extends z.ZodType>(value: Value) {
  return z.record(z.string().meta(namePattern), value)
}

const columnSettings = map({
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

const source = map({
  replay: replay.describe('Reads a capture file as if its records came from a topic.'),
  format: z.enum(['json']).optional().describe('Format of the values. Default json.'),
  columns: columns
    .optional()
    .describe('Typed columns. Default: inferred from a sample when the source starts.'),
  event_time: z.string().optional().describe('Timestamp column that says when the event happened.'),
})

const lookup = map({
  file: filePath.describe('CSV, JSON or NDJSON file. Relative to this file; loaded again when it changes.'),
  key: words.describe('Column that identifies a row.'),
  format: z
    .enum(['csv', 'json', 'ndjson'])
    .optional()
    .describe('Default: by the extension of the file (.csv, .json, .ndjson, .jsonl).'),
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
  })
    .optional()
    .describe('What to keep; older rows are removed and counted. Default: everything.'),
})

/** The whole file. */
export const workspaceSchema = map({
  penstock: z.literal(1).describe('Version of this format.'),
  name: words.max(100).optional().describe('Name of the workspace. Default: the name of its folder.'),
  sources: byName(source).describe('Streams of records.'),
  lookups: byName(lookup).optional().describe('Reference rows from files, to join in steps.'),
  tables: byName(table).optional().describe('Where transformations land.'),
  store: map({
    mode: z
      .enum(['memory', 'disk'])
      .optional()
      .describe('memory starts afresh each time; disk goes on where it stopped. Default memory.'),
    limit: size
      .optional()
      .describe('Most bytes of the store, for example 4GB. Default: what the file system has.'),
  })
    .optional()
    .describe('The database that holds tables, lookups, dead letters and statistics.'),
})

/** A file that has the right form; references between its entries are not checked yet. */
export type WorkspaceFile = z.output<typeof workspaceSchema>
export type SourceFile = z.output<typeof source>
export type LookupFile = z.output<typeof lookup>
export type TableFile = z.output<typeof table>
