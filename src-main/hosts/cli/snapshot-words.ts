/** A snapshot's progress and end as lines for people. Pure. */
import type { SnapshotRun } from '#contract/snapshots.ts'

/** "412 of 1204 MB, 218 MB/s, 4 s left". */
export function progressWords({ state, bytes, totalBytes, bytesPerSecond, leftMs }: SnapshotRun): string {
  if (state === 'checking') return `${megabytes(totalBytes)} MB copied; reading the copy through`
  const left = leftMs === null ? '' : `, ${String(Math.ceil(leftMs / 1000))} s left`
  return `${megabytes(bytes)} of ${megabytes(totalBytes)} MB, ${megabytes(bytesPerSecond)} MB/s${left}`
}

/** "1204 MB in 6.1 s". */
export function copiedWords({ bytes, startedAt, endedAt }: SnapshotRun): string {
  const seconds = ((endedAt ?? startedAt) - startedAt) / 1000
  return `${megabytes(bytes)} MB in ${seconds.toFixed(1)} s. Open it with \`penstock open\`.`
}

function megabytes(bytes: number): string {
  const amount = bytes / 1024 ** 2
  return amount.toFixed(amount < 10 ? 1 : 0)
}
