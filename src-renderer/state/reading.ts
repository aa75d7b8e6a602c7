/** How far sources that read a cluster have come: what is left to read, and what was missed. Pure. */
import type { LiveSource } from '#contract/live.ts'

/** Records to read, and the age of the oldest of them where it is known, milliseconds. */
export interface Lag {
  records: number
  ms: number | null
}

/** Whether the ends of logs are those of now: while a cluster does not answer, what they were is over. */
export function areEndsKnown({ state }: Pick<LiveSource, 'state'>): boolean {
  return state !== 'waiting' && state !== 'failed'
}

/** Lag of one source; null where it is not known. */
export function knownLag(source: Pick<LiveSource, 'state' | 'lag'>): Lag | null {
  return areEndsKnown(source) ? source.lag : null
}

/** Lag of all sources together where it is known: the sum of records, the greatest age. Null where no source has one. */
export function lagOf(sources: readonly LiveSource[]): Lag | null {
  const lags = sources.flatMap((source) => knownLag(source) ?? [])
  if (lags.length === 0) return null
  const ages = lags.flatMap(({ ms }) => ms ?? [])
  return {
    records: lags.reduce((sum, { records }) => sum + records, 0),
    ms: ages.length === 0 ? null : Math.max(...ages),
  }
}

/** Records that were gone when they were wanted, over all sources. */
export function gapRecordsOf(sources: readonly LiveSource[]): number {
  return sources.reduce((sum, { gapRecords }) => sum + gapRecords, 0)
}

/** The gaps of one source, or of all, newest first. */
export function gapsSql(source: string | null = null): string {
  const where = source === null ? '' : `\nWHERE source = '${source.replaceAll("'", "''")}'`
  return `SELECT at, source, topic, partition, from_offset, to_offset, records, reason\nFROM sys_gaps${where}\nORDER BY id DESC\nLIMIT 1000`
}
