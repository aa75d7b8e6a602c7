/** What the parts of one Kafka source share. Made once per source; ingest thread. */
import type { TopicSource } from '../../../workspace/model.ts'
import type { ClusterClient } from '../../kafka/client/cluster-client.ts'
import type { SourcePort } from '../source-port.ts'
import type { PartitionCursor } from './partition-cursor.ts'
import type { RunBound } from './run-bound.ts'
import type { SourceBatches } from './source-batches.ts'
import type { SourceHealth } from './source-health.ts'

export interface SourceContext {
  source: TopicSource
  port: SourcePort
  /** Names of the topics to ask for; null for all of the cluster. */
  topics: readonly string[] | null
  /** How far the run goes; null where it has no end. */
  bound: RunBound | null
  /** The connection's client as it is now: another one after a rebuild. */
  client: () => ClusterClient
  /** By {@link cursorKey}. */
  cursors: Map<string, PartitionCursor>
  batches: SourceBatches
  health: SourceHealth
}

/** Asked anew after each wait. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}
