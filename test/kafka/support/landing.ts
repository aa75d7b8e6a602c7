/** Engines that land topics of a test's cluster in one table, and what they have landed. */
import type { LiveSnapshot } from '../../../src-main/contract/live.ts'
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import type { TopicSource, Workspace } from '../../../src-main/workspace/model.ts'
import { query, untilLive } from '../../support/engines.ts'
import { column, connection, step, table, topicSource, workspace } from '../../support/workspaces.ts'

/** Columns of the records that the tools produce. */
export const idColumns = [column('id', 'integer', { nullable: false })]

export interface LandingOptions {
  /** Source; named `in` where it is not given. */
  source?: Partial<TopicSource['input']>
  columns?: TopicSource['columns']
  store?: Workspace['store']['mode']
  addresses?: Map<string, string>
}

/** A workspace that lands the topics in `landed`, as they are. */
export function landing(
  folder: string,
  brokers: readonly string[],
  topics: readonly string[],
  options: LandingOptions = {},
): Workspace {
  const { columns = idColumns, store = 'memory', addresses = new Map() } = options
  return workspace(folder, {
    connections: [connection('local', brokers, { addresses })],
    sources: [topicSource('in', columns, { topics, ...options.source })],
    tables: [table('landed', 'in', [step('all', 'SELECT * FROM input')])],
    store: { mode: store, limitBytes: null },
  })
}

/** Waits until so many records have been taken in, dead ones included, since the store began. */
export function untilRecords(engine: Engine, count: number): Promise<LiveSnapshot> {
  return untilLive(engine, ({ sources }) => sources.reduce((sum, { records }) => sum + records, 0) >= count)
}

/** Waits until it has committed where it stands in so many partitions. */
export function untilBegun(engine: Engine, partitions = 1): Promise<LiveSnapshot> {
  return untilLive(
    engine,
    ({ sources }) => sources.reduce((sum, { positions }) => sum + positions.length, 0) >= partitions,
  )
}

/** Waits until all that is in its topics has been taken in. */
export function untilRead(engine: Engine): Promise<LiveSnapshot> {
  return untilLive(engine, ({ sources }) =>
    sources.every(({ lag, positions }) => positions.length > 0 && lag?.records === 0),
  )
}

/** Waits until an event of this kind is among the newest. */
export function untilEvent(engine: Engine, kind: string): Promise<LiveSnapshot> {
  return untilLive(engine, ({ events }) => events.some((event) => event.kind === kind))
}

/** Values of one column of what has landed, by partition and offset. */
export async function landedIds(engine: Engine): Promise<unknown[]> {
  const rows = await query(engine, 'SELECT id FROM landed ORDER BY _topic, _partition, _offset')
  return rows.map(([id]) => id)
}

/** Records with ids that count up, `{"id":n}`. */
export function numbered(from: number, count: number, extra: object = {}) {
  return Array.from({ length: count }, (_, index) => ({
    value: JSON.stringify({ id: from + index }),
    partition: 0,
    ...extra,
  }))
}
