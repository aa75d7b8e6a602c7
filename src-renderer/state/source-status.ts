/** Whether a source does what it should, in a word. Pure. */
import type { LiveSnapshot, LiveSource } from '#contract/live.ts'
import { assertNever } from '#contract/errors.ts'
import { formatDuration } from '../ui/format.ts'
import type { Tone } from '../ui/tone.ts'

export interface SourceStatus {
  tone: Tone
  /** Empty when all is well. */
  word: string
  reason: string
}

/** A running source without a record for this long is stalled, milliseconds. */
const stalledAfterMs = 10_000

/** @param now time of the snapshot, so that two clocks are never compared */
export function sourceStatus(source: LiveSource, now: number): SourceStatus {
  const { state, reason } = source
  switch (state) {
    case 'running':
      return runningStatus(source, now)
    case 'failed':
      return { tone: 'error', word: 'failed', reason }
    case 'waiting':
      return { tone: 'warn', word: 'waiting', reason }
    case 'paused':
    case 'ended':
    case 'starting':
      return { tone: 'neutral', word: state, reason }
    default:
      return assertNever(state)
  }
}

/**
 * A source that has read everything there is does not stall: its topic is quiet. Nor does one that reads records which were
 * produced long ago.
 */
function runningStatus({ lastRecordAt, lag, recordsPerSecond }: LiveSource, now: number): SourceStatus {
  if (lag !== null && lag.records > 0 && recordsPerSecond > 0) {
    return { tone: 'neutral', word: '', reason: '' }
  }
  if (lastRecordAt === null) return { tone: 'neutral', word: '', reason: 'no record yet' }
  const silentMs = now - lastRecordAt
  if (lag?.records === 0) return { tone: 'neutral', word: '', reason: 'Everything was read.' }
  if (silentMs < stalledAfterMs) return { tone: 'neutral', word: '', reason: '' }
  const duration = formatDuration(silentMs)
  return { tone: 'warn', word: `stalled ${duration}`, reason: `No record for ${duration}.` }
}

/** What keeps every source from going on: a full store, a pause, an engine that failed. Null where nothing does. */
export function engineStatus({ state, reason }: LiveSnapshot): SourceStatus | null {
  if (state === 'failed' || state === 'stopped') return { tone: 'error', word: state, reason }
  if (state === 'waiting' || state === 'paused') return { tone: 'warn', word: state, reason }
  return null
}

/** The state of everything in a few words: what is wrong, worst first, or the one word that all is well. */
export function overallStatuses(snapshot: LiveSnapshot): SourceStatus[] {
  const { state, reason, sources } = snapshot
  if (state === 'snapshot') return [{ tone: 'neutral', word: 'snapshot', reason }]
  const statuses = sources.map((source) => ({ name: source.name, ...sourceStatus(source, snapshot.at) }))
  const engine = engineStatus(snapshot)
  const failed = together(statuses.filter(({ tone }) => tone === 'error'))
  const warned = state === 'running' ? together(statuses.filter(({ tone }) => tone === 'warn')) : []
  const wrong = [...failed, ...(engine === null ? [] : [engine]), ...warned].sort(
    (left, right) => rank(left) - rank(right),
  )
  if (wrong.length > 0) return wrong
  if (state === 'starting') return [{ tone: 'neutral', word: 'starting', reason }]
  if (sources.length > 0 && sources.every((source) => source.state === 'ended'))
    return [{ tone: 'neutral', word: 'all read', reason: 'Every capture was read to its end.' }]
  return [{ tone: 'ok', word: sources.length > 1 ? 'all running' : 'running', reason: '' }]
}

const rank = ({ tone }: SourceStatus): number => (tone === 'error' ? 0 : 1)

/** Sources with the same fault as one word. */
function together(faults: readonly (SourceStatus & { name: string })[]): SourceStatus[] {
  const [first, ...others] = faults
  if (first === undefined) return []
  const word =
    others.length === 0
      ? `${first.name} ${first.word}`
      : `${String(faults.length)} sources ${first.tone === 'error' ? 'failed' : 'stand still'}`
  return [{ tone: first.tone, word, reason: first.reason }]
}
