/** Offsets that a Kafka source cannot read: counted with their exact range, and told. Ingest thread. */
import type { RecordSink } from './record-sink.ts'
import type { SourceContext } from './source-context.ts'

export interface PartitionGap {
  partition: number
  from: number
  /** Exclusive. */
  to: number
  reason: string
}

/**
 * Notes the gap in the batch that commits the position after it. Of a bounded run it is only told: what it reads, an
 * unbounded one has read before.
 */
export function leaveGap(
  { port, bound }: Pick<SourceContext, 'port' | 'bound'>,
  sink: RecordSink,
  { partition, from, to, reason }: PartitionGap,
): void {
  if (bound === null) sink.builder.addGap({ partition, from: BigInt(from), to: BigInt(to), reason })
  sink.builder.moveTo(partition, to)
  const range = `${String(from)} to ${String(to - 1)}`
  const count = String(to - from)
  port.event(
    'error',
    'gap',
    `${sink.topic}, partition ${String(partition)}: offsets ${range} (${count}) cannot be read: ${reason}`,
  )
}
