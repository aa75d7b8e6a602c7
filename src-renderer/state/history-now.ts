/**
 * Where the history ends that charts show: now, or the instant of the snapshot that is open. One page shows one workspace, so
 * it is set in one place and read in all.
 */
let endAt: number | null = null

/** The second of a snapshot is over: its last records belong to it. */
const wholeSecondMs = 1000

/** Milliseconds since 1970 UTC. */
export function historyNow(): number {
  return endAt ?? Date.now()
}

/** @param takenAt instant of the snapshot; null where what is open runs */
export function endHistoryAt(takenAt: number | null): void {
  endAt = takenAt === null ? null : takenAt + wholeSecondMs
}
