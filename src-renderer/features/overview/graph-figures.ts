/** What a stage says about itself now: figures, state, and where a click leads. Pure. */
import type { LiveSnapshot, LiveSource, LiveStep, LiveTable } from '#contract/live.ts'
import { assertNever } from '#contract/errors.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import { type Route, route } from '../../state/router.svelte.ts'
import {
  formatBytes,
  formatByteRate,
  formatCompact,
  formatCompactCount,
  formatCount,
  formatMilliseconds,
  formatNumber,
  formatRate,
} from '../../ui/format.ts'
import type { Tone } from '../../ui/tone.ts'
import { fillingStatus } from '../../state/backfills.ts'
import { knownLag } from '../../state/reading.ts'
import { type SourceStatus, engineStatus, sourceStatus } from '../../state/source-status.ts'
import type { Stage, StageLink } from './graph-shape.ts'
import { rollupFigures } from './rollup-figures.ts'
import type { GraphFacts, LinkFigures, StageFigures } from './stage-figures.ts'

const calm = { tone: 'neutral' as const, status: '', detail: '', spark: null }

export function stageFigures(stage: Stage, facts: GraphFacts): StageFigures {
  switch (stage.kind) {
    case 'source':
      return sourceFigures(stage.source, facts)
    case 'decode':
      return decodeFigures(stage.source, facts)
    case 'step':
      return stepFigures(stage.table, stage.step, facts)
    case 'table':
      return tableFigures(stage.table, facts)
    case 'rollup':
      return rollupFigures(stage, facts)
    case 'lookup':
      return lookupFigures(stage.lookup, facts)
    case 'dead-letters':
      return deadFigures(facts)
    default:
      return assertNever(stage)
  }
}

/** The pipeline that stands for a source: that of its first table. */
function pipelineOf(source: string, workspace: WorkspaceView, step?: string): Route {
  const table = workspace.tables.find((candidate) => candidate.source === source)
  return route('pipelines', table?.name ?? null, step === undefined || table === undefined ? {} : { step })
}

function sourceFigures(name: string, { workspace, snapshot }: GraphFacts): StageFigures {
  const declared = workspace.sources.find((source) => source.name === name)
  const live = findSource(name, snapshot)
  const status = live === undefined || snapshot === null ? null : stateOf(live, snapshot)
  const shown = status === null || status.word === '' ? lossStatus(live) : status
  return {
    caption:
      declared?.kind === 'kafka' ? `kafka · ${declared.connection ?? ''}` : (declared?.kind ?? 'source'),
    name,
    left: formatRate(live?.recordsPerSecond ?? null),
    right: declared?.kind === 'kafka' ? lagWords(live) : formatByteRate(live?.bytesPerSecond ?? null),
    tone: shown.tone,
    status: shown.word,
    detail: sourceDetail(live, status),
    spark: live?.spark ?? null,
    target: pipelineOf(name, workspace),
  }
}

/** "lag 1.2k", "caught up"; nothing where it is not known. */
function lagWords(live: LiveSource | undefined): string {
  const lag = live === undefined ? null : knownLag(live)
  if (lag === null) return ''
  return lag.records === 0 ? 'caught up' : `lag ${formatCompact(lag.records)}`
}

/** Records that were missed or came too late stay worth a look, however well it goes now. */
function lossStatus(live: LiveSource | undefined): { tone: Tone; word: string } {
  const missed = live?.gapRecords ?? 0
  const tooLate = live?.eventTime?.tooLate ?? 0
  if (missed > 0) return { tone: 'warn', word: `${formatCompact(missed)} missed` }
  return tooLate === 0
    ? { tone: 'neutral', word: '' }
    : { tone: 'warn', word: `${formatCompact(tooLate)} too late` }
}

/** Why it stands still, how far behind it is, what it missed; else how much it has read. */
function sourceDetail(live: LiveSource | undefined, status: SourceStatus | null): string {
  if (live === undefined) return ''
  const { lag, gapRecords } = live
  const parts = [
    ...(status === null || status.reason === '' ? [] : [status.reason]),
    ...(lag === null || lag.records === 0
      ? []
      : [`${formatCount(lag.records, 'record')} to read, the oldest ${formatMilliseconds(lag.ms)} old`]),
    ...(gapRecords === 0
      ? []
      : [`${formatCount(gapRecords, 'record')} were no longer in the log when they were wanted`]),
  ]
  const told =
    parts.length > 0 ? parts : [`${formatNumber(live.records)} records, ${formatBytes(live.bytes)}`]
  return [...told, ...orderLines(live)].join('\n')
}

/** Records that did not come in the order of their event time, a line for each kind that there was. */
function orderLines({ eventTime }: LiveSource): string[] {
  const { late = 0, tooLate = 0, ahead = 0 } = eventTime ?? {}
  return [
    ...(late === 0 ? [] : [`${formatCount(late, 'record')} came late`]),
    ...(tooLate === 0 ? [] : [`${formatCount(tooLate, 'record')} came later than is allowed`]),
    ...(ahead === 0 ? [] : [`${formatCount(ahead, 'record')} of the future`]),
  ]
}

/** Its own trouble first, then what keeps the whole engine from going on. */
function stateOf(live: LiveSource, snapshot: LiveSnapshot): SourceStatus {
  const own = sourceStatus(live, snapshot.at)
  return own.word === '' ? (engineStatus(snapshot) ?? own) : own
}

function decodeFigures(name: string, { workspace, snapshot }: GraphFacts): StageFigures {
  const declared = workspace.sources.find((source) => source.name === name)
  const live = findSource(name, snapshot)
  const share =
    live === undefined || live.recordsPerSecond === 0 ? 0 : live.deadPerSecond / live.recordsPerSecond
  const columns = declared?.columns.length ?? 0
  return {
    ...calm,
    caption: 'decode',
    name: `${(declared?.format ?? '').toUpperCase()} · ${String(columns)} ${columns === 1 ? 'column' : 'columns'}`,
    left: formatRate(live?.recordsPerSecond ?? null),
    right: live === undefined ? '' : `${formatCompact(live.dead)} failed`,
    ...failing(live?.deadPerSecond ?? 0, share, live?.dead ?? 0),
    spark: live?.spark ?? null,
    target: pipelineOf(name, workspace, 'decode'),
  }
}

function stepFigures(table: string, step: string, { snapshot }: GraphFacts): StageFigures {
  const live = findStep(table, step, snapshot)
  const share =
    live === undefined || live.rowsInPerSecond === 0 ? 0 : live.failedPerSecond / live.rowsInPerSecond
  return {
    ...calm,
    caption: 'step',
    name: step,
    left: live === undefined ? '' : `${formatRate(live.rowsInPerSecond)} in`,
    right: live === undefined ? '' : `${formatRate(live.rowsOutPerSecond)} out`,
    ...failing(live?.failedPerSecond ?? 0, share, live?.failed ?? 0),
    target: route('pipelines', table, { step }),
  }
}

/** Some failing is a warning, half or more an error; failures of the past are only told. */
function failing(
  perSecond: number,
  share: number,
  total: number,
): Pick<StageFigures, 'tone' | 'status' | 'detail'> {
  const detail = total === 0 ? 'nothing failed' : `${formatNumber(total)} failed since the start`
  if (perSecond <= 0) return { tone: 'neutral', status: '', detail }
  return { tone: share >= 0.5 ? 'error' : 'warn', status: `failing ${formatRate(perSecond)}`, detail }
}

function tableFigures(name: string, { workspace, snapshot }: GraphFacts): StageFigures {
  const live = snapshot?.tables.find((table) => table.name === name)
  const declared = workspace.tables.find((table) => table.name === name)
  const filling = fillingStatus(name, snapshot?.backfills)
  const about = live === undefined ? [] : [tableDetail(live, declared)]
  return {
    ...calm,
    caption: tableCaption(declared),
    name,
    left: formatRate(live?.rowsPerSecond ?? null),
    right: live === undefined ? '' : formatCompactCount(live.rows, 'row'),
    ...(filling === null ? {} : { tone: filling.tone, status: filling.word }),
    detail: (filling === null ? about : [filling.reason, ...about]).join('\n'),
    spark: live?.spark ?? null,
    target: route('pipelines', name),
  }
}

/** Room for a word or two. */
function tableCaption(declared: WorkspaceView['tables'][number] | undefined): string {
  if (declared === undefined) return 'table'
  if (declared.key.length > 0) return 'keyed table'
  return declared.deduplicate === null ? 'table' : 'distinct'
}

function tableDetail(live: LiveTable, declared: WorkspaceView['tables'][number] | undefined): string {
  const rows = `${formatNumber(live.rows)} rows, ${formatNumber(live.evicted)} evicted`
  if (declared === undefined) return rows
  if (declared.deduplicate !== null)
    return `${rows}\n${formatNumber(live.duplicates)} duplicates by ${declared.deduplicate.by.join(', ')} left out`
  if (declared.key.length === 0) return rows
  return `${rows}; one row by ${declared.key.join(', ')}\n${formatNumber(live.updated)} updated, ${formatNumber(live.deleted)} deleted, ${formatNumber(live.stale)} stale`
}

function lookupFigures(name: string, { workspace, snapshot }: GraphFacts): StageFigures {
  const live = snapshot?.lookups.find((lookup) => lookup.name === name)
  const problem = live?.problem ?? ''
  const isLoaded = (live?.loadedAt ?? null) !== null
  const reader = workspace.tables.find((table) => table.lookups.includes(name))
  return {
    ...calm,
    caption: 'lookup',
    name,
    left: live === undefined ? '' : `${formatNumber(live.rows)} rows`,
    right: `by ${workspace.lookups.find((lookup) => lookup.name === name)?.key ?? ''}`,
    tone: problem === '' ? 'neutral' : isLoaded ? 'warn' : 'error',
    status: problem === '' ? '' : isLoaded ? 'old version' : 'not loaded',
    detail: problem,
    target: route('pipelines', reader?.name ?? null),
  }
}

function deadFigures({ snapshot }: GraphFacts): StageFigures {
  const total = snapshot?.deadLetters.total ?? 0
  const lastMinute = snapshot?.deadLetters.lastMinute ?? 0
  return {
    ...calm,
    caption: 'dead letters',
    name: formatNumber(snapshot === null ? null : total),
    left: snapshot === null ? '' : `${formatCompact(lastMinute)}/min`,
    right:
      total > (snapshot?.deadLetters.kept ?? 0)
        ? `${formatCompact(snapshot?.deadLetters.kept ?? 0)} kept`
        : '',
    tone: lastMinute > 0 ? 'error' : 'neutral',
    target: route('dead-letters'),
  }
}

/** Label and rate of a link; null where there is nothing to draw: dead letters that never were. */
export function linkFigures(
  link: StageLink,
  stages: ReadonlyMap<string, Stage>,
  snapshot: LiveSnapshot | null,
): LinkFigures | null {
  const from = stages.get(link.from)
  const to = stages.get(link.to)
  if (link.kind === 'dead') return deadLink(from, snapshot)
  if (link.kind === 'lookup') return { label: '', perSecond: null }
  const perSecond = outRate(from, to, snapshot)
  return { label: perSecond === null ? '' : formatRate(perSecond), perSecond: perSecond ?? 0 }
}

/** The stages at its ends say how many; the line only shows that there are some. */
function deadLink(from: Stage | undefined, snapshot: LiveSnapshot | null): LinkFigures | null {
  if (from?.kind === 'decode') {
    const source = findSource(from.source, snapshot)
    return source === undefined || source.dead === 0 ? null : { label: '', perSecond: source.deadPerSecond }
  }
  if (from?.kind !== 'step') return null
  const step = findStep(from.table, from.step, snapshot)
  return step === undefined || step.failed === 0 ? null : { label: '', perSecond: step.failedPerSecond }
}

/** What goes over a link: what its reader takes in where that is measured, else what its writer gives. */
function outRate(
  from: Stage | undefined,
  to: Stage | undefined,
  snapshot: LiveSnapshot | null,
): number | null {
  if (to?.kind === 'rollup')
    return snapshot?.rollups.find((rollup) => rollup.name === to.rollup)?.rowsPerSecond ?? null
  if (to?.kind === 'table')
    return snapshot?.tables.find((table) => table.name === to.table)?.rowsPerSecond ?? null
  if (from?.kind === 'step') return findStep(from.table, from.step, snapshot)?.rowsOutPerSecond ?? null
  if (to?.kind === 'step') return findStep(to.table, to.step, snapshot)?.rowsInPerSecond ?? null
  if (from?.kind === 'source') return findSource(from.source, snapshot)?.recordsPerSecond ?? null
  return null
}

function findSource(name: string, snapshot: LiveSnapshot | null): LiveSource | undefined {
  return snapshot?.sources.find((source) => source.name === name)
}

function findStep(table: string, step: string, snapshot: LiveSnapshot | null): LiveStep | undefined {
  return snapshot?.steps.find((candidate) => candidate.table === table && candidate.step === step)
}
