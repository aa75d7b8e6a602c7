/** Figures of the graph for its nodes and edges, which xyflow makes and which therefore take no props of ours. */
import { createContext } from 'svelte'
import type { LinkFigures, StageFigures } from './stage-figures.ts'

/** Reads are reactive: each renews what reads it. */
export interface GraphFigures {
  stage(id: string): StageFigures | undefined
  link(id: string): LinkFigures | undefined
  /** Rate of the widest link, so that widths compare. */
  readonly topRate: number
  /** Brings a stage into sight, for those who go through the graph by keyboard. */
  reveal(id: string): void
  /** Address of a stage's page. */
  href(stage: StageFigures): string
}

export const [getGraphFigures, setGraphFigures] = createContext<GraphFigures>()
