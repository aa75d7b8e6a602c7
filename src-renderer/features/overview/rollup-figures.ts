/** What a rollup's stage says about itself now. Pure. */
import { formatCompactCount, formatCount, formatRate } from '../../ui/format.ts'
import { route } from '../../state/router.svelte.ts'
import { lossLines, rollupStatus, windowWords, windowsKept } from '../../state/rollups.ts'
import type { Stage } from './graph-shape.ts'
import type { GraphFacts, StageFigures } from './stage-figures.ts'

export function rollupFigures(
  { rollup: name, table }: Extract<Stage, { kind: 'rollup' }>,
  { workspace, snapshot, zone = 'utc' }: GraphFacts,
): StageFigures {
  const live = snapshot?.rollups.find((candidate) => candidate.name === name)
  const declared = workspace.rollups.find((candidate) => candidate.name === name)
  const status = live === undefined ? { tone: 'neutral' as const, word: '', reason: '' } : rollupStatus(live)
  const kept = live === undefined ? null : windowsKept(live, zone)
  const about = declared === undefined ? [] : [`Window: ${windowWords(declared.window)}`]
  const groups =
    live === undefined
      ? []
      : [`${formatCount(live.groups, 'group')}${kept === null ? '' : `, windows from ${kept}`}`]
  const lines = [...about, ...groups, ...(live === undefined ? [] : lossLines(live))]
  return {
    caption: 'rollup',
    name,
    left: formatRate(live?.rowsPerSecond ?? null),
    right: live === undefined ? '' : formatCompactCount(live.groups, 'group'),
    tone: status.tone,
    status: status.tone === 'error' ? 'failed' : status.word,
    detail: (status.reason === '' ? lines : [status.reason, ...lines]).join('\n'),
    spark: live?.spark ?? null,
    target: route('pipelines', table, { rollup: name }),
  }
}
