/** Tables and columns that are being filled from what their source had read before, in words; the same in every view. Pure. */
import type { LiveBackfill } from '#contract/live.ts'
import { formatCount, formatDuration, formatNumber } from '../ui/format.ts'
import type { SourceStatus } from './source-status.ts'

type Progress = Pick<LiveBackfill, 'records' | 'total'>

/** Less than all of it while it goes on: its end is another look at what is left. */
const mostShare = 0.99

/** The fillings of one table; more than one where columns came at different times. */
export function backfillsOf(table: string, backfills: readonly LiveBackfill[] | undefined): LiveBackfill[] {
  return backfills?.filter((backfill) => backfill.table === table) ?? []
}

/** One filling among others and over time. */
export function backfillKey({ table, source, columns }: Omit<LiveBackfill, 'rows' | 'problem'>): string {
  return JSON.stringify([table, source, ...columns])
}

/** Share of the records that was read, 0..0.99; null while it is not known how many there are. */
export function filledShare({ records, total }: Progress): number | null {
  return total <= 0 ? null : Math.min(mostShare, records / total)
}

/** "42 %", never more than was reached. */
export function shareWords(share: number): string {
  return `${String(Math.floor(share * 100))} %`
}

/** "the table", "column city", "columns city, region". */
export function filledWords({ columns }: Pick<LiveBackfill, 'columns'>): string {
  if (columns.length === 0) return 'the table'
  return `${columns.length === 1 ? 'column' : 'columns'} ${columns.join(', ')}`
}

/** "12,000 of about 28,000 records". */
export function progressWords({ records, total }: Progress): string {
  return total <= 0
    ? formatCount(records, 'record')
    : `${formatNumber(records)} of about ${formatCount(Math.max(records, total), 'record')}`
}

/** "1,200 rows", or how many rows have their new columns. */
export function rowsWords({ rows, columns }: Pick<LiveBackfill, 'rows' | 'columns'>): string {
  return columns.length === 0 ? formatCount(rows, 'row') : `${formatCount(rows, 'row')} filled in`
}

/** "about 40 s left" at that rate; nothing where no end can be told. */
export function timeLeftWords({ records, total }: Progress, perSecond: number | null): string {
  if (perSecond === null || perSecond <= 0 || total <= records) return ''
  return `about ${formatDuration(Math.max(1000, ((total - records) / perSecond) * 1000))} left`
}

/** One filling: how far it is, or what it waits for. */
export function backfillStatus(backfill: LiveBackfill): SourceStatus {
  const { source, problem } = backfill
  const about = `Filling ${filledWords(backfill)} from the records that ${source} had read before: ${progressWords(backfill)}.`
  if (problem !== '') return { tone: 'warn', word: 'filling waits', reason: `${about}\nIt waits: ${problem}` }
  const share = filledShare(backfill)
  return { tone: 'warn', word: share === null ? 'filling' : `filling ${shareWords(share)}`, reason: about }
}

/** A table as a whole: the filling that is least far; one that waits comes first. Null where it is whole. */
export function fillingStatus(
  table: string,
  backfills: readonly LiveBackfill[] | undefined,
): SourceStatus | null {
  const own = backfillsOf(table, backfills).sort(
    (left, right) =>
      Number(left.problem === '') - Number(right.problem === '') ||
      (filledShare(left) ?? 0) - (filledShare(right) ?? 0),
  )
  const statuses = own.map(backfillStatus)
  const [first] = statuses
  return first === undefined ? null : { ...first, reason: statuses.map(({ reason }) => reason).join('\n') }
}
