/** How a statement ended, in words: from what the process pool tells to what a person reads. Pure. */
import type { ProcessReport } from './process-messages.ts'
import type { JobOutcome } from './process-pool.ts'
import { byteWords, countWords, durationWords } from './limit-words.ts'
import type { QueryLimits } from './query-limits.ts'
import type { StatementEnd } from './statement.ts'

/** What a message may name. */
export interface OutcomeContext {
  limits: QueryLimits
  timeLimitMs: number
  rowLimit: number
  elapsedMs: number
}

/** The end of a statement whose job was settled. */
export function statementEnd(outcome: JobOutcome, context: OutcomeContext): StatementEnd {
  return outcome.kind === 'answered' ? answeredEnd(outcome.report, context) : brokenEnd(outcome, context)
}

/** The end of a statement that a person cancelled. */
export function cancelledEnd(elapsedMs: number): StatementEnd {
  const message =
    elapsedMs === 0 ? 'Cancelled before it started.' : `Cancelled after ${durationWords(elapsedMs)}.`
  return { state: 'cancelled', truncated: false, error: { code: 'QUERY_CANCELLED', message } }
}

/** The end of a statement whose long read kept the store's write-ahead log from being given back. */
export function crowdedEnd(elapsedMs: number, logBytes: number): StatementEnd {
  const message = `Stopped after ${durationWords(elapsedMs)}: while it read, the store's log had grown to ${byteWords(logBytes)}.`
  return { state: 'failed', truncated: true, error: { code: 'QUERY_TIME_LIMIT', message } }
}

function answeredEnd(report: ProcessReport, context: OutcomeContext): StatementEnd {
  if (report.kind === 'failed') {
    const { code, message, offset } = report.fault
    const truncated = code === 'QUERY_SIZE_LIMIT' || code === 'QUERY_MEMORY_LIMIT'
    return { state: 'failed', truncated, error: { code, message }, errorOffset: offset }
  }
  if (report.kind === 'finished' && report.cutBy === null) {
    return { state: 'done', truncated: false, error: null }
  }
  const { rowLimit, limits } = context
  const message =
    report.kind === 'finished' && report.cutBy === 'rows'
      ? `Stopped at ${countWords(rowLimit)} rows, the most that this run may return.`
      : `Stopped at ${byteWords(limits.process.resultBytes)} of rows, the most that one result may take.`
  return { state: 'done', truncated: true, error: { code: 'QUERY_SIZE_LIMIT', message } }
}

function brokenEnd(outcome: Extract<JobOutcome, { kind: 'ended' }>, context: OutcomeContext): StatementEnd {
  const { limits, timeLimitMs, elapsedMs } = context
  const { heapBytes, temporaryBytes } = limits.process
  switch (outcome.by) {
    case 'time': {
      const message = `Stopped after ${durationWords(timeLimitMs)}, the time limit of this run.`
      return { state: 'failed', truncated: true, error: { code: 'QUERY_TIME_LIMIT', message } }
    }
    case 'memory': {
      const message = `Stopped: the statement needed more than ${byteWords(heapBytes)} of memory.`
      return { state: 'failed', truncated: true, error: { code: 'QUERY_MEMORY_LIMIT', message } }
    }
    case 'temporary': {
      const message = `Stopped: the statement needed more than ${byteWords(temporaryBytes)} of temporary files to sort or group.`
      return { state: 'failed', truncated: true, error: { code: 'QUERY_MEMORY_LIMIT', message } }
    }
    case 'unavailable': {
      const message = `Query processes do not start (${outcome.detail}).`
      return { state: 'failed', truncated: false, error: { code: 'QUERY_PROCESS_LOST', message } }
    }
    case 'killed':
    case 'lost': {
      const message = `The query process ended by itself (${outcome.detail}) after ${durationWords(elapsedMs)}.`
      return { state: 'failed', truncated: false, error: { code: 'QUERY_PROCESS_LOST', message } }
    }
  }
}
