/** What is said about a search: what was looked at, how fast, what is left, and what was not looked at. Pure. */
import type { SearchStatus } from '#contract/messages.ts'
import {
  formatCompact,
  formatCount,
  formatDuration,
  formatMilliseconds,
  formatNumber,
  formatRate,
} from '../../ui/format.ts'
import { formatMoment, type TimeZone } from '../../ui/format-time.ts'
import type { Tone } from '../../ui/tone.ts'
import type { RunState, Span } from './search-run.svelte.ts'

/** What the words are made from; a SearchRun fits. */
export interface SearchFacts {
  state: RunState
  status: SearchStatus | null
  isStopping: boolean
  isCut: boolean
  request: { live: boolean }
  /** When a live tail stood still because nobody saw it. */
  unseen?: Span | null
}

export interface SearchWords {
  tone: Tone
  /** The state: "Searching", "Following", "Stopped". */
  head: string
  /** What was looked at, parts to be joined by commas. */
  scanned: string
  /** Rate and time left; empty when there is none. */
  pace: string
  /** When it stood still because nobody saw it; empty where it never did. */
  unseen: string
  /** Matches found, and those let go. */
  found: string
  /** What was not looked at, as one line; empty where everything was. */
  missed: string
  /** True where something was wanted and failed: a partition, a filter, a schema. A limit or a stop is no fault. */
  isMissedForFault: boolean
  /** Share looked at, 0..1; null where the end is not known. */
  share: number | null
}

const starting: SearchWords = {
  tone: 'neutral',
  head: 'Starting',
  scanned: '',
  pace: '',
  unseen: '',
  found: '',
  missed: '',
  isMissedForFault: false,
  share: null,
}

interface Clock {
  now: number
  zone: TimeZone
}

/** Records looked at so far by offsets, to compare with `total`; records alone would never get there where some are gone. */
function coveredOf({ partitions }: SearchStatus): number {
  return partitions.reduce((sum, { from, to }) => sum + Number(BigInt(to) - BigInt(from)), 0)
}

/** The words for a search. */
export function searchWords(facts: SearchFacts, clock: Clock): SearchWords {
  const { status } = facts
  if (status === null) return { ...starting, ...headOf(facts) }
  const covered = coveredOf(status)
  const isFollowing = facts.request.live
  /** It came to nothing before it knew what there is. */
  const isNothing = status.state === 'failed' && status.partitions.length === 0
  const share = status.total === 0 || isFollowing ? null : Math.min(1, covered / status.total)
  return {
    ...headOf(facts),
    scanned: isNothing ? '' : scannedWords(status, clock),
    pace: paceWords(facts, status, isFollowing ? 0 : status.total - covered),
    unseen: unseenWords(facts.unseen ?? null, clock),
    found: isNothing ? '' : foundWords(status),
    missed: status.notLookedAt.join('; '),
    isMissedForFault:
      status.partitions.some(({ state }) => state === 'failed') ||
      status.notLookedAt.some((reason) => !reason.includes('not looked at')),
    share: status.state === 'running' ? share : null,
  }
}

/** The words where no match is listed. */
export function emptyWords({
  state,
  status,
  request,
}: Pick<SearchFacts, 'state' | 'status' | 'request'>): string {
  if (state === 'running' || state === 'paused')
    return request.live ? 'Messages appear here as they arrive.' : 'Nothing found yet.'
  const isEmpty = status?.partitions.every(({ earliest, latest }) => earliest === latest) === true
  return isEmpty
    ? 'This topic has no message. Follow it with Live tail to see the first one.'
    : 'No message matches. What was looked at stands above.'
}

function headOf({ state, isStopping, isCut, request }: SearchFacts): Pick<SearchWords, 'tone' | 'head'> {
  if (isCut) return { tone: 'warn', head: 'Connection cut; it goes on without this page' }
  if (isStopping) return { tone: 'neutral', head: 'Stopping' }
  switch (state) {
    case 'starting':
      return { tone: 'neutral', head: 'Starting' }
    case 'running':
      return { tone: 'ok', head: request.live ? 'Following' : 'Searching' }
    case 'paused':
      return { tone: 'warn', head: 'Paused' }
    case 'done':
      return { tone: 'neutral', head: '' }
    case 'stopped':
      return { tone: 'neutral', head: 'Stopped' }
    default:
      return { tone: 'error', head: 'Failed' }
  }
}

/** "scanned 184,223 of 1.2M records, 14:02:31 to 14:07:12, 3 of 4 partitions". */
export function scannedWords(status: SearchStatus, { now, zone }: Clock): string {
  const { scanned, total, firstTimestamp, lastTimestamp, partitions } = status
  const looked = partitions.filter(({ from, to }) => from !== to).length
  const of = total > scanned ? ` of ${total < 100_000 ? formatNumber(total) : formatCompact(total)}` : ''
  const words = [`scanned ${formatNumber(scanned)}${of} ${(of === '' ? scanned : total) === 1 ? 'record' : 'records'}`] // prettier-ignore
  if (firstTimestamp !== null && lastTimestamp !== null) {
    const [first, last] = [firstTimestamp, lastTimestamp].map((at) => formatMoment(at, now, zone))
    words.push(first === last ? (first ?? '') : `${first ?? ''} to ${last ?? ''}`)
  }
  words.push(
    looked === partitions.length
      ? formatCount(looked, 'partition')
      : `${formatNumber(looked)} of ${formatCount(partitions.length, 'partition')}`,
  )
  return words.join(', ')
}

function paceWords({ state }: SearchFacts, status: SearchStatus, left: number): string {
  const { recordsPerSecond, elapsedMs, scanned } = status
  if (state !== 'running') {
    if (scanned === 0) return ''
    const time = `in ${formatMilliseconds(elapsedMs)}`
    return elapsedMs < 500 ? time : `${time} (${formatRate(scanned / (elapsedMs / 1000))})`
  }
  const rate = formatRate(recordsPerSecond)
  if (left <= 0 || recordsPerSecond <= 0) return rate
  return `${rate} · ${formatDuration((left / recordsPerSecond) * 1000 + 999)} left at most`
}

function unseenWords(unseen: Span | null, { now, zone }: Clock): string {
  if (unseen === null) return ''
  const [from, to] = [unseen.fromMs, unseen.toMs].map((at) => formatMoment(at, now, zone))
  return `stood still ${from ?? ''} to ${to ?? ''} while out of sight, then went on where it was`
}

function foundWords({ matches, dropped }: SearchStatus): string {
  if (dropped === 0) return `${formatNumber(matches)} found`
  return `newest ${formatNumber(matches)} of ${formatNumber(matches + dropped)} found`
}
