/**
 * Where a bounded run ends before its bound: what lies up to there is gone with its topic or its partition, or the log was
 * cut. Nothing that is written there from now on is what the bound was about. Ingest thread.
 */
import { findOffsets } from '../../kafka/client/partition-offsets.ts'
import { offsetTime } from '../../kafka/requests/list-offsets.ts'
import type { ClusterMetadata, TopicMetadata } from '../../kafka/requests/metadata.ts'
import { cursorKey, isAtBound, type PartitionCursor } from './partition-cursor.ts'
import type { SourceContext } from './source-context.ts'

/** What is told of a topic whose records are gone. */
export interface TopicEnd {
  topic: string
  kind: 'topic-gone' | 'topic-recreated'
  why: string
}

/** Ends the run in what is left of a topic. In a turn of the batches. */
export function endTopic({ bound, cursors, port }: SourceContext, { topic, kind, why }: TopicEnd): void {
  const left = (bound?.left(topic) ?? []).filter((partition) => {
    const cursor = cursors.get(cursorKey(topic, partition))
    return cursor === undefined || !isAtBound(cursor)
  })
  if (left.length === 0) return
  port.event('warn', kind, `${topic} ${why}; what it held and was not read yet cannot be read any more`)
  for (const partition of left) {
    const cursor = cursors.get(cursorKey(topic, partition))
    if (cursor === undefined) bound?.close(topic, partition)
    else cursor.until = cursor.next
  }
}

/** Leaves out partitions that a topic does not have, as it was made again with fewer. In a turn of the batches. */
export function endLostPartitions({ bound, cursors, port }: SourceContext, topic: TopicMetadata): void {
  for (const lost of bound?.left(topic.name) ?? []) {
    if (cursors.has(cursorKey(topic.name, lost))) continue
    if (topic.partitions.some(({ partition }) => partition === lost)) continue
    port.event('warn', 'topic-recreated', `${topic.name} has no partition ${String(lost)} any more`)
    bound?.close(topic.name, lost)
  }
}

/**
 * Asks for the ends of the logs, not of what is decided in them: an open transaction before the bound is waited for. Fetches
 * do not tell: a new leader may know less of its log for a moment, and then refuses to say where it ends.
 */
export async function endAtShortLogs(
  context: SourceContext,
  metadata: ClusterMetadata,
  signal: AbortSignal,
): Promise<void> {
  const { client, cursors, batches } = context
  const open = [...cursors.values()].filter((cursor) => !isAtBound(cursor) && cursor.leader >= 0)
  if (open.length === 0) return
  const wanted = open.map(({ topic, partition }) => ({ topic, partition, time: offsetTime.latest }))
  const found = await findOffsets(client(), metadata, wanted, { isolation: 'read_uncommitted', signal })
  await batches.inTurn(() => {
    for (const { topic, partition, offset, problem } of found) {
      const cursor = cursors.get(cursorKey(topic, partition))
      if (cursor !== undefined && problem === '') endRunAt(cursor, Number(offset), context)
    }
    return Promise.resolve()
  })
}

/** Lowers the bound of a run to the end of the log, exclusive, and says so; nothing where the log goes as far. */
export function endRunAt(cursor: PartitionCursor, end: number, { port }: Pick<SourceContext, 'port'>): void {
  const { topic, partition, until, next } = cursor
  if (end >= until) return
  const message = `${topic}, partition ${String(partition)}: the log ends at ${String(end)}, before ${String(until)}: it was cut or made again; what was there cannot be read any more`
  port.event('warn', 'log-shorter', message)
  cursor.until = Math.max(next, end)
}
