/** What engines over a landing workspace have landed, and waiting for it. */
import type { LiveSnapshot } from '../../../src-main/contract/live.ts'
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import { query, untilLive } from '../../support/engines.ts'

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
