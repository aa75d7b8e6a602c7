/**
 * Finds a Kafka source that does not move although there is something to read. The ends of the logs are asked for over
 * another connection, so that a fetch that hangs is found too. Ingest thread.
 */
import { findOffsets } from '../../kafka/client/partition-offsets.ts'
import { offsetTime } from '../../kafka/requests/list-offsets.ts'
import { cursorKey, isAtBound, type PartitionCursor } from './partition-cursor.ts'
import type { SourceContext } from './source-context.ts'

/** Without progress for so long although there is something to read, everything is built anew. */
const stuckMs = 30_000

/**
 * Renews the ends of all logs that are read.
 * @param maxAgeMs how old the metadata may be
 * @returns what to say of the partition that is stuck, or null while all move. Then all of them are asked for anew
 * @throws AppError where the cluster does not answer
 */
export async function findStuck(
  context: SourceContext,
  maxAgeMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  const { port, cursors } = context
  const active = [...cursors.values()].filter(
    (cursor) => cursor.stopped === '' && cursor.leader >= 0 && !isAtBound(cursor),
  )
  await renewEnds(context, active, { maxAgeMs, signal })
  const nowMs = port.nowMs()
  const isHeld = port.isPaused() || !port.isReady()
  const stuck = active.find(({ end, next, progressAt }) => (end ?? 0) > next && nowMs - progressAt > stuckMs)
  if (stuck === undefined || isHeld) return null
  const seconds = String(Math.round((nowMs - stuck.progressAt) / 1000))
  for (const cursor of active) {
    cursor.progressAt = nowMs
    cursor.fetchFrom = cursor.next
  }
  const where = `${stuck.topic}, partition ${String(stuck.partition)}`
  return `${where} has not moved for ${seconds} s although there is more to read; connecting anew`
}

async function renewEnds(
  { source, client, cursors, topics }: SourceContext,
  active: readonly PartitionCursor[],
  { maxAgeMs, signal }: { maxAgeMs: number; signal: AbortSignal },
): Promise<void> {
  const { isolation } = source.input
  const metadata = await client().metadata(topics, maxAgeMs, signal)
  const wanted = active.map(({ topic, partition }) => ({ topic, partition, time: offsetTime.latest }))
  for (const { topic, partition, offset, problem } of await findOffsets(client(), metadata, wanted, {
    isolation,
    signal,
  })) {
    const cursor = cursors.get(cursorKey(topic, partition))
    if (cursor !== undefined && problem === '') cursor.end = Number(offset)
  }
}
