/** What is said about a run, in words and tones. Pure; shown by RunBar and RunMessage. */
import { nextSteps, type ErrorCode, type ErrorShape } from '#contract/errors.ts'
import type { QueryStatus } from '#contract/query.ts'
import { formatCount, formatMilliseconds } from '../../ui/format.ts'
import type { Tone } from '../../ui/tone.ts'
import type { RunState } from './query-run.svelte.ts'

/** What the words are made from; a QueryRun fits. */
export interface RunFacts {
  state: RunState
  status: QueryStatus | null
  isCut: boolean
  isCancelling: boolean
  isActive: boolean
}

/** The line beside the Run button, without what follows from the store's time. */
export interface RunWords {
  tone: Tone
  /** The state, for example "40 rows". */
  head: string
  /** How long, for example "in 6 ms". */
  time: string
  /** Further facts, each for itself. */
  more: string[]
}

function rowsSoFar(status: QueryStatus | null): string[] {
  const rows = status?.rows ?? 0
  return rows === 0 ? [] : [`${formatCount(rows, 'row')} so far`]
}

function activeWords(facts: RunFacts, elapsedMs: number): RunWords {
  const time = formatMilliseconds(elapsedMs)
  const more = rowsSoFar(facts.status)
  if (facts.isCut) {
    return {
      tone: 'warn',
      head: 'Connection cut',
      time: `after ${time}`,
      more: [...more, 'picks up by itself'],
    }
  }
  if (facts.isCancelling) return { tone: 'neutral', head: 'Cancelling', time, more }
  if (facts.state === 'queued') return { tone: 'neutral', head: 'Waiting for a free process', time, more: [] }
  return { tone: 'ok', head: 'Running', time, more }
}

/**
 * The words for a run.
 * @param elapsedMs time since its start by the local clock; the engine's own counts once it has ended
 */
export function runWords(facts: RunFacts, elapsedMs: number): RunWords {
  const { state, status } = facts
  if (facts.isActive) return activeWords(facts, elapsedMs)
  const time = status === null ? '' : formatMilliseconds(status.elapsedMs)
  const rows = formatCount(status?.rows ?? 0, 'row')
  switch (state) {
    case 'done':
      return status?.truncated === true
        ? { tone: 'warn', head: `First ${rows}`, time: `in ${time}`, more: [] }
        : { tone: 'ok', head: rows, time: `in ${time}`, more: [] }
    case 'cancelled':
      return { tone: 'neutral', head: 'Cancelled', time: `after ${time}`, more: rowsSoFar(status) }
    case 'failed':
      return { tone: 'error', head: 'Failed', time: `after ${time}`, more: rowsSoFar(status) }
    default:
      return { tone: 'error', head: 'Not followed any more', time: '', more: [] }
  }
}

/** A message about a run, with what to do. */
export interface RunMessage {
  tone: 'warn' | 'error' | 'neutral'
  title: string
  text: string
  next: string
}

const titles: Partial<Record<ErrorCode, string>> = {
  QUERY_INVALID: 'The statement is not valid',
  QUERY_REFUSED: 'The statement was refused',
  QUERY_TIME_LIMIT: 'The time limit was reached',
  QUERY_SIZE_LIMIT: 'The result was cut',
  QUERY_MEMORY_LIMIT: 'The statement needed too much memory',
  QUERY_PROCESS_LOST: 'The query process ended',
  QUERY_QUEUE_FULL: 'Too many statements wait',
  CONNECTION_LOST: 'The connection was cut before the start was confirmed',
  RESULT_GONE: 'The result is not kept any more',
}

/** The message for a fault or a limit; null where all went well. */
export function messageOf(state: RunState, error: ErrorShape | null): RunMessage | null {
  if (error === null || error.code === 'QUERY_CANCELLED') return null
  const isCut = state === 'done' || error.code === 'QUERY_SIZE_LIMIT'
  const isUnsure = error.code === 'CONNECTION_LOST'
  return {
    tone: isCut ? 'warn' : 'error',
    title: titles[error.code] ?? 'The statement failed',
    text: isUnsure ? 'It may or may not have run.' : error.message,
    next: isUnsure ? 'Run it again when Penstock answers.' : nextSteps[error.code],
  }
}

/** Line and column, counted from 1, of an offset. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/** A time limit in words: "10 s", "1 min", "1 h". */
export function limitWords(ms: number): string {
  if (ms < 60_000) return `${String(ms / 1000)} s`
  return ms < 3_600_000 ? `${String(ms / 60_000)} min` : `${String(ms / 3_600_000)} h`
}
