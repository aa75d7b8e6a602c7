/** Snapshots and checks of a store as lines for people. Pure. */
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

/** "/w/.penstock/store.db is whole: 1204 MB read in 5.2 s". */
export function checkedWords(file: string, bytes: number, ms: number): string {
  return `${file} is whole: ${megabytes(bytes)} MB read in ${(ms / 1000).toFixed(1)} s`
}

function megabytes(bytes: number): string {
  const amount = bytes / 1024 ** 2
  return amount.toFixed(amount < 10 ? 1 : 0)
}
