/** Snapshots and checks of a store as lines for people. Pure. */
import type { SnapshotRun } from '#contract/snapshots.ts'
import { sizeWords } from '../../workspace/units.ts'

/** "412 MB of 1.2 GB, 218 MB/s, 4 s left". */
export function progressWords({ state, bytes, totalBytes, bytesPerSecond, leftMs }: SnapshotRun): string {
  if (state === 'checking') return `${sizeWords(totalBytes)} copied; reading the copy through`
  const left = leftMs === null ? '' : `, ${String(Math.ceil(leftMs / 1000))} s left`
  return `${sizeWords(bytes)} of ${sizeWords(totalBytes)}, ${sizeWords(bytesPerSecond)}/s${left}`
}

/** "1.2 GB in 6.1 s". */
export function copiedWords({ bytes, startedAt, endedAt }: SnapshotRun): string {
  const seconds = ((endedAt ?? startedAt) - startedAt) / 1000
  return `${sizeWords(bytes)} in ${seconds.toFixed(1)} s. Open it with \`penstock open\`.`
}

/** "/w/.penstock/store.db is whole: 1.2 GB read in 5.2 s". */
export function checkedWords(file: string, bytes: number, ms: number): string {
  return `${file} is whole: ${sizeWords(bytes)} read in ${(ms / 1000).toFixed(1)} s`
}
