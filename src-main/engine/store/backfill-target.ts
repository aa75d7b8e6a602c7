/** A table of the workspace as backfills see it. Pure. */
import type { TableShape } from '../batch/relations.ts'

/** A table of the workspace, as far as it can be filled from its source. */
export interface BackfillTarget {
  shape: TableShape
  /** Whether records from before are wanted at all. */
  isWanted: boolean
  /** Whether its source begins with what comes, so that a new table does, too. */
  beginsAtEnd: boolean
  /** Whether its rows tell which records they came from. */
  carriesPlaces: boolean
  /** Whether records of its source that come too late do not land. */
  leavesOutLate: boolean
  /** Whether its source reads a topic, and not only did so before it was changed. */
  reads: (topic: string) => boolean
}

/** A table under the source that it is filled from: with another source it is another one. */
export interface FilledTable {
  table: string
  source: string
}

/** @returns undefined where the workspace does not have the table, or has it with another source */
export function targetOf(
  targets: readonly BackfillTarget[],
  { table, source }: FilledTable,
): BackfillTarget | undefined {
  return targets.find(({ shape }) => shape.name === table && shape.source === source)
}

/** As SQL compares names. */
export function hasColumn({ shape }: BackfillTarget, column: string): boolean {
  return shape.columns.some(({ name }) => name.toLowerCase() === column.toLowerCase())
}
