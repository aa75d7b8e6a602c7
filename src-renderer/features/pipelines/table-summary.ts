/** One line per table for the list of pipelines. Pure. */
import type { LiveSnapshot, LiveTable } from '#contract/live.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import type { Lag } from '../../state/reading.ts'
import { type SourceStatus, sourceStatus } from '../../state/source-status.ts'

export interface TableSummary {
  name: string
  source: string
  steps: readonly string[]
  status: SourceStatus
  inPerSecond: number | null
  /** Records that its source has still to read; null where that has no meaning or is not known. */
  lag: Lag | null
  live: LiveTable | null
  /** Rows that the steps of this table failed on. */
  failed: number | null
  retainRows: number | null
  retainBytes: number | null
  retainAgeMs: number | null
}

export function tableSummaries(workspace: WorkspaceView, snapshot: LiveSnapshot | null): TableSummary[] {
  return workspace.tables.map((table) => {
    const source = snapshot?.sources.find((candidate) => candidate.name === table.source)
    const steps = snapshot?.steps.filter((candidate) => candidate.table === table.name) ?? []
    return {
      name: table.name,
      source: table.source,
      steps: table.steps.map((step) => step.name),
      status: tableStatus(table.name, snapshot),
      inPerSecond: source?.recordsPerSecond ?? null,
      lag: source?.lag ?? null,
      live: snapshot?.tables.find((candidate) => candidate.name === table.name) ?? null,
      failed: snapshot === null ? null : steps.reduce((sum, step) => sum + step.failed, 0),
      retainRows: table.retainRows,
      retainBytes: table.retainBytes,
      retainAgeMs: table.retainAgeMs,
    }
  })
}

/** State of a table's pipeline: its source's, unless the engine itself stands still or one of its steps is failing. */
export function tableStatus(name: string, snapshot: LiveSnapshot | null): SourceStatus {
  const live = snapshot?.tables.find((candidate) => candidate.name === name)
  const source = snapshot?.sources.find((candidate) => candidate.name === live?.source)
  if (snapshot === null || source === undefined) return { tone: 'neutral', word: 'unknown', reason: '' }
  const own = sourceStatus(source, snapshot.at)
  if (own.tone === 'error') return own
  if (snapshot.state !== 'running') {
    const tone =
      snapshot.state === 'failed' || snapshot.state === 'stopped'
        ? 'error'
        : snapshot.state === 'starting' || snapshot.state === 'snapshot'
          ? 'neutral'
          : 'warn'
    return { tone, word: snapshot.state, reason: snapshot.reason }
  }
  const failing = snapshot.steps.find((step) => step.table === name && step.failedPerSecond > 0)
  if (own.word !== '') return own
  if (failing !== undefined)
    return {
      tone: 'warn',
      word: `${failing.step} failing`,
      reason: `Step ${failing.step} fails on some records; they are kept as dead letters.`,
    }
  return { tone: 'ok', word: 'running', reason: '' }
}
