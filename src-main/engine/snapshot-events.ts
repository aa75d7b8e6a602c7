/** What the engine writes down when a snapshot has ended. Pure. */
import type { SnapshotRun } from '#contract/snapshots.ts'
import { sizeWords } from '../workspace/units.ts'
import type { WatchEvent } from './watch/workspace-watch.ts'

/** @param removed older scheduled ones that went in its favour, absolute paths */
export function snapshotEvents(run: SnapshotRun, removed: readonly string[]): WatchEvent[] {
  const subject = 'store'
  if (run.state === 'failed') {
    const message = `no snapshot was written to ${run.file}: ${run.error?.message ?? 'it failed'}`
    return [{ level: 'error', event: 'snapshot-failed', subject, message }]
  }
  if (run.state !== 'done') return []
  const seconds = (((run.endedAt ?? run.startedAt) - run.startedAt) / 1000).toFixed(1)
  const message = `a snapshot was written to ${run.file}: ${sizeWords(run.bytes)} in ${seconds} s`
  const events: WatchEvent[] = [{ level: 'info', event: 'snapshot-taken', subject, message }]
  if (removed.length > 0) {
    const words = `older snapshots were removed, as the workspace keeps no more: ${removed.join(', ')}`
    events.push({ level: 'info', event: 'snapshot-removed', subject, message: words })
  }
  return events
}
