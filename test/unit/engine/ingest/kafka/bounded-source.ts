/** The parts of a Kafka source around one partition, for tests of what is done with what brokers answer. */
import type { PackedBatch } from '../../../../../src-main/engine/batch/packed-batch.ts'
import { JsonFormat } from '../../../../../src-main/engine/formats/value-format.ts'
import { KafkaParts } from '../../../../../src-main/engine/ingest/kafka/kafka-parts.ts'
import {
  cursorKey,
  openCursor,
  type PartitionCursor,
} from '../../../../../src-main/engine/ingest/kafka/partition-cursor.ts'
import { RecordSink } from '../../../../../src-main/engine/ingest/kafka/record-sink.ts'
import { RunBound } from '../../../../../src-main/engine/ingest/kafka/run-bound.ts'
import { SourceBatches } from '../../../../../src-main/engine/ingest/kafka/source-batches.ts'
import type { SourceContext } from '../../../../../src-main/engine/ingest/kafka/source-context.ts'
import { SourceHealth } from '../../../../../src-main/engine/ingest/kafka/source-health.ts'
import { RowWriter } from '../../../../../src-main/engine/ingest/row-writer.ts'
import { column, topicSource } from '../../../../support/workspaces.ts'
import { FakePort } from '../fake-source-port.ts'

export interface OnePartition {
  context: SourceContext
  cursor: PartitionCursor
  port: FakePort
  /** Offsets of the records that were sent. */
  offsets: () => number[]
  /** Where the partition stands by what was sent; null where nothing was. */
  position: () => number | null
}

/** As a broker tells of a partition that has a leader. */
export function partitionMetadata(partition: number) {
  return { error: 0, partition, leader: 1, leaderEpoch: 0, replicas: [], inSync: [], offline: [] }
}

/** @param until null for a run without a bound */
export function onePartition(next: number, until: number | null): OnePartition {
  const topic = 't'
  const source = topicSource(topic, [column('id', 'integer')])
  const port = new FakePort()
  const bound =
    until === null
      ? null
      : new RunBound(new Map([[topic, new Map([[0, BigInt(until)]])]]), source.input, new Map())
  const cursor = openCursor({ name: topic, id: null }, partitionMetadata(0), next, {
    until: until ?? Number.POSITIVE_INFINITY,
    nowMs: 0,
  })
  const cursors = new Map([[cursorKey(topic, 0), cursor]])
  const openSink = (name: string): RecordSink =>
    new RecordSink(
      topic,
      name,
      { id: null },
      {
        rows: new RowWriter(source.columns ?? [], null, null, new KafkaParts()),
        format: new JsonFormat(),
        masker: null,
      },
    )
  const context: SourceContext = {
    ...{ source, port, topics: [topic], bound, cursors },
    client: () => {
      throw new Error('no cluster is to be asked')
    },
    batches: new SourceBatches(port, openSink, null),
    health: new SourceHealth(port, topic, cursors),
  }
  const spans = (): PackedBatch['partitions'] => port.batches.flatMap(({ partitions }) => partitions)
  return {
    ...{ context, cursor, port },
    offsets: () => port.batches.flatMap(({ dead }) => dead.map(({ offset }) => Number(offset))),
    position: () => spans().reduce<number | null>((_, { to }) => Number(to), null),
  }
}
