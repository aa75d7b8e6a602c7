/** A snapshot's progress and end in a line. Pure. */
import type { SnapshotRun } from '#contract/snapshots.ts'
import { assertNever, nextSteps } from '#contract/errors.ts'
import type { Tone } from '../../ui/tone.ts'
import { formatByteRate, formatBytes, formatDuration, formatMilliseconds } from '../../ui/format.ts'

export interface SnapshotWords {
  tone: Tone
  text: string
  /** What to do; empty where there is nothing to do. */
  next: string
  /** Share that is copied, 0..1; null where there is none to show. */
  share: number | null
}

export function snapshotWords(run: SnapshotRun): SnapshotWords {
  const { state, file, bytes, totalBytes, bytesPerSecond, leftMs, startedAt, endedAt, error } = run
  const quiet = { next: '', share: null }
  switch (state) {
    case 'copying': {
      if (totalBytes === 0) return { tone: 'neutral', text: `Begins to copy to ${file}`, next: '', share: 0 }
      const left = leftMs === null ? '' : ` · ${formatDuration(leftMs)} left`
      const text = `${formatBytes(bytes)} of ${formatBytes(totalBytes)} · ${formatByteRate(bytesPerSecond)}${left}`
      return { tone: 'neutral', text, next: '', share: bytes / totalBytes }
    }
    case 'checking':
      return {
        tone: 'neutral',
        text: `${formatBytes(totalBytes)} copied; the copy is read through`,
        next: '',
        share: 1,
      }
    case 'done': {
      const took = formatMilliseconds((endedAt ?? startedAt) - startedAt)
      return { ...quiet, tone: 'ok', text: `Snapshot written to ${file}: ${formatBytes(bytes)} in ${took}` }
    }
    case 'cancelled':
      return { ...quiet, tone: 'neutral', text: 'The snapshot was cancelled; nothing of it is left' }
    case 'failed': {
      const text = `No snapshot was written: ${error?.message ?? 'it failed'}`
      return { tone: 'error', text, next: error === null ? '' : nextSteps[error.code], share: null }
    }
    default:
      return assertNever(state)
  }
}
