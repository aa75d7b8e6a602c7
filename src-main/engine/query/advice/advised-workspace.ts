/** What advice needs to know of a workspace: plain data, for another process. Pure. */
import type { Rollup, Workspace } from '../../../workspace/model.ts'

/** A table that statements may read from its first row to its last. */
export interface AdvisedTable {
  name: string
  indexes: readonly (readonly string[])[]
  /** Rollups are made of tables without a key only. */
  hasKey: boolean
  retainAgeMs: number | null
  /** Name of the column that holds the event time of its source, which a step may have left out; null where there is none. */
  eventTime: string | null
}

export interface AdvisedWorkspace {
  tables: readonly AdvisedTable[]
  /** Each after what it is made from. */
  rollups: readonly Rollup[]
}

export function advisedWorkspace({
  tables,
  rollups,
  sources,
}: Pick<Workspace, 'tables' | 'rollups' | 'sources'>): AdvisedWorkspace {
  return {
    tables: tables.map(({ name, source, indexes, key, retainAgeMs }) => ({
      ...{ name, indexes, hasKey: key !== null, retainAgeMs },
      eventTime: sources.find((candidate) => candidate.name === source)?.eventTime ?? null,
    })),
    rollups,
  }
}
