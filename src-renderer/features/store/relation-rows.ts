/** What is in the store, one row per table, rollup and lookup. Pure. */
import type { LiveSnapshot } from '#contract/live.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import { formatSpan } from '../../ui/format.ts'
import { sortedByFigure, type SortOrder } from '../../ui/sort-order.ts'
import { type Route, route } from '../../state/router.svelte.ts'
import { tableOfRollup } from '../../state/rollups.ts'
import { retentionWords } from '../../state/table-retention.ts'

export interface RelationRow {
  kind: 'table' | 'rollup' | 'lookup'
  name: string
  /** Rows, or groups of a rollup; null before the first snapshot. */
  rows: number | null
  perSecond: number | null
  spark: readonly (number | null)[]
  /** Estimated, with indexes; null where that is not known. */
  bytes: number | null
  evicted: number | null
  oldestAt: number | null
  newestAt: number | null
  keeps: string
  target: Route
}

const unknown = {
  rows: null,
  perSecond: null,
  spark: [],
  bytes: null,
  evicted: null,
  oldestAt: null,
  newestAt: null,
}

export function relationRows(workspace: WorkspaceView, snapshot: LiveSnapshot | null): RelationRow[] {
  const tables = workspace.tables.map((table): RelationRow => {
    const live = snapshot?.tables.find(({ name }) => name === table.name)
    const { name } = table
    const row = {
      kind: 'table' as const,
      name,
      keeps: retentionWords(table),
      target: route('pipelines', name),
    }
    if (live === undefined) return { ...unknown, ...row }
    const { rows, rowsPerSecond, spark, bytes, evicted, oldestAt, newestAt } = live
    return {
      ...row,
      ...{ rows, perSecond: rowsPerSecond, spark, evicted, oldestAt, newestAt },
      bytes: bytes === 0 && rows > 0 ? null : bytes,
    }
  })
  const rollups = workspace.rollups.map((rollup): RelationRow => {
    const live = snapshot?.rollups.find(({ name }) => name === rollup.name)
    const { name, retainAgeMs } = rollup
    const keeps = retainAgeMs === null ? 'all groups' : formatSpan(retainAgeMs)
    const target = route('pipelines', tableOfRollup(name, workspace), { rollup: name })
    const row = { kind: 'rollup' as const, name, keeps, target }
    if (live === undefined) return { ...unknown, ...row }
    const { groups, rowsPerSecond, spark, evicted, oldestAt, newestAt } = live
    return { ...unknown, ...row, rows: groups, perSecond: rowsPerSecond, spark, evicted, oldestAt, newestAt }
  })
  const lookups = workspace.lookups.map(({ name }): RelationRow => {
    const live = snapshot?.lookups.find((lookup) => lookup.name === name)
    const sql = `SELECT * FROM "${name.replaceAll('"', '""')}" LIMIT 100`
    const target = route('query', null, { sql })
    return {
      ...unknown,
      ...{ kind: 'lookup', name, rows: live?.rows ?? null, keeps: 'its newest version', target },
    }
  })
  return [...tables, ...rollups, ...lookups]
}

/** What rows can be ordered by; `kind` is the order of the workspace: tables, rollups, lookups as they are declared. */
export type RelationSort = 'kind' | 'name' | 'rows' | 'perSecond' | 'bytes' | 'evicted'

/** Rows in an order. Those of the same value stay as they are declared. */
export function sortedRelations(
  rows: readonly RelationRow[],
  { sort, descending }: SortOrder<RelationSort>,
): RelationRow[] {
  if (sort === 'kind') return descending ? rows.toReversed() : [...rows]
  if (sort === 'name') {
    const byName = rows.toSorted((left, right) =>
      left.name.localeCompare(right.name, 'en', { numeric: true }),
    )
    return descending ? byName.toReversed() : byName
  }
  return sortedByFigure(rows, { descending, valueOf: (row) => row[sort], between: () => 0 })
}
