/**
 * How far a consumer is behind in one partition. The difference of two offsets is only an upper bound: between them may be
 * transaction markers, aborted records, or nothing that compaction left. Pure.
 */
import type { ProbeFinding } from './record-probe.ts'

/** What was found when someone looked from a place in the log on. */
export interface LagMemory {
  /** Where the look began. */
  start: number
  /** End of the log at the time. */
  end: number
  lookedTo: number
  first: ProbeFinding['first']
  count: number | null
  problem: string
  atMs: number
}

export interface PartitionLag {
  readonly topic: string
  readonly partition: number
  /** -1 where nothing is committed. */
  committed: number
  memory: LagMemory | null
  /** The newest result. */
  lag: number | null
  lagMs: number | null
  earliest: number | null
  end: number | null
  note: string
}

/** Ends of a partition as measured now; NaN is not known. */
export interface LogEnds {
  earliest: number
  /** End of what is decided: open transactions do not count. */
  stable: number
  /** End of the log. */
  latest: number
}

/** Counted record by record as long as there are no more than so many. */
const mostExact = 500

export function newLag(topic: string, partition: number): PartitionLag {
  const unknown = { memory: null, lag: null, lagMs: null, earliest: null, end: null }
  return { topic, partition, committed: -1, ...unknown, note: '' }
}

/** First offset that a consumer would be given. */
function startOf({ committed }: PartitionLag, { earliest }: LogEnds): number {
  return Number.isNaN(earliest) ? committed : Math.max(committed, earliest)
}

/** Where to look for a record; null where nothing is open. */
export function placeToLook(lag: PartitionLag, ends: LogEnds): { from: number; end: number } | null {
  const start = startOf(lag, ends)
  const end = ends.stable
  if (lag.committed < 0 || !(start < end)) return null
  const { memory } = lag
  if (memory === null || !covers(memory, start)) return { from: start, end }
  if (memory.first === null) return memory.lookedTo < end ? { from: memory.lookedTo, end } : null
  const isSame = memory.end === end && memory.start === start
  return !isSame && end - memory.first.offset <= mostExact ? { from: start, end } : null
}

/** Takes what a look from `from` on has found. */
export function remember(
  lag: PartitionLag,
  { from, end }: { from: number; end: number },
  finding: ProbeFinding,
  atMs: number,
): void {
  const before = lag.memory
  const goesOn = before !== null && before.first === null && before.lookedTo === from && from > before.start
  const start = goesOn ? before.start : from
  lag.memory = { ...finding, start, end, atMs }
}

/** Computes lag, age and note from what is known now. */
export function assess(lag: PartitionLag, ends: LogEnds, nowMs: number): void {
  lag.earliest = Number.isNaN(ends.earliest) ? null : ends.earliest
  lag.end = Number.isNaN(ends.stable) ? null : ends.stable
  Object.assign(lag, result(lag, ends, nowMs))
}

type Result = Pick<PartitionLag, 'lag' | 'lagMs' | 'note'>

function result(lag: PartitionLag, ends: LogEnds, nowMs: number): Result {
  if (lag.committed < 0) return { lag: null, lagMs: null, note: 'nothing is committed' }
  if (Number.isNaN(ends.stable)) return { lag: null, lagMs: null, note: 'the end of the log is not known' }
  const start = startOf(lag, ends)
  const notes = [...placeNotes(lag.committed, ends)]
  if (start >= ends.stable) return { lag: 0, lagMs: 0, note: notes.join('; ') }
  const found = counted(lag.memory, start, ends.stable)
  if (found.note !== '') notes.push(found.note)
  const lagMs = found.lag === 0 ? 0 : ageOf(lag.memory, nowMs)
  return { lag: found.lag, lagMs, note: notes.join('; ') }
}

function* placeNotes(committed: number, { earliest, stable, latest }: LogEnds): Generator<string> {
  if (committed < earliest) yield 'committed offset is no longer in the log; lag counts from the earliest one'
  if (committed > Math.max(stable, Number.isNaN(latest) ? stable : latest))
    yield 'committed offset is beyond the end of the log; the topic may have been made anew'
  const open = latest - stable
  if (open > 0) yield `${offsets(open)} of open transactions at the end do not count`
}

function counted(memory: LagMemory | null, start: number, end: number): { lag: number; note: string } {
  const span = end - start
  if (memory === null || memory.start > start) return { lag: span, note: '' }
  if (memory.problem !== '') return { lag: span, note: `not looked at: ${memory.problem}` }
  if (memory.first === null) {
    if (memory.lookedTo < start) return { lag: span, note: '' }
    const open = Math.max(0, end - memory.lookedTo)
    return { lag: open, note: emptyNote(Math.min(end, memory.lookedTo) - start) }
  }
  if (memory.first.offset < start) return { lag: span, note: '' }
  if (memory.count !== null && memory.end === end && memory.start === start) {
    return { lag: memory.count, note: memory.count < span ? emptyNote(span - memory.count) : '' }
  }
  const skipped = memory.first.offset - start
  return { lag: span - skipped, note: skipped > 0 ? emptyNote(skipped) : '' }
}

/** Of the first record that is not committed; null before it was looked at. */
function ageOf(memory: LagMemory | null, nowMs: number): number | null {
  if (memory?.first === undefined || memory.first === null || memory.first.timestampMs < 0) return null
  return Math.max(0, nowMs - memory.first.timestampMs)
}

/** Whether what was found when looking from an earlier place also holds for a later one. */
function covers(memory: LagMemory, start: number): boolean {
  if (memory.start > start || memory.problem !== '') return false
  return memory.first === null ? memory.lookedTo >= start : memory.first.offset >= start
}

function emptyNote(count: number): string {
  const verbs = count === 1 ? ['holds', 'does'] : ['hold', 'do']
  const why = '(transaction markers, aborted or compacted away)'
  return `looked: ${offsets(count)} ${verbs.join(` no record ${why} and `)} not count`
}

function offsets(count: number): string {
  return count === 1 ? '1 offset' : `${String(count)} offsets`
}
