/** What stages and links of the graph show. */
import type { LiveSnapshot } from '#contract/live.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import type { Route } from '../../state/router.svelte.ts'
import type { TimeZone } from '../../ui/format-time.ts'
import type { Tone } from '../../ui/tone.ts'

export interface StageFigures {
  /** Kind in a word or two. */
  caption: string
  name: string
  left: string
  right: string
  tone: Tone
  /** Says what is wrong in a word or two; empty when nothing is. */
  status: string
  /** The whole story, for hover and for those who cannot see the colour. */
  detail: string
  spark: readonly (number | null)[] | null
  target: Route
}

export interface LinkFigures {
  label: string
  /** Rows per second; null where rows are read, not sent. */
  perSecond: number | null
}

/** What figures are made from. */
export interface GraphFacts {
  workspace: WorkspaceView
  snapshot: LiveSnapshot | null
  /** Clock on which times are told. Default UTC. */
  zone?: TimeZone
}
