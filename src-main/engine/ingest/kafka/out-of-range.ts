/**
 * The wanted offset is not in the log: retention was faster, or the log is another one. What cannot be read becomes a gap,
 * and the source's policy says where to go on. Ingest thread.
 */
import { AppError } from '#contract/errors.ts'
import { findOffsets } from '../../kafka/client/partition-offsets.ts'
import { errorCode } from '../../kafka/requests/error-codes.ts'
import { offsetTime } from '../../kafka/requests/list-offsets.ts'
import type { ClusterMetadata, TopicMetadata } from '../../kafka/requests/metadata.ts'
import { isAtBound, moveCursor, type PartitionCursor } from './partition-cursor.ts'
import { leaveGap } from './partition-gap.ts'
import { endRunAt } from './run-ends.ts'
import type { SourceContext } from './source-context.ts'

interface RangeContext extends SourceContext {
  noteTopic: (topic: TopicMetadata) => void
}

/** Offsets that a log holds: from `earliest` up to but not including `latest`. */
interface LogRange {
  earliest: number
  latest: number
}

/** Moves the cursor to where reading goes on, or stops it. @throws AppError KAFKA_FAILED where the log's range is not known */
export async function goOnInRange(
  cursor: PartitionCursor,
  context: RangeContext,
  signal: AbortSignal,
): Promise<void> {
  const { topic, next } = cursor
  const metadata = await context.client().metadata([topic], 0, signal)
  const [found] = metadata.topics
  if (found !== undefined && found.error === errorCode.none) {
    context.noteTopic(found)
    if (cursor.next !== next || isAtBound(cursor)) return
  }
  const log = await logRange(cursor, metadata, context, signal)
  if (next >= log.earliest && next <= log.latest) moveCursor(cursor, next)
  else if (context.bound !== null && next > log.latest) endRunAt(cursor, log.latest, context)
  else await applyPolicy(cursor, log, context)
}

async function logRange(
  { topic, partition }: PartitionCursor,
  metadata: ClusterMetadata,
  { client, source }: SourceContext,
  signal: AbortSignal,
): Promise<LogRange> {
  const { isolation } = source.input
  const ask = async (time: bigint): Promise<number> => {
    const [answer] = await findOffsets(client(), metadata, [{ topic, partition, time }], {
      isolation,
      signal,
    })
    if (answer === undefined || answer.problem !== '') {
      throw new AppError('KAFKA_FAILED', answer?.problem ?? 'the broker does not answer')
    }
    return Number(answer.offset)
  }
  return { earliest: await ask(offsetTime.earliest), latest: await ask(offsetTime.latest) }
}

async function applyPolicy(cursor: PartitionCursor, log: LogRange, context: SourceContext): Promise<void> {
  const { source, port, health, batches, bound } = context
  const { outOfRange } = source.input
  const { topic, partition, next } = cursor
  const where = `${topic}, partition ${String(partition)}`
  const bounds = `the log holds ${String(log.earliest)} to ${String(log.latest - 1)}`
  // A bounded run would never end if it stopped.
  if (outOfRange === 'stop' && bound === null) {
    cursor.stopped = `${where}: offset ${String(next)} is wanted, but ${bounds}; out_of_range: stop`
    port.event('error', 'out-of-range', cursor.stopped)
    health.tellState()
    return
  }
  const to = Math.min(outOfRange === 'latest' ? log.latest : log.earliest, cursor.until)
  const sink = batches.sink(topic)
  if (to > next) {
    const reason = `they are no longer in the log; ${bounds}`
    leaveGap(context, sink, { partition, from: next, to, reason })
  } else {
    port.event(
      'error',
      'log-shorter',
      `${where}: offset ${String(next)} is wanted, but ${bounds}: the log was cut or made again; going on at ${String(to)}`,
    )
    sink.builder.restartAt(partition, to)
  }
  moveCursor(cursor, to)
  await batches.cut(sink)
}
