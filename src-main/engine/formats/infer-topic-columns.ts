/** Columns of topics for which none are declared, from their newest records. Ingest thread, before anything runs. */
import { AppError } from '#contract/errors.ts'
import { isUtf8 } from 'node:buffer'
import type { Column } from '../../columns/column.ts'
import { inferColumns } from '../../columns/infer.ts'
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import { newestRecords, type SampledRecord } from '../kafka/client/newest-records.ts'
import type { ClusterMetadata } from '../kafka/requests/metadata.ts'
import type { FormatChoice } from './open-format.ts'
import type { ValueFormat } from './value-format.ts'

const sampleRecords = 1000
const largestValueBytes = 1024 * 1024

export interface InferOptions {
  /** What has no columns, for messages: "source orders". */
  what: string
  choice: FormatChoice
  client: ClusterClient
  /** Of the topics, only these. */
  metadata: ClusterMetadata
  /** By topic; opened without columns, so that times come as text and are found to be times. */
  openFormat: (topic: string) => ValueFormat
  /** Whether a column for the records' key is added. */
  withKey: boolean
}

/**
 * @throws AppError SOURCE_UNREADABLE where there is nothing to go by, SCHEMA_UNAVAILABLE, KAFKA_FAILED or CONNECTION_FAILED
 * where what is needed cannot be had now
 */
export async function inferTopicColumns(options: InferOptions): Promise<Column[]> {
  const { what, choice, client, metadata, openFormat, withKey } = options
  const sample = await newestRecords(client, metadata, { records: sampleRecords })
  const fixed = fixedColumns(choice)
  const values = fixed === null ? await decodeAll(sample, openFormat) : []
  const columns: Column[] = fixed ?? inferColumns(values).map(({ seen: _seen, ...column }) => column)
  if (columns.length === 0) {
    const topics = metadata.topics.map(({ name }) => name).join(', ')
    const why =
      sample.length === 0
        ? `there are no records in ${topics === '' ? 'any topic' : topics}`
        : `none of the newest ${String(sample.length)} records of ${topics} is an object that can be decoded`
    throw new AppError(
      'SOURCE_UNREADABLE',
      `${what}: no columns can be inferred: ${why}. Declare \`columns:\``,
    )
  }
  const key = withKey ? keyColumn(sample, columns) : null
  return key === null ? columns : [key, ...columns]
}

/** Formats whose values are one string have one column. */
function fixedColumns({ format }: FormatChoice): Column[] | null {
  if (format === 'text') return [plainColumn('value', 'text')]
  return format === 'bytes' ? [plainColumn('value', 'bytes')] : null
}

/** Values as JSON; those that cannot be decoded say nothing. */
async function decodeAll(
  sample: readonly SampledRecord[],
  openFormat: (topic: string) => ValueFormat,
): Promise<Uint8Array[]> {
  const formats = new Map<string, ValueFormat>()
  const values: Uint8Array[] = []
  for (const { topic, value } of sample) {
    if (value === null || value.length > largestValueBytes) continue
    const format = formats.get(topic) ?? openFormat(topic)
    formats.set(topic, format)
    let outcome = format.decode(value, 0, value.length)
    if (outcome === 'wait') {
      await format.ready()
      outcome = format.decode(value, 0, value.length)
    }
    if (outcome === 'json') values.push(format.bytes.slice(format.start, format.end))
  }
  return values
}

/** A column `key`, where records have keys and no other column has the name. */
function keyColumn(sample: readonly SampledRecord[], columns: readonly Column[]): Column | null {
  const keys = sample.flatMap(({ key }) => key ?? [])
  if (keys.length === 0 || columns.some(({ name }) => name.toLowerCase() === 'key')) return null
  const isText = sample.every(({ key }) => key === null || isUtf8(key))
  return { ...plainColumn('key', isText ? 'text' : 'bytes'), from: 'key' }
}

function plainColumn(name: string, type: Column['type']): Column {
  return { name, from: 'value', path: [], type, nullable: true, default: null, format: null, unit: 'ms' }
}
