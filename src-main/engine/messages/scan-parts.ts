/** What scans in both directions are made of. Cluster thread. */
import type { MessageRow } from '#contract/messages.ts'
import type { MatchList } from './match-list.ts'
import type { PartitionFetcher } from './partition-fetcher.ts'
import type { RecordScan } from './record-scan.ts'
import type { ScannedPartition } from './scanned-partition.ts'

export interface ScanParts {
  /** Grows while a live search runs. */
  partitions: ScannedPartition[]
  /** Partitions that the topic was given since the search began; none where only some were asked for. */
  findAdded: (signal: AbortSignal) => Promise<ScannedPartition[]>
  fetcher: PartitionFetcher
  scan: RecordScan
  matches: MatchList
  /** True where every record matches. */
  isUnfiltered: boolean
  signal: AbortSignal
  gate: () => Promise<void>
  /** Called after each round. */
  progress: () => void
}

/** Why a scan ended: all is looked at, there are matches enough, or no room for more. */
export type ScanEnd = 'all' | 'limit' | 'room'

/** A match on its way into the list. Partitions keep their order; between them time decides. */
export interface FoundRow {
  one: ScannedPartition
  row: MessageRow
  offset: number
  /** Its time, or that of its neighbour where it would break the order of its partition. */
  time: number
  /** Records of its partition that stay looked at where it is not listed, and their bytes. */
  records: number
  bytes: number
}

export function byLeader<Item extends { one: ScannedPartition }>(
  items: readonly Item[],
): Map<number, Item[]> {
  return Map.groupBy(items, ({ one }) => one.leader)
}
