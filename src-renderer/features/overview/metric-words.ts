/** The quiet line under each figure of the overview. Pure. */
import type { LiveSnapshot } from '#contract/live.ts'
import { formatByteRate, formatCompact, formatMilliseconds, formatPercent } from '../../ui/format.ts'
import type { Lag } from '../../state/reading.ts'
import { totalByteRate, totalRecords } from '../../state/totals.ts'
import type { Filtered } from './filtered.ts'

/** "3.9 MB/s · peak 31.2k at 14:04:12". */
export function throughputWords(snapshot: LiveSnapshot, peak: { value: number; at: string } | null): string {
  const bytes = formatByteRate(totalByteRate(snapshot))
  return peak === null ? bytes : `${bytes} · peak ${formatCompact(peak.value)} at ${peak.at}`
}

/** "p50 31 ms · max 212 ms in 10 s". */
export function latencyWords({ latency }: LiveSnapshot): string {
  if (latency.p99 === null) return 'no record in the last 10 s'
  return `p50 ${formatMilliseconds(latency.p50)} · max ${formatMilliseconds(latency.max)} in 10 s`
}

/** "1.2k records · 18.2k missed ·". */
export function lagWords(lag: Lag, missed: number): string {
  const records =
    lag.records === 0
      ? 'everything was read'
      : `${formatCompact(lag.records)} ${lag.records === 1 ? 'record' : 'records'}`
  return missed === 0 ? records : `${records} · ${formatCompact(missed)} missed ·`
}

/** "late: 1.8M of 7.2M rows". */
export function filteredWords({ share, most }: Filtered): string {
  if (share === null) return 'no rows yet'
  if (most === null) return 'no rows filtered out'
  return `${most.step}: ${formatCompact(most.filtered)} of ${formatCompact(most.rowsIn)} rows`
}

/** "0.003 % · 12 last minute". */
export function deadLetterWords(snapshot: LiveSnapshot): string {
  const { total, lastMinute } = snapshot.deadLetters
  const records = totalRecords(snapshot)
  if (total === 0) {
    if (records === 0) return 'no records yet'
    return snapshot.tables.length === 0
      ? 'every record decoded; no table takes them'
      : 'every record decoded and landed'
  }
  const share = records === 0 ? '' : `${formatPercent(total / records)} · `
  return `${share}${formatCompact(lastMinute)} last minute ·`
}

/** "5.1M rows · 5.4k batches". */
export function storeWords({ store: { rows, batches } }: LiveSnapshot): string {
  return `${formatCompact(rows)} ${rows === 1 ? 'row' : 'rows'} · ${formatCompact(batches)} ${batches === 1 ? 'batch' : 'batches'}`
}
